// The expected body of a transcript: JSON that remembers where each value stands in the file, so
// that a difference can name its line and OKAPI_BLESS can rewrite one value and leave the layout
// alone. Beyond JSON it knows {{NAME}}, alone or inside a string, the bare word absent for a field
// that must not be there, and "..." for any value; as the last element of a list "..." stands for
// whatever follows, nothing included.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace okapi::transcript {

// What the captures of a transcript have bound so far.
using Bindings = std::map<std::string, std::string, std::less<>>;
// Replaces every {{NAME}}; throws std::runtime_error for a name that is not bound.
[[nodiscard]] std::string substitute(std::string_view text, const Bindings& bindings);

struct Pattern {
  enum class Kind { object, array, scalar, any, absent };
  Kind kind = Kind::any;
  std::size_t begin = 0;  // offsets into the text that was parsed
  std::size_t end = 0;
  struct Member;
  std::vector<Member> members;    // object
  std::vector<Pattern> elements;  // array
};

struct Pattern::Member {
  std::string key;
  std::size_t begin = 0;  // of the key's quote
  Pattern value;
};

// Throws std::runtime_error that says what is wrong.
[[nodiscard]] Pattern parse_pattern(std::string_view text);

struct Match {
  std::string_view text;  // what the pattern was parsed from
  const Bindings& bindings;
  bool exactly = false;  // no other fields than those named
};

struct Difference {
  std::size_t offset = 0;  // into the text
  std::string path;        // "data.0.amount"
  std::string expected;
  std::string actual;
};

[[nodiscard]] std::vector<Difference> differences(const Pattern& pattern, const Json& actual,
                                                  const Match& match);
// The text of the pattern with every value that differs replaced by the actual one.
[[nodiscard]] std::string blessed(const Pattern& pattern, const Json& actual, const Match& match);
// Pretty text whose captured ids are written as {{NAME}}; `indent` is where its first line stands.
[[nodiscard]] std::string render_value(const Json& value, const Bindings& bindings,
                                       std::size_t indent);

}  // namespace okapi::transcript
