#include "api/form.h"

#include "api/error.h"
#include "base/text.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/targets.h"

namespace okapi::fuzz {
namespace {

void check_tree(const api::FormNode& node, int depth) {
  expect(depth <= 21, "the tree is deeper than 20 levels");
  expect(is_utf8(node.value) && node.value.find('\0') == std::string::npos, "a value is no text");
  for (const api::FormChild& child : node.children) {
    expect(is_utf8(child.key), "a key is no text");
    const api::FormNode* found = node.find(child.key);
    expect(found != nullptr, "a child is not found by its key");
    expect(child.key.empty() || found == &child.node, "a key stands twice");
    check_tree(child.node, depth + 1);
  }
}

}  // namespace

void form(std::string_view input) {
  const std::string_view query = take_line(input);
  try {
    check_tree(api::parse_form(query, input), 0);
  } catch (const api::ApiError&) {
  }
  const std::string decoded = api::percent_decode(query, true);
  expect(decoded.size() <= query.size(), "decoding made the text longer");
}

}  // namespace okapi::fuzz
