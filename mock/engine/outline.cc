#include "engine/outline.h"

#include <algorithm>
#include <charconv>

namespace okapi::engine {
namespace {

// Just behind the string that begins at `at`.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (++at; json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return at + 1;
}

// Just behind the value that begins at `at`.
std::size_t end_of_value(std::string_view json, std::size_t at) {
  if (json[at] == '"') return end_of_string(json, at);
  if (json[at] != '{' && json[at] != '[') {
    return std::min(json.find_first_of(",}]", at), json.size());
  }
  for (int depth = 0;;) {
    const char c = json[at];
    if (c == '"') {
      at = end_of_string(json, at);
      continue;
    }
    depth += c == '{' || c == '[' ? 1 : 0;
    depth -= c == '}' || c == ']' ? 1 : 0;
    ++at;
    if (depth == 0) return at;
  }
}

bool is_own_id(std::string_view key, std::string_view value,
               const std::vector<std::string_view>& own_ids) {
  return key == "id" && value.starts_with('"') &&
         std::ranges::any_of(
             own_ids, [&](std::string_view prefix) { return value.substr(1).starts_with(prefix); });
}

}  // namespace

std::string_view Outline::value(std::string_view key) const {
  for (const auto& [name, left] : left_out) {
    if (name == key) return left;
  }
  return {};
}

std::string_view Outline::text_of(std::string_view key) const {
  const std::string_view found = value(key);
  return found.starts_with('"') ? found.substr(1, found.size() - 2) : std::string_view();
}

std::int64_t Outline::number_of(std::string_view key) const {
  const std::string_view found = value(key);
  std::int64_t number = 0;
  std::from_chars(found.data(), found.data() + found.size(), number);
  return number;
}

std::vector<std::string> Outline::ids(std::string_view prefix) const {
  std::vector<std::string> found;
  for (const auto& [name, left] : left_out) {
    if (name != "id" || !left.substr(1).starts_with(prefix)) continue;
    found.emplace_back(left.substr(1, left.size() - 2));
  }
  return found;
}

bool Outline::is_one(std::string_view key) const {
  const std::string_view first = value(key);
  return std::ranges::all_of(
      left_out, [&](const auto& left) { return left.first != key || left.second == first; });
}

void append_outline(Outline& outline, std::string_view compact,
                    const std::vector<std::string_view>& leave_out,
                    const std::vector<std::string_view>& own_ids) {
  std::size_t copied = 0;
  for (std::size_t at = 0; at < compact.size();) {
    if (compact[at] != '"') {
      ++at;
      continue;
    }
    const std::size_t end = end_of_string(compact, at);
    const std::string_view key = compact.substr(at + 1, end - at - 2);
    at = end;
    if (at >= compact.size() || compact[at] != ':') continue;
    const std::size_t begin = at + 1;
    const bool named = std::ranges::find(leave_out, key) != leave_out.end();
    if (!named && key != "id") continue;
    const std::size_t behind = end_of_value(compact, begin);
    const std::string_view value = compact.substr(begin, behind - begin);
    if (!named && !is_own_id(key, value, own_ids)) continue;
    outline.left_out.emplace_back(key, value);
    outline.text += compact.substr(copied, begin - copied);
    outline.text += value == "null" ? '0' : '1';
    copied = at = behind;
  }
  outline.text += compact.substr(copied);
}

}  // namespace okapi::engine
