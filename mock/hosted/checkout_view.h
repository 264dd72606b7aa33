// A Checkout Session as the values of its page.
#pragma once

#include <string>

#include "hosted/visit.h"

namespace okapi::hosted {

// What a person did wrong, beside the field that it is about.
struct CheckoutErrors {
  std::string card = {};
  std::string code = {};
  std::string email = {};
  std::string tax_id = {};
  std::string terms = {};
  std::string other = {};
  [[nodiscard]] bool any() const {
    return !card.empty() || !code.empty() || !email.empty() || !tax_id.empty() || !terms.empty() ||
           !other.empty();
  }
};
// `session` is that of /v1/payment_pages with its line items and trial_days.
[[nodiscard]] Json checkout_values(const Visit& visit, const Json& session,
                                   const CheckoutErrors& errors);
// Whether a card is asked for.
[[nodiscard]] bool needs_card(const Json& session);

}  // namespace okapi::hosted
