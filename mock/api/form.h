// Bracketed keys to a tree: the form grammar of bodies and queries (api-conventions 2.1). Nothing
// is typed yet: leaves are strings, levels are objects (arrays by index or position keep their keys
// and are told apart by params, which knows what the catalogue declares).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace okapi::api {

struct FormChild;

struct FormNode {
  bool is_leaf = false;
  bool is_lifted = false;  // put here by a version change, not by the client
  std::string value;       // of a leaf
  // In order of first appearance. Elements by position (a[]=x) all have the key "". Both a value
  // and children: the request said a=1&a[b]=2, which params refuses.
  std::vector<FormChild> children;
  std::map<std::string, std::size_t, std::less<>> by_key;  // only where there are many children

  [[nodiscard]] const FormNode* find(std::string_view key) const;
};

struct FormChild {
  std::string key;
  FormNode node;
};

// Query first, then body; the same scalar twice: the last one wins. Throws undecodable_parameters()
// when a percent code is broken, the text is not UTF-8 or has NULs, or exceeds 20 levels or 10,000
// pairs. Brackets that do not match are part of a name, which is then unknown.
[[nodiscard]] FormNode parse_form(std::string_view raw_query, std::string_view raw_body);

// The decoded bytes of one percent-encoded piece ('+' is a space when `plus_is_space`). A broken
// percent code stands for itself.
[[nodiscard]] std::string percent_decode(std::string_view text, bool plus_is_space);

}  // namespace okapi::api
