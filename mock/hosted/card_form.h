// The card that a person types into a hosted page, and the test cards that fill it in.
#pragma once

#include <string>

#include "hosted/view.h"
#include "hosted/visit.h"

namespace okapi::hosted {

// A button of the test bar was pressed: the page is shown again with its card, nothing else
// happens.
[[nodiscard]] bool fills_card(const Visit& visit);
// The fields of _card and the buttons of _test_bar, with what was typed or filled in.
void add_card_values(Json& values, const Visit& visit);
// A payment method of that card; `error` beside it where the card is refused.
struct TypedCard {
  std::string payment_method;
  std::string error;
};
[[nodiscard]] TypedCard make_card(const Visit& visit, const Form& billing_details = {});

}  // namespace okapi::hosted
