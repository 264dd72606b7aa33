// Checkout Sessions: what is offered, to whom, and for how much (api-conventions 10.1). What
// happens when somebody accepts stands in completion.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/operation.h"
#include "engine/priced_lines.h"

namespace okapi::engine {

struct SessionOrigin {
  std::string base_url;      // of the page
  std::string_view version;  // of the API, for the billing mode of a subscription
  std::string link = {};     // the payment link that was visited
};
// From the parameters of POST /v1/checkout/sessions; stored, without an event. Throws.
store::Document create_session(store::Transaction& tx, const Json& params,
                               const SessionOrigin& origin);
// Metadata, line items and what was collected, while it is open.
store::Document update_session(store::Transaction& tx, const store::Document& session,
                               const Json& params);
// The code that a person typed on the page; empty: none any more. Throws.
store::Document redeem_code(store::Transaction& tx, const store::Document& session,
                            const std::string& code);
// The quantity that a person chose, within adjustable_quantity. Throws.
store::Document adjust_quantity(store::Transaction& tx, const store::Document& session,
                                const std::string& line, std::int64_t quantity);

store::Document expire_session(store::Transaction& tx, const store::Document& session);
// A step of time, and the due reader.
void expire_session_by_itself(store::Transaction& tx, const store::Document& session,
                              const api::Settings& settings);
void session_due(const Json& session, std::vector<store::Due>& due);

[[nodiscard]] std::vector<Json> items_of_session(const store::Transaction& tx, const Json& session);
[[nodiscard]] std::vector<PricedLine> lines_of_session(const store::Transaction& tx,
                                                       const Json& session);
// The coupons and codes that count now, as a `discounts` parameter.
[[nodiscard]] Json discounts_of_session(const store::Transaction& tx, const Json& session);
// Throws where it is complete or expired; `what` is "expired" or "updated".
// What the customer takes beside the lines: a shipping option, so many of an optional item.
store::Document take_shipping(store::Transaction& tx, const store::Document& session,
                              const std::string& rate);
store::Document take_optional_item(store::Transaction& tx, const store::Document& session,
                                   const std::string& price, std::int64_t quantity);

void check_open(const Json& session, const char* what);

}  // namespace okapi::engine
