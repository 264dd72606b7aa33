// The Json type and its readers. A reader throws nlohmann's exception when the field is missing or
// of another kind: a misspelt field is a bug, never a silent null. Text form: `id`, `object`, then
// alphabetical, at every level, as Stripe prints (api-conventions 1.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "base/time.h"

namespace okapi {

using Json = nlohmann::json;

// `path` is one key. The maybe_ forms give empty for null and for an absent key.
[[nodiscard]] const std::string& text(const Json& object, std::string_view key);
[[nodiscard]] std::int64_t integer(const Json& object, std::string_view key);
[[nodiscard]] bool boolean(const Json& object, std::string_view key);
[[nodiscard]] Decimal decimal(const Json& object, std::string_view key);  // a string field
[[nodiscard]] std::optional<std::string> maybe_text(const Json& object, std::string_view key);
[[nodiscard]] std::optional<std::int64_t> maybe_integer(const Json& object, std::string_view key);
[[nodiscard]] bool maybe_boolean(const Json& object,
                                 std::string_view key);  // absent and null: false
[[nodiscard]] std::optional<Decimal> maybe_decimal(const Json& object, std::string_view key);
// True when the key is there and not null.
[[nodiscard]] bool has(const Json& object, std::string_view key);
// Null when any step is absent or null: at_path(invoice, {"parent", "subscription_details"}).
[[nodiscard]] const Json& at_path(const Json& object, std::initializer_list<std::string_view> path);

// Compact text in Stripe's key order.
[[nodiscard]] std::string to_compact(const Json& value);
void append_compact(std::string& out, const Json& value);
// Leaves it empty. The library's destructor, so as to stand any depth, moves every member to a list
// first; this goes down, so it is for what parse_stored() and handlers made.
void take_apart(Json& value);
// Pretty text (two spaces) of compact text, without building a tree; `depth` is how deep it stands.
void append_pretty(std::string& out, std::string_view compact, int depth);
[[nodiscard]] std::string to_pretty(const Json& value);
// A JSON string literal with quotes.
void append_quoted(std::string& out, std::string_view value);
// Parses our own or a stored text; throws Bug when it is not JSON.
[[nodiscard]] Json parse_stored(std::string_view compact);

}  // namespace okapi
