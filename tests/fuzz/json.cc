#include "base/json.h"

#include <algorithm>

#include "base/nesting.h"
#include "store/compact_json.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/targets.h"

namespace okapi::fuzz {
namespace {

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

}  // namespace

void json(std::string_view input) {
  const bool deep = nests_deeper(input, 100);
  const bool valid = Json::accept(input);
  const bool compact = store::is_compact_json(input);
  expect(valid || !compact, "compact JSON that is none");
  if (!valid || deep) return;
  const std::string text = to_compact(Json::parse(input));
  expect(store::is_compact_json(text), "not compact: " + text);
  const Json again = parse_stored(text);
  expect(to_compact(again) == text, "another text the second time: " + text);
  std::string pretty;
  append_pretty(pretty, text, 0);
  expect(Json::parse(pretty) == again, "another value in pretty print: " + text);
  expect(to_pretty(again) == pretty, "two pretty prints: " + text);
  if (!again.is_object()) return;
  for (const auto& [key, value] : again.items()) {
    // A dot means a step, and okapi asks for no name that would need an escape.
    if (key.find_first_of(".\"\\") != std::string::npos || has_control(key)) continue;
    const auto found = store::find_text(text, key);
    expect(found.has_value() == value.is_string(), "a text that is not found: " + text);
    expect(!found || *found == value.get<std::string>(), "another text is found: " + text);
  }
}

}  // namespace okapi::fuzz
