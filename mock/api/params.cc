#include "api/params.h"

#include <algorithm>

#include "api/coerce.h"
#include "api/error.h"
#include "api/expand.h"
#include "api/version.h"
#include "base/nesting.h"

namespace okapi::api {
namespace {

constexpr std::size_t deepest_json = 20;

std::string single_text(const FormNode& form, std::string_view name) {
  if (!form.is_leaf || !form.children.empty()) {
    throw invalid_string(name, to_compact(free_form(form)));
  }
  return form.value;
}

// expand[]=x, expand[0]=x, expand=x.
std::vector<std::string> expand_paths(const FormNode& form) {
  if (form.is_leaf && form.children.empty()) {
    if (form.value.empty()) throw empty_parameter("expand");
    return {form.value};
  }
  std::vector<std::string> paths;
  for (const auto& [key, child] : form.children) {
    if (!child.is_leaf || !child.children.empty()) throw invalid_array("expand");
    if (!child.value.empty()) paths.push_back(child.value);
  }
  if (paths.size() > most_elements) throw too_many_items("expand", most_elements);
  return paths;
}

std::int64_t page_limit(const FormNode& form) {
  const std::string value = single_text(form, "limit");
  if (value.empty()) return 10;
  std::int64_t limit = 0;
  if (!parse_integer(value, limit)) throw invalid_integer("limit", value);
  // Stripe: clamped, not refused (api-conventions 6.1, 14.1).
  return std::clamp<std::int64_t>(limit, 1, 100);
}

bool has_paging(const Operation& operation, std::string_view name) {
  if (operation.shape() == Shape::search || (operation.v2() && operation.shape() == Shape::list)) {
    return name == "limit" || name == "page";
  }
  if (operation.shape() != Shape::list) return false;
  return name == "limit" || name == "starting_after" || name == "ending_before";
}

// Takes what every operation has out of the form; what is left is the operation's own.
FormNode take_common(const Operation& operation, const FormNode& form, Input& input) {
  FormNode own;
  for (const auto& [key, child] : form.children) {
    if (key == "expand" && !operation.v2()) {
      input.expand = expand_paths(child);
    } else if (has_paging(operation, key)) {
      if (key == "limit") input.limit = page_limit(child);
      if (key == "starting_after") input.starting_after = single_text(child, key);
      if (key == "ending_before") input.ending_before = single_text(child, key);
      if (key == "page") input.page = single_text(child, key);
    } else {
      own.children.push_back({key, child});
    }
  }
  return own;
}

bool has_common(const Operation& operation, const FormNode& form) {
  return std::ranges::any_of(form.children, [&](const auto& child) {
    return (child.key == "expand" && !operation.v2()) || has_paging(operation, child.key);
  });
}

Json parse_body(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == text.npos) return Json::object();
  if (nests_deeper(text, deepest_json)) throw undecodable_json();
  Json body = Json::parse(text, nullptr, false);
  // NUL is no character of any value: the store separates keys with it.
  if (body.is_discarded() || !body.is_object() || text.find("\\u0000") != text.npos) {
    throw undecodable_json();
  }
  return body;
}

Input check_lifted(const Operation& operation, const FormNode& form, std::string_view version) {
  Input input;
  if (!has_common(operation, form)) {
    refuse_unknown(operation.params(), form, nullptr);
    input.params = coerce_members(operation.params(), form, nullptr, Dialect::v1);
    return input;
  }
  const FormNode own = take_common(operation, form, input);
  check_expand(operation, input.expand, version);
  refuse_unknown(operation.params(), own, nullptr);
  input.params = coerce_members(operation.params(), own, nullptr, Dialect::v1);
  return input;
}

Input check_v2(const Operation& operation, const FormNode& query, const Json& body) {
  Input input;
  const FormNode own = take_common(operation, query, input);
  refuse_unknown(operation.params(), own, nullptr);
  if (operation.method() != "POST") {
    input.params = coerce_members(operation.params(), own, nullptr, Dialect::v2);
    return input;
  }
  refuse_unknown(operation.params(), body, nullptr);
  input.params = coerce_members(operation.params(), body, nullptr);
  return input;
}

}  // namespace

Input check_params(const Operation& operation, const FormNode& form, std::string_view version) {
  if (is_newest(version)) return check_lifted(operation, form, version);
  FormNode lifted = form;
  lift_params(version, operation.name(), lifted);
  return check_lifted(operation, lifted, version);
}

Input check_v2_params(const Operation& operation, const FormNode& query,
                      std::string_view json_body) {
  const Json body = operation.method() == "POST" ? parse_body(json_body) : Json();
  try {
    return check_v2(operation, query, body);
  } catch (ApiError& refusal) {
    // Stripe: v2 has one code for all that is wrong with a request's fields (stripe-node,
    // Error.js).
    refusal.code = "invalid_fields";
    throw;
  }
}

}  // namespace okapi::api
