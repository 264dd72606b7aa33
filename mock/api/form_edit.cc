#include "api/form_edit.h"

#include <algorithm>

namespace okapi::api {
namespace {

// The index of many children, see FormNode::by_key; small trees are searched along.
void drop_index(FormNode& form) { form.by_key.clear(); }

}  // namespace

FormNode form_leaf(std::string value) {
  FormNode leaf;
  leaf.is_leaf = true;
  leaf.value = std::move(value);
  return leaf;
}

FormNode* find_node(FormNode& form, std::string_view key) {
  return const_cast<FormNode*>(form.find(key));
}

std::optional<FormNode> take_node(FormNode& form, std::string_view key) {
  const auto found =
      std::ranges::find_if(form.children, [&](const auto& child) { return child.key == key; });
  if (found == form.children.end()) return {};
  FormNode taken = std::move(found->node);
  form.children.erase(found);
  drop_index(form);
  return taken;
}

FormNode& node_at(FormNode& form, std::initializer_list<std::string_view> path) {
  FormNode* here = &form;
  for (const std::string_view key : path) {
    FormNode* next = find_node(*here, key);
    if (next == nullptr) {
      drop_index(*here);
      here->children.push_back({std::string(key), FormNode()});
      next = &here->children.back().node;
      next->is_lifted = true;
    }
    here = next;
  }
  return *here;
}

void move_node(FormNode& form, std::string_view key, std::initializer_list<std::string_view> path) {
  if (std::optional<FormNode> taken = take_node(form, key)) {
    FormNode& place = node_at(form, path);
    place = *std::move(taken);
    place.is_lifted = true;
  }
}

}  // namespace okapi::api
