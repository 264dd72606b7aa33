#include <algorithm>
#include <vector>

#include "api/coerce.h"
#include "api/error.h"
#include "base/check.h"
#include "base/text.h"

namespace okapi::api {
namespace {

Json coerce(const Node& node, const FormNode& form, const ParamPath& path, Dialect dialect);

bool is_index(std::string_view key) {
  return !key.empty() && key.size() <= 9 &&
         std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; });
}

bool looks_like_array(const FormNode& form) {
  return !form.children.empty() && std::ranges::all_of(form.children, [](const auto& child) {
    return child.key.empty() || is_index(child.key);
  });
}

// The name of an element in refusals: its own index, or the position it was sent at.
struct Element {
  std::size_t order = 0;
  std::string name;
  const FormNode* form = nullptr;
};

// By index, gaps closed; elements by position follow.
std::vector<Element> elements_of(const FormNode& form, const ParamPath& path) {
  std::vector<Element> elements;
  elements.reserve(form.children.size());
  std::size_t position = 0;
  for (const auto& [key, child] : form.children) {
    if (key.empty()) {
      elements.push_back({most_elements + 1 + position, std::to_string(position), &child});
      ++position;
      continue;
    }
    if (!is_index(key)) throw invalid_array(path.text());
    std::int64_t index = 0;
    if (!parse_integer(key, index) || static_cast<std::size_t>(index) > most_elements) {
      throw invalid_array(path.text());
    }
    elements.push_back({static_cast<std::size_t>(index), key, &child});
  }
  if (elements.size() > most_elements) throw too_many_items(path.text(), most_elements);
  std::ranges::stable_sort(elements, {}, &Element::order);
  return elements;
}

Json coerce_array(const Node& node, const FormNode& form, const ParamPath& path, Dialect dialect) {
  if (form.is_leaf) throw invalid_array(path.text());
  Json array = Json::array();
  for (const Element& element : elements_of(form, path)) {
    array.push_back(coerce(node.element(), *element.form, ParamPath{&path, element.name}, dialect));
  }
  return array;
}

Json coerce_map(const Node& node, const FormNode& form, const ParamPath& path, Dialect dialect) {
  if (form.is_leaf) throw invalid_object(path.text());
  Json map = Json::object();
  for (const auto& [key, child] : form.children) {
    if (key.empty()) throw invalid_object(path.text());
    const ParamPath inner{&path, key};
    map[coerce_map_key(node, key, path)] = coerce(node.element(), child, inner, dialect);
  }
  return map;
}

Json coerce_metadata(const FormNode& form, const ParamPath& path) {
  if (form.is_leaf) throw invalid_object(path.text());
  Json metadata = Json::object();
  for (const auto& [key, child] : form.children) {
    if (key.empty()) throw invalid_object(path.text());
    if (!child.is_leaf || !child.children.empty()) {
      throw invalid_string(ParamPath{&path, key}.text(), to_compact(free_form(child)));
    }
    metadata[key] = child.value;
  }
  check_metadata(metadata);
  return metadata;
}

bool knows_all(const Node& object, const FormNode& form) {
  return std::ranges::all_of(form.children, [&](const auto& child) {
    Node found(0);
    return object.children().find(child.key, found);
  });
}

// The alternative that a hash or an array was meant for.
Json coerce_alternative(const Node& node, const FormNode& form, const ParamPath& path,
                        Dialect dialect) {
  const Node* meant = nullptr;
  std::vector<Node> alternatives;
  for (const Node alternative : node.children()) alternatives.push_back(alternative);
  const auto choose = [&](auto fits) {
    for (const Node& alternative : alternatives) {
      if (meant == nullptr && fits(alternative)) meant = &alternative;
    }
  };
  if (looks_like_array(form)) choose([](const Node& n) { return n.kind() == Kind::array; });
  choose([&](const Node& n) { return n.kind() == Kind::object && knows_all(n, form); });
  choose([](const Node& n) { return n.kind() == Kind::object; });
  choose([](const Node& n) {
    return n.kind() == Kind::map || n.kind() == Kind::metadata || n.kind() == Kind::any_of;
  });
  choose([](const Node& n) { return n.kind() == Kind::array; });
  if (meant == nullptr) meant = &alternatives.front();
  return coerce(*meant, form, path, dialect);
}

