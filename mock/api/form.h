// Bracketed keys to a tree: the form grammar of bodies and queries (api-conventions 2.1). Nothing is
// typed yet: leaves are strings, levels are objects (arrays by index or position keep their keys and
// are told apart by params, which knows what the catalogue declares).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace okapi::api {

struct FormNode {
  bool is_leaf = false;
  std::string value;                                        // of a leaf
  std::vector<std::pair<std::string, FormNode>> children;   // in order of first appearance
  [[nodiscard]] const FormNode* find(std::string_view key) const;
};

// Query first, then body; the same scalar twice: the last one wins. Throws undecodable_parameters()
// when the text breaks the grammar, is not UTF-8, or exceeds 20 levels or 10,000 pairs.
[[nodiscard]] FormNode parse_form(std::string_view raw_query, std::string_view raw_body);

// The decoded bytes of one percent-encoded piece ('+' is a space when `plus_is_space`).
[[nodiscard]] std::string percent_decode(std::string_view text, bool plus_is_space);

}  // namespace okapi::api
