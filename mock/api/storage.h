// What answers an operation that nobody bound: plain stateful create, retrieve, update, delete and
// list where that is true to Stripe, 501 where it would be an invention.
#pragma once

#include "api/operation.h"

namespace okapi::api {

enum class Coverage { behaviour, storage, missing };

[[nodiscard]] Coverage coverage(const Registry& registry, const Operation& operation);
// For operations whose coverage is storage; throws not_implemented otherwise.
[[nodiscard]] Reply answer_from_storage(Context& ctx);
// GET of one object by its own id: what find() gives is the answer.
[[nodiscard]] bool is_plain_retrieve(const Operation& operation);

// Erases the document so that retrieving it still answers the deleted stub. Stripe: customers do
// that, other objects answer 404 (api-conventions 7).
void bury(store::Transaction& tx, const store::Document& document);
[[nodiscard]] bool is_buried(const store::Transaction& tx, std::string_view kind,
                             std::string_view id);

}  // namespace okapi::api