Json coerce(const Node& node, const FormNode& form, const ParamPath& path, Dialect dialect) {
  if (form.is_leaf && form.children.empty()) return coerce_text(node, form.value, path, dialect);
  switch (node.kind()) {
    case Kind::object:
      if (form.is_leaf) throw invalid_object(path.text());
      return coerce_members(node.children(), form, &path, dialect);
    case Kind::array:
      return coerce_array(node, form, path, dialect);
    case Kind::map:
      return coerce_map(node, form, path, dialect);
    case Kind::metadata:
      return coerce_metadata(form, path);
    case Kind::any_of:
      return coerce_alternative(node, form, path, dialect);
    case Kind::any:
      return free_form(form);
    case Kind::integer:
      throw invalid_integer(path.text(), to_compact(free_form(form)));
    case Kind::boolean:
      throw invalid_boolean(path.text(), to_compact(free_form(form)));
    case Kind::floating:
    case Kind::decimal:
      throw invalid_decimal(path.text(), to_compact(free_form(form)));
    case Kind::time:
      throw invalid_timestamp(path.text());
    case Kind::enumeration:
    case Kind::literal:
      throw invalid_enum(path.text(), "", node.values());
    case Kind::string:
    case Kind::reference:
      throw invalid_string(path.text(), to_compact(free_form(form)));
    case Kind::embedded:
    case Kind::list:
      throw invalid_object(path.text());
  }
  OKAPI_UNREACHABLE();
}

void refuse_unknown_below(const Node& node, const FormNode& form, const ParamPath& path) {
  switch (node.kind()) {
    case Kind::object:
      refuse_unknown(node.children(), form, &path);
      return;
    case Kind::array:
    case Kind::map: {
      std::size_t position = 0;
      for (const auto& [key, child] : form.children) {
        const std::string name = key.empty() ? std::to_string(position++) : key;
        refuse_unknown_below(node.element(), child, ParamPath{&path, name});
      }
      return;
    }
    case Kind::any_of: {
      if (form.children.empty()) return;
      // Known when one of the alternatives takes all of it; otherwise the first one that takes
      // hashes says what it does not know.
      const Node* first = nullptr;
      std::vector<Node> alternatives;
      for (const Node alternative : node.children()) alternatives.push_back(alternative);
      for (const Node& alternative : alternatives) {
        const Kind kind = alternative.kind();
        if (kind == Kind::map || kind == Kind::metadata || kind == Kind::any) return;
        if (kind == Kind::array && looks_like_array(form)) {
          return refuse_unknown_below(alternative, form, path);
        }
        if (kind != Kind::object && kind != Kind::any_of) continue;
        if (kind == Kind::object && knows_all(alternative, form)) {
          return refuse_unknown_below(alternative, form, path);
        }
        if (first == nullptr) first = &alternative;
      }
      if (first != nullptr) refuse_unknown_below(*first, form, path);
      return;
    }
    case Kind::string:
    case Kind::integer:
    case Kind::floating:
    case Kind::boolean:
    case Kind::time:
    case Kind::decimal:
    case Kind::metadata:
    case Kind::enumeration:
    case Kind::literal:
    case Kind::reference:
    case Kind::embedded:
    case Kind::list:
    case Kind::any:
      return;
  }
}

}  // namespace

Json free_form(const FormNode& form) {
  if (form.children.empty()) return form.value;
  Json object = Json::object();
  std::size_t position = 0;
  for (const auto& [key, child] : form.children) {
    object[key.empty() ? std::to_string(position++) : key] = free_form(child);
  }
  return object;
}

void refuse_unknown(const NodeRange& declared, const FormNode& form, const ParamPath* parent) {
  for (const auto& [key, child] : form.children) {
    Node found(0);
    const ParamPath path{parent, key};
    // What begins with '_' is okapi's own: only an older version's parameter becomes one.
    const bool is_ours = key.starts_with('_') && !child.is_lifted;
    if (is_ours || !declared.find(key, found)) throw unknown_parameter(path.text());
    if (!child.children.empty()) refuse_unknown_below(found, child, path);
  }
}

Json coerce_members(const NodeRange& declared, const FormNode& form, const ParamPath* parent,
                    Dialect dialect) {
  Json members = Json::object();
  for (const Node node : declared) {
    const ParamPath path{parent, node.name()};
    if (const FormNode* sent = form.find(node.name())) {
      members[std::string(node.name())] = coerce(node, *sent, path, dialect);
    } else if (node.required()) {
      throw missing_parameter(path.text());
    }
  }
  return members;
}

}  // namespace okapi::api
