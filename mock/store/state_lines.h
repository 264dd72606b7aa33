// What snapshot files and journals have in common: a state as lines of JSON. Documents are copied
// as text in both directions; indexes and what is due are made again from them.
//
//   {"sequence":1,"document":{"id":"cus_…","object":"customer",…}}
//   {"meter_event":{"meter":"mtr_…","customer":"cus_…","identifier":"…","at":…,"value":"25",…}}
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "store/account.h"

namespace okapi::store {

// What is wrong with a line, without where it stands.
struct LineError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Documents are most of a file, so they are told by their first bytes and never parsed.
inline constexpr std::string_view document_line_start = R"({"sequence":)";
[[nodiscard]] std::string document_line(const Document& document);
// Clock and counters.
[[nodiscard]] Json to_json(const State& state);
[[nodiscard]] Json to_json(const MeterEntry& entry);

// Throws LineError where the line is no object.
[[nodiscard]] Json parse_line(std::string_view line);
[[nodiscard]] std::uint64_t line_number(const Json& object, const char* field);
[[nodiscard]] Seconds line_time(const Json& object, const char* field);
[[nodiscard]] std::string line_text(const Json& object, const char* field);
[[nodiscard]] MeterEntry line_meter_entry(const Json& event);

// Writes lines into states. A friend of Document, to make documents of text.
class StateReader {
 public:
  enum class Place {
    is_free,  // nothing stands there yet
    any,      // what stands there is an earlier version, or something that made room
  };
  explicit StateReader(const Schema& schema) : schema_(schema) {}

  static void read_settings(State& state, const Json& object);  // clock and counters
  void read_document(State& state, std::string_view line, Place place) const;
  void erase_document(State& state, std::string_view kind, std::uint64_t sequence) const;

 private:
  void put(State& state, const Document& document, const Document& before) const;

  const Schema& schema_;
};

}  // namespace okapi::store
