#include "store/snapshot.h"

#include <algorithm>
#include <utility>

#include "base/nesting.h"
#include "base/text.h"
#include "store/compact_json.h"
#include "store/state.h"

namespace okapi::store {
namespace {

// No line that okapi writes comes near this.
constexpr std::size_t deepest_json = 100;

constexpr std::int64_t format = 1;
// Documents are most of a file, so they are told by their first bytes and never parsed.
constexpr std::string_view document_start = R"({"sequence":)";
constexpr std::string_view document_middle = R"(,"document":)";

Json to_json(const ClockSetting& clock) {
  return {{"frozen", clock.frozen}, {"at", clock.at}, {"offset", clock.offset}};
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

// A name from a file, fit to stand in a sentence.
std::string shown(std::string name) {
  constexpr std::size_t longest = 40;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  std::ranges::replace_if(name, is_control, '?');
  if (name.size() > longest) name = concat(std::string_view(name).substr(0, longest), "…");
  return name;
}

// Writes lines and counts them.
class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) {}

  void write(const Json& line) {
    line_.clear();
    append_compact(line_, line);
    write_line();
  }
  void write(const Document& document) {
    line_ = concat(document_start, std::to_string(document.sequence()), document_middle,
                   document.text(), "}");
    write_line();
  }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }

 private:
  void write_line() {
    line_ += '\n';
    out_.write(line_.data(), static_cast<std::streamsize>(line_.size()));
    ++lines_;
  }
  std::ostream& out_;
  std::string line_;
  std::uint64_t lines_ = 0;
};

void write_account(Writer& writer, const NamedState& account) {
  const State& state = *account.state;
  writer.write(Json{{"account",
                     {{"name", account.name},
                      {"clock", to_json(state.clock)},
                      {"next_sequence", state.next_sequence},
                      {"next_id", state.next_id},
                      {"next_number", state.next_number}}}});
  for (const auto& table : state.tables) {
    table->rows.ascend(std::uint64_t{0}, [&](std::uint64_t sequence, const auto&) {
      writer.write(table->at(sequence));
      return true;
    });
  }
  state.meter_log.visit([&](const MeterEntry& entry) {
    writer.write(Json{{"meter_event", to_json(entry)}});
  });
}

}  // namespace

// Reads the lines of one file. A friend of Document, to make documents of text.
class StateReader {
 public:
  StateReader(std::istream& in, const std::string& name, const Schema& schema)
      : in_(in), name_(name), schema_(schema) {}

  std::vector<NamedState> read(std::string_view api_version) {
    const std::uint64_t expected = read_header(api_version);
    while (next_line()) {
      if (line_.starts_with(document_start)) {
        read_document();
        continue;
      }
      const Json line = parsed_line();
      if (line.contains("account")) {
        read_account(line.at("account"));
      } else if (line.contains("meter_event")) {
        read_meter_event(line.at("meter_event"));
      } else if (line.contains("end")) {
        if (number_of(line, "end") != number_ - 1 || accounts_.size() != expected) {
          fail("the file lacks some of its lines");
        }
        if (next_line()) fail("the file goes on behind its end");
        return finished();
      } else {
        fail("the line is none of a snapshot");
      }
    }
    ++number_;
    fail("the file ends too early");
  }

 private:
  struct Reading {
    std::string name;
    std::shared_ptr<State> state;
  };

  [[noreturn]] void fail(std::string_view what) const {
    throw SnapshotError(concat(name_, ", line ", std::to_string(number_), ": ", what,
                               "; take another copy of the file, or start without it"));
  }
  [[noreturn]] void refuse(std::string_view what) const {
    throw SnapshotError(concat(name_, what));
  }

  bool next_line() {
    ++number_;
    return static_cast<bool>(std::getline(in_, line_));
  }

  [[nodiscard]] Json parsed_line() const {
    Json line;
    if (!nests_deeper(line_, deepest_json)) line = Json::parse(line_, nullptr, false);
    if (!line.is_object()) fail("the line is not a JSON object");
    return line;
  }

  [[nodiscard]] std::uint64_t number_of(const Json& object, const char* field) const {
    const auto found = object.find(field);
    if (found == object.end() || !found->is_number_unsigned()) {
      fail(concat(field, " is not a number"));
    }
    return found->get<std::uint64_t>();
  }

  [[nodiscard]] Seconds time_of(const Json& object, const char* field) const {
    const auto found = object.find(field);
    if (found == object.end() || !found->is_number_integer()) fail(concat(field, " is not a time"));
    return found->get<Seconds>();
  }

