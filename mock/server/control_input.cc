#include "server/control_input.h"

#include <algorithm>
#include <charconv>

#include "api/error.h"
#include "api/form.h"
#include "base/nesting.h"
#include "base/text.h"

namespace okapi::server {
namespace {

bool is_json(const api::Request& request) {
  return api::header(request.headers, "content-type").starts_with("application/json") ||
         trimmed(request.body).starts_with('{');
}

Json tree_of(const api::FormNode& node) {
  if (node.is_leaf) return node.value;
  Json tree = Json::object();
  for (const auto& [key, child] : node.children) tree[key] = tree_of(child);
  return tree;
}

// Control bodies are flat; faults nest once.
constexpr std::size_t deepest_json = 20;

Json parse_body(const api::Request& request) {
  if (request.method == "GET" || !is_json(request)) {
    return tree_of(api::parse_form(request.query(), request.method == "GET" ? "" : request.body));
  }
  Json tree;
  if (!nests_deeper(request.body, deepest_json)) tree = Json::parse(request.body, nullptr, false);
  if (!tree.is_object()) {
    throw api::invalid_request("The body must be a JSON object, or form parameters.");
  }
  return tree;
}

}  // namespace

ControlInput::ControlInput(const api::Request& request,
                           std::initializer_list<std::string_view> known)
    : tree_(parse_body(request)) {
  for (const auto& [name, value] : tree_.items()) {
    if (std::ranges::find(known, name) == known.end()) throw api::unknown_parameter(name);
  }
}

ControlInput::ControlInput(Json tree, std::string path)
    : tree_(std::move(tree)), path_(std::move(path)) {}

std::optional<std::string> ControlInput::text(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number() || value->is_boolean()) return value->dump();
  if (!value->is_string()) throw api::invalid_string(full_name(name), value->dump());
  if (value->get_ref<const std::string&>().empty()) return std::nullopt;
  return value->get<std::string>();
}

std::optional<std::int64_t> ControlInput::integer(std::string_view name) const {
  const std::optional<std::string> digits = text(name);
  if (!digits) return std::nullopt;
  std::int64_t number = 0;
  const char* end = digits->data() + digits->size();
  const auto [stopped, error] = std::from_chars(digits->data(), end, number);
  if (error != std::errc() || stopped != end) throw api::invalid_integer(full_name(name), *digits);
  return number;
}

bool ControlInput::flag(std::string_view name) const {
  const std::optional<std::string> word = text(name);
  if (!word || *word == "false") return false;
  if (*word != "true") throw api::invalid_boolean(full_name(name), *word);
  return true;
}

std::optional<ControlInput> ControlInput::object(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) throw api::invalid_object(full_name(name));
  return ControlInput(*value, full_name(name));
}

const Json* ControlInput::find(std::string_view name) const {
  const auto found = tree_.find(name);
  return found == tree_.end() || found->is_null() ? nullptr : &*found;
}

std::string ControlInput::full_name(std::string_view name) const {
  return path_.empty() ? std::string(name) : concat(path_, "[", name, "]");
}

}  // namespace okapi::server
