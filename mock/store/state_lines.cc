#include "store/state_lines.h"

#include "base/nesting.h"
#include "base/text.h"
#include "store/compact_json.h"
#include "store/state.h"

namespace okapi::store {
namespace {

// No line that okapi writes comes near this.
constexpr std::size_t deepest_json = 100;

constexpr std::string_view document_middle = R"(,"document":)";

[[noreturn]] void fail(std::string what) { throw LineError(std::move(what)); }

}  // namespace

std::string document_line(const Document& document) {
  return concat(document_line_start, std::to_string(document.sequence()), document_middle,
                document.text(), "}");
}

Json to_json(const State& state) {
  const ClockSetting& clock = state.clock;
  return {{"clock", {{"frozen", clock.frozen}, {"at", clock.at}, {"offset", clock.offset}}},
          {"next_sequence", state.next_sequence},
          {"next_id", state.next_id},
          {"next_number", state.next_number}};
}

Json to_json(const MeterEntry& entry) {
  return {{"meter", entry.meter},
          {"customer", entry.customer},
          {"identifier", to_hex(entry.fingerprint)},
          {"at", entry.point.at},
          {"value", entry.point.value.text()},
          {"received", entry.point.received},
          {"received_at", entry.received_at}};
}

Json parse_line(std::string_view line) {
  Json parsed;
  if (!nests_deeper(line, deepest_json)) parsed = Json::parse(line, nullptr, false);
  if (!parsed.is_object()) fail("the line is not a JSON object");
  return parsed;
}

std::uint64_t line_number(const Json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_number_unsigned()) {
    fail(concat(field, " is not a number"));
  }
  return found->get<std::uint64_t>();
}

Seconds line_time(const Json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_number_integer()) fail(concat(field, " is not a time"));
  return found->get<Seconds>();
}

std::string line_text(const Json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_string()) fail(concat(field, " is not a text"));
  return found->get<std::string>();
}

MeterEntry line_meter_entry(const Json& event) {
  if (!event.is_object()) fail("the meter event is not an object");
  const std::optional<Decimal> value = Decimal::parse(line_text(event, "value"));
  if (!value) fail("value is not a decimal");
  const std::optional<Fingerprint> identifier = from_hex(line_text(event, "identifier"));
  if (!identifier) fail("identifier is not a fingerprint of 32 digits");
  return {.meter = line_text(event, "meter"),
          .customer = line_text(event, "customer"),
          .fingerprint = *identifier,
          .point = {.at = line_time(event, "at"),
                    .value = *value,
                    .received = line_number(event, "received")},
          .received_at = line_time(event, "received_at")};
}

void StateReader::read_settings(State& state, const Json& object) {
  const Json clock = object.value("clock", Json());
  if (!clock.is_object() || !clock.value("frozen", Json()).is_boolean()) {
    fail("the account has no clock");
  }
  state.clock = {.frozen = clock.at("frozen").get<bool>(),
                 .at = line_time(clock, "at"),
                 .offset = line_time(clock, "offset")};
  state.next_sequence = line_number(object, "next_sequence");
  state.next_id = line_number(object, "next_id");
  state.next_number = line_number(object, "next_number");
}

void StateReader::read_document(State& state, std::string_view line, Place place) const {
  std::string_view rest = line.substr(document_line_start.size());
  std::uint64_t sequence = 0;
  std::size_t digits = 0;
  while (digits < rest.size() && digits < 19 && rest[digits] >= '0' && rest[digits] <= '9') {
    sequence = sequence * 10 + static_cast<std::uint64_t>(rest[digits++] - '0');
  }
  rest.remove_prefix(digits);
  if (!rest.starts_with(document_middle) || !rest.ends_with('}')) fail("the document is damaged");
  rest = rest.substr(document_middle.size(), rest.size() - document_middle.size() - 1);
  if (!rest.starts_with('{') || !is_compact_json(rest)) fail("the document is not compact JSON");
  if (sequence == 0 || sequence >= state.next_sequence) {
    fail("the document's sequence is none of the account");
  }
  std::optional<std::string> id = find_text(rest, "id");
  const std::optional<std::string> kind = find_text(rest, "object");
  if (!id || !kind) fail("the document has no id or no object");
  Table& table = state.own_table(*kind);
  Document before = table.row(sequence);
  if (before && before.id() != *id && place == Place::any) {
    erase_document(state, *kind, sequence);
    before = {};
  }
  const Document of_id = state.find(*kind, *id);
  if (place == Place::is_free ? before || of_id : of_id && of_id.sequence() != sequence) {
    fail("the document is there twice");
  }
  put(state,
      Document::make_text({.kind = table.kind, .id = *std::move(id), .sequence = sequence},
                          std::string(rest)),
      before);
}

void StateReader::erase_document(State& state, std::string_view kind,
                                 std::uint64_t sequence) const {
  const Document before = state.at(kind, sequence);
  if (!before) fail("a document that is erased was never there");
  state.erase(schema_, before);
}

void StateReader::put(State& state, const Document& document, const Document& before) const {
  try {
    state.put(schema_, document, before);
  } catch (const std::exception&) {
    // What is due could not be read off: a field is missing or of another kind.
    fail("the document lacks what an object of its kind has");
  }
}

}  // namespace okapi::store
