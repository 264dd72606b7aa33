// Payment methods: made from card numbers, tokens and the magic pm_card_… names, attached to
// customers and detached again (api-conventions 9.2, 9.3). What a test card does when charged is in
// cards.h.
#pragma once

#include <string>
#include <string_view>

#include "engine/cards.h"
#include "store/account.h"

namespace okapi::engine {

struct CardDetails {
  std::string number;          // of the test card table, or any Luhn-valid one
  std::int64_t exp_month = 0;  // 0: this month, next year (what magic names give)
  std::int64_t exp_year = 0;
};
// A new, unattached card. Throws the 402 of a wrong number. `id` empty: a new pm_….
store::Document create_card(store::Transaction& tx, const CardDetails& card,
                            const Json& billing_details = Json::object(),
                            const std::string& id = {});
// Another payment method of the same card; `id` empty: a new pm_….
store::Document copy_card(store::Transaction& tx, const store::Document& payment_method,
                          const std::string& id = {});

// The parameters {number, exp_month, exp_year} of a card. Throws for what is missing.
[[nodiscard]] CardDetails read_card(const Json& card);

// From the parameters of its creation, or a payment_method_data hash named `prefix`; 501 for what
// is no card.
store::Document create_payment_method(store::Transaction& tx, const Json& params,
                                      const std::string& prefix = {});

// The payment method of a parameter; a magic name ("pm_card_visa") makes a new one at each use.
// Throws no_such for anything else that does not exist.
store::Document require_payment_method(store::Transaction& tx, const std::string& id,
                                       std::string_view param);
// What its number says about it; null for cards that are not Stripe's test cards.
[[nodiscard]] const TestCard* test_card_of(const store::Transaction& tx,
                                           const store::Document& payment_method);
[[nodiscard]] bool asks_to_authenticate(const store::Transaction& tx,
                                        const store::Document& payment_method, bool off_session);
// A SetupIntent went through: later off-session payments ask for nothing.
void mark_set_up(store::Transaction& tx, const store::Document& payment_method);
// Attaches; the same customer again is fine. Throws the 402 of cards that decline when attached,
// and the refusals for a used or foreign payment method. Emits payment_method.attached.
store::Document attach_payment_method(store::Transaction& tx, const store::Document& payment_method,
                                      const store::Document& customer);
// Detaches; clears the customer's default when it was that. Emits payment_method.detached.
store::Document detach_payment_method(store::Transaction& tx,
                                      const store::Document& payment_method);

}  // namespace okapi::engine
