// YAML as fixtures understand it: every scalar is the text that was written, every key stands once,
// an alias may repeat what it names but not explode.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace okapi::server {

struct YamlValue {
  enum class Kind { nothing, text, list, map };
  Kind kind = Kind::nothing;
  int line = 1;
  std::string text = {};
  std::vector<YamlValue> elements = {};
  std::vector<std::pair<std::string, YamlValue>> members = {};  // in the order of the file

  [[nodiscard]] const YamlValue* find(std::string_view key) const;
};

// One document. Throws FixtureError (fixtures.h); `name` is the file's.
[[nodiscard]] YamlValue read_yaml(const std::string& text, const std::string& name);

}  // namespace okapi::server
