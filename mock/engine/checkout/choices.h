// What a customer may choose beside the lines of a Checkout Session: how it is shipped, and items
// that may be added.
#pragma once

#include <string>

#include "engine/param_name.h"
#include "store/account.h"

namespace okapi::engine {

// shipping_options of a session or a link: [{shipping_amount, shipping_rate}]. Throws what cannot
// be offered.
[[nodiscard]] Json read_shipping_options(store::Transaction& tx, const Json& given,
                                         const std::string& currency);
// optional_items of a session or a link, that go with its `_lines`. Throws for prices that do not.
[[nodiscard]] Json read_optional_items(store::Transaction& tx, const Json& given,
                                       const Json& owner);

// Takes one of the session's shipping options. Throws for a rate that is none of them.
void choose_shipping(Json& session, const std::string& rate);
// Puts so many of an optional item among the session's lines; none takes it away again.
void choose_optional_item(store::Transaction& tx, Json& session, const std::string& price,
                          std::int64_t quantity);

}  // namespace okapi::engine