  [[nodiscard]] std::string text_of(const Json& object, const char* field) const {
    const auto found = object.find(field);
    if (found == object.end() || !found->is_string()) fail(concat(field, " is not a text"));
    return found->get<std::string>();
  }

  std::uint64_t read_header(std::string_view api_version) {
    const bool there = next_line();
    const Json header = there ? Json::parse(line_, nullptr, false) : Json();
    if (!header.is_object() || !header.contains("okapi_snapshot")) {
      refuse(" is not a snapshot of okapi; name a file that okapi wrote, or none to start empty");
    }
    const std::uint64_t written = number_of(header, "okapi_snapshot");
    if (written > format) {
      refuse(concat(" was written by a newer okapi (format ", std::to_string(written),
                    ", this one reads ", std::to_string(format), "); use that one or start empty"));
    }
    const std::string version = text_of(header, "api_version");
    if (version != api_version) {
      refuse(concat(" holds objects of API version ", shown(version),
                    " and this okapi keeps those of ", api_version,
                    "; use the okapi that wrote it or start empty"));
    }
    return number_of(header, "accounts");
  }

  void read_account(const Json& account) {
    if (!account.is_object()) fail("the account is not an object");
    Reading reading{.name = text_of(account, "name"), .state = std::make_shared<State>()};
    for (const Reading& earlier : accounts_) {
      if (earlier.name == reading.name) fail("the account is there twice");
    }
    State& state = *reading.state;
    const Json clock = account.value("clock", Json());
    if (!clock.is_object() || !clock.value("frozen", Json()).is_boolean()) {
      fail("the account has no clock");
    }
    state.clock = {.frozen = clock.at("frozen").get<bool>(),
                   .at = time_of(clock, "at"),
                   .offset = time_of(clock, "offset")};
    state.next_sequence = number_of(account, "next_sequence");
    state.next_id = number_of(account, "next_id");
    state.next_number = number_of(account, "next_number");
    accounts_.push_back(std::move(reading));
  }

  [[nodiscard]] State& current() const {
    if (accounts_.empty()) fail("the line stands before any account");
    return *accounts_.back().state;
  }

  void read_document() {
    State& state = current();
    std::string_view rest = std::string_view(line_).substr(document_start.size());
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
    if (table.find(*id) || table.at(sequence)) fail("the document is there twice");
    put(state, Document::make_text({.kind = table.kind, .id = *std::move(id), .sequence = sequence},
                                   std::string(rest)));
  }

  void put(State& state, const Document& document) {
    try {
      state.put(schema_, document, {});
    } catch (const std::exception&) {
      // What is due could not be read off: a field is missing or of another kind.
      fail("the document lacks what an object of its kind has");
    }
  }

  void read_meter_event(const Json& event) {
    State& state = current();
    if (!event.is_object()) fail("the meter event is not an object");
    const std::optional<Decimal> value = Decimal::parse(text_of(event, "value"));
    if (!value) fail("value is not a decimal");
    const std::optional<Fingerprint> identifier = from_hex(text_of(event, "identifier"));
    if (!identifier) fail("identifier is not a fingerprint of 32 digits");
    try {
      state.meter_log.append({.meter = text_of(event, "meter"),
                              .customer = text_of(event, "customer"),
                              .fingerprint = *identifier,
                              .point = {.at = time_of(event, "at"),
                                        .value = *value,
                                        .received = number_of(event, "received")},
                              .received_at = time_of(event, "received_at")});
    } catch (const std::exception&) {
      // Sums that no usage reaches, or arrival numbers that are not unique.
      fail("the meter event does not go with the others");
    }
  }

  std::vector<NamedState> finished() {
    std::vector<NamedState> states;
    for (Reading& reading : accounts_) {
      states.push_back({.name = std::move(reading.name), .state = std::move(reading.state)});
    }
    return states;
  }

  std::istream& in_;
  const std::string& name_;
  const Schema& schema_;
  std::string line_;
  std::uint64_t number_ = 0;
  std::vector<Reading> accounts_;
};

void write_snapshot(std::ostream& out, std::span<const NamedState> accounts,
                    std::string_view api_version) {
  Writer writer(out);
  writer.write(Json{
      {"okapi_snapshot", format}, {"api_version", api_version}, {"accounts", accounts.size()}});
  for (const NamedState& account : accounts) write_account(writer, account);
  writer.write(Json{{"end", writer.lines()}});
}

std::vector<NamedState> read_snapshot(std::istream& in, const std::string& name,
                                      const Schema& schema, std::string_view api_version) {
  return StateReader(in, name, schema).read(api_version);
}

}  // namespace okapi::store
