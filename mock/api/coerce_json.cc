#include <algorithm>
#include <vector>

#include "api/coerce.h"
#include "api/error.h"
#include "base/check.h"

namespace okapi::api {
namespace {

Json coerce(const Node& node, const Json& value, const ParamPath& path);

const std::string& text_of(const Json& value) { return value.get_ref<const std::string&>(); }

bool is_word(const Node& node) {
  return node.kind() == Kind::literal || (node.kind() == Kind::enumeration && !node.open_enum());
}

bool fits(const Node& node, const Json& value) {
  switch (node.kind()) {
    case Kind::any:
      return true;
    case Kind::boolean:
      return value.is_boolean();
    case Kind::integer:
      return value.is_number_integer() ||
             (value.is_string() && fits_text(node, text_of(value), Dialect::v2));
    case Kind::floating:
      return value.is_number();
    case Kind::object:
    case Kind::map:
    case Kind::metadata:
    case Kind::embedded:
      return value.is_object();
    case Kind::array:
    case Kind::list:
      return value.is_array();
    case Kind::any_of:
      return any_child(node, [&](const Node& inner) { return fits(inner, value); });
    case Kind::string:
    case Kind::reference:
    case Kind::time:
    case Kind::decimal:
    case Kind::enumeration:
    case Kind::literal:
      return value.is_string() && fits_text(node, text_of(value), Dialect::v2);
  }
  OKAPI_UNREACHABLE();
}

Json coerce_integer(const Json& value, const ParamPath& path) {
  // Stripe: v2 writes 64-bit integers as strings, both ways (api-conventions 7).
  std::int64_t number = 0;
  if (value.is_string() && parse_integer(text_of(value), number)) return number;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) {
    throw invalid_integer(path.text(), value.dump());
  }
  if (!value.is_number_integer()) throw invalid_integer(path.text(), to_compact(value));
  return value.get<std::int64_t>();
}

Json coerce_metadata(const Json& value, const ParamPath& path) {
  if (!value.is_object()) throw invalid_object(path.text());
  for (const auto& [key, member] : value.items()) {
    if (!member.is_string() && !member.is_null()) {
      throw invalid_string(ParamPath{&path, key}.text(), to_compact(member));
    }
  }
  check_metadata(value);
  return value;
}

Json coerce_any_of(const Node& node, const Json& value, const ParamPath& path) {
  for (const bool words : {true, false}) {
    for (const Node alternative : node.children()) {
      if (is_word(alternative) == words && fits(alternative, value)) {
        return coerce(alternative, value, path);
      }
    }
  }
  for (const Node alternative : node.children()) {
    if (!is_word(alternative)) return coerce(alternative, value, path);
  }
  OKAPI_CHECK(!node.children().empty());
  return coerce(node.children()[0], value, path);
}

Json coerce_elements(const Node& node, const Json& value, const ParamPath& path) {
  if (!value.is_array()) throw invalid_array(path.text());
  if (value.size() > most_elements) throw too_many_items(path.text(), most_elements);
  Json array = Json::array();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string name = std::to_string(i);
    array.push_back(coerce(node.element(), value[i], ParamPath{&path, name}));
  }
  return array;
}

Json coerce_map(const Node& node, const Json& value, const ParamPath& path) {
  if (!value.is_object()) throw invalid_object(path.text());
  Json map = Json::object();
  for (const auto& [key, member] : value.items()) {
    map[coerce_map_key(node, key, path)] = coerce(node.element(), member, ParamPath{&path, key});
  }
  return map;
}

Json coerce(const Node& node, const Json& value, const ParamPath& path) {
  if (value.is_null()) {
    if (is_unsettable(node) || node.kind() == Kind::any) return nullptr;
    throw invalid_request("null is not a value of this parameter; leave it out instead.",
                          path.text());
  }
  switch (node.kind()) {
    case Kind::any:
      return value;
    case Kind::any_of:
      return coerce_any_of(node, value, path);
    case Kind::object:
      if (!value.is_object()) throw invalid_object(path.text());
      return coerce_members(node.children(), value, &path);
    case Kind::array:
      return coerce_elements(node, value, path);
    case Kind::map:
      return coerce_map(node, value, path);
    case Kind::metadata:
      return coerce_metadata(value, path);
    case Kind::integer:
      return coerce_integer(value, path);
    case Kind::floating:
      if (!value.is_number()) throw invalid_decimal(path.text(), to_compact(value));
      return value;
    case Kind::boolean:
      if (!value.is_boolean()) throw invalid_boolean(path.text(), to_compact(value));
      return value;
    case Kind::time:
      if (!value.is_string()) throw invalid_date_time(path.text());
      return coerce_text(node, text_of(value), path, Dialect::v2);
    case Kind::string:
    case Kind::reference:
    case Kind::decimal:
    case Kind::enumeration:
    case Kind::literal:
      if (!value.is_string()) throw invalid_string(path.text(), to_compact(value));
      return coerce_text(node, text_of(value), path, Dialect::v2);
    case Kind::embedded:
    case Kind::list:
      throw invalid_object(path.text());
  }
  OKAPI_UNREACHABLE();
}

void refuse_unknown_below(const Node& node, const Json& value, const ParamPath& path) {
  if (node.kind() == Kind::object && value.is_object()) {
    refuse_unknown(node.children(), value, &path);
  } else if (node.kind() == Kind::array && value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string name = std::to_string(i);
      refuse_unknown_below(node.element(), value[i], ParamPath{&path, name});
    }
  } else if (node.kind() == Kind::map && value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      refuse_unknown_below(node.element(), member, ParamPath{&path, key});
    }
  }
}

}  // namespace

void refuse_unknown(const NodeRange& declared, const Json& body, const ParamPath* parent) {
  for (const auto& [key, value] : body.items()) {
    Node found(0);
    const ParamPath path{parent, key};
    if (!declared.find(key, found)) throw unknown_parameter(path.text());
    refuse_unknown_below(found, value, path);
  }
}

Json coerce_members(const NodeRange& declared, const Json& body, const ParamPath* parent) {
  Json members = Json::object();
  for (const Node node : declared) {
    const ParamPath path{parent, node.name()};
    if (const auto sent = body.find(node.name()); sent != body.end()) {
      members[std::string(node.name())] = coerce(node, *sent, path);
    } else if (node.required()) {
      throw missing_parameter(path.text());
    }
  }
  return members;
}

}  // namespace okapi::api
