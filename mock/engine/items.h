// The items of a subscription: made from the parameters of items[], checked against each other,
// kept in step with what finds them (subscriptions-invoices 2.3, 2.4, 2.7).
#pragma once

#include <string>

#include "billing/period.h"
#include "store/account.h"

namespace okapi::engine {

// The price that one entry names: by id, by legacy plan id, or by price_data, which makes it.
// Refuses what no item can have: one-time, inactive, another currency. `prefix` is "items[0]", or
// empty. `currency` empty: the price's own.
[[nodiscard]] store::Document item_price(store::Transaction& tx, const Json& params,
                                         const std::string& prefix, const std::string& currency);

// A new item for the subscription tree, which holds id, billing mode and anchor. Its period is left
// at zero: see set_first_period.
[[nodiscard]] Json make_item(store::Transaction& tx, const Json& subscription,
                             const store::Document& price, const Json& params,
                             const std::string& prefix);
// The discounts and tax rates of an entry, where it names them.
void set_item_terms(store::Transaction& tx, const Json& subscription, Json& item,
                    const Json& params, const std::string& prefix);
// The period that `now` lies in, counted from the subscription's anchor, beginning no earlier than
// now.
void set_first_period(const Json& subscription, Json& item, Seconds now);

[[nodiscard]] bool is_metered_item(const Json& item);
// Refuses quantity on a metered price, and gives the quantity of a licensed one.
[[nodiscard]] std::int64_t item_quantity(const Json& params, const std::string& prefix,
                                         bool metered, std::int64_t otherwise);

// Rules between the items: how many, no price twice, intervals that fit. Throws.
void check_items(const Json& subscription);
// Rules between thresholds and items. Throws.
void check_thresholds_fit(const store::Transaction& tx, const Json& subscription);
// total_count, url, and the legacy twins of a single item at the top.
void complete_items(Json& subscription);

// After every write that adds or removes items or thresholds: the internal documents by which an
// item id or a customer's thresholds are found.
void sync_items(store::Transaction& tx, const store::Document& subscription);
// The subscription that has the item; empty: there is none.
[[nodiscard]] store::Document subscription_of_item(const store::Transaction& tx,
                                                   std::string_view item);
// The item inside its subscription's tree; null when it is not there.
[[nodiscard]] const Json* find_item(const Json& subscription, std::string_view item);

}  // namespace okapi::engine
