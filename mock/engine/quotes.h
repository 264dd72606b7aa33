// Quotes: what would be billed, offered to a customer, and made into a subscription, a schedule or
// an invoice when it is accepted (subscriptions-invoices 4.2).
#pragma once

#include <string_view>

#include "api/operation.h"
#include "engine/priced_lines.h"

namespace okapi::engine {

// From the parameters of POST /v1/quotes: a stored draft.
store::Document create_quote(store::Transaction& tx, const Json& params, std::string_view version);
// Only drafts change; of an open quote expires_at and metadata.
store::Document update_quote(store::Transaction& tx, const store::Document& quote,
                             const Json& params);

store::Document finalize_quote(store::Transaction& tx, const store::Document& quote,
                               const Json& params);
store::Document accept_quote(store::Transaction& tx, const store::Document& quote,
                             const api::Settings& settings);
store::Document cancel_quote(store::Transaction& tx, const store::Document& quote);
// A step of time: expires_at is reached.
void expire_quote(store::Transaction& tx, const store::Document& quote,
                  const api::Settings& settings);
void quote_due(const Json& quote, std::vector<store::Due>& due);

// The lines with their amounts; `upfront`: those of the first invoice.
[[nodiscard]] std::vector<Json> items_of_quote(const store::Transaction& tx, const Json& quote,
                                               bool upfront);

}  // namespace okapi::engine
