// Edits of a parameter tree before it is checked, for the changes that lift an older version's
// parameters to the newest (version_change.h).
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "api/form.h"

namespace okapi::api {

[[nodiscard]] FormNode form_leaf(std::string value);
// Null when there is none.
[[nodiscard]] FormNode* find_node(FormNode& form, std::string_view key);
// Takes the node out of the tree.
std::optional<FormNode> take_node(FormNode& form, std::string_view key);
// The node at this path, made where there is none: {"discounts", "0", "coupon"}. Names of okapi's
// own begin with '_' and are accepted only from here.
FormNode& node_at(FormNode& form, std::initializer_list<std::string_view> path);
// Moves what stands at the key to the path; nothing when it was not sent.
void move_node(FormNode& form, std::string_view key, std::initializer_list<std::string_view> path);

}  // namespace okapi::api
