// One value by what the catalogue declares of it: text of a form, or JSON of v2, to typed JSON.
// Inside of params.cc; nothing else includes this.
#pragma once

#include <string>
#include <string_view>

#include "api/catalogue.h"
#include "api/form.h"
#include "base/json.h"

namespace okapi::api {

// The full name of a parameter, written only when a refusal needs it: items[0][price].
struct ParamPath {
  const ParamPath* parent = nullptr;
  std::string_view name = {};
  [[nodiscard]] std::string text() const;
};

enum class Dialect {
  v1,  // times are unix seconds
  v2,  // times are RFC 3339
};

constexpr std::int64_t latest_time = 253'402'300'799;  // the end of the year 9999
constexpr std::size_t most_elements = 1000;            // Stripe's own mock refuses greater indexes

// Whether one of the alternatives (members) satisfies the predicate.
template <typename Predicate>
[[nodiscard]] bool any_child(const Node& node, Predicate&& satisfies) {
  for (const Node child : node.children()) {
    if (satisfies(child)) return true;
  }
  return false;
}

// --- single values from text
[[nodiscard]] Json coerce_text(const Node& node, std::string_view value, const ParamPath& path,
                               Dialect dialect);
// Whether the text could be a value of the node (for alternatives).
[[nodiscard]] bool fits_text(const Node& node, std::string_view value, Dialect dialect);
// Common to both: length, blanks, letter case, currency.
[[nodiscard]] Json coerce_string(const Node& node, std::string_view value, const ParamPath& path);
[[nodiscard]] Json coerce_decimal(std::string_view value, const ParamPath& path);
[[nodiscard]] bool is_unsettable(const Node& node);
void check_metadata(const Json& metadata);
[[nodiscard]] bool parse_integer(std::string_view value, std::int64_t& parsed);
// A key of a map whose keys mean something: currency_options[EUR] is eur.
[[nodiscard]] std::string coerce_map_key(const Node& map, std::string_view key,
                                         const ParamPath& path);

// --- forms
// Unknown names anywhere below, whatever else is wrong.
void refuse_unknown(const NodeRange& declared, const FormNode& form, const ParamPath* parent);
// The declared members in the catalogue's order.
[[nodiscard]] Json coerce_members(const NodeRange& declared, const FormNode& form,
                                  const ParamPath* parent, Dialect dialect);
// What a form looks like where free JSON is wanted or to be echoed: indexes become "0", "1", …
[[nodiscard]] Json free_form(const FormNode& form);

// --- v2 bodies
void refuse_unknown(const NodeRange& declared, const Json& body, const ParamPath* parent);
[[nodiscard]] Json coerce_members(const NodeRange& declared, const Json& body,
                                  const ParamPath* parent);

}  // namespace okapi::api
