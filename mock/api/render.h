// A handler's reply to the bytes of the response body: expansion, older API version, key order, two
// spaces of indentation (api-conventions 1.3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/operation.h"

namespace okapi::api {

[[nodiscard]] std::string render(store::Transaction& tx, const Operation& operation, Reply reply,
                                 const std::vector<std::string>& expand, std::string_view version);
// The same of one stored document in the newest version, nothing expanded: needs no transaction.
[[nodiscard]] std::string render_document(const store::Document& document);
// An event that was made for an older version: its text is not what its readers get.
[[nodiscard]] bool is_older_event(const store::Document& document);

// Internal fields start with '_' at the top level of a stored object and never leave the server.
[[nodiscard]] bool is_internal_field(std::string_view name);
void strip_internal_fields(Json& tree);
// A copy of the document's tree, and its compact text, without them.
[[nodiscard]] Json public_tree(const store::Document& document);
[[nodiscard]] std::string public_text(const store::Document& document);

}  // namespace okapi::api
