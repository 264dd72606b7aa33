// Stripe's test cards as data: what each number or magic name is, and what happens when it is
// attached or charged (api-conventions 9.2). Nothing here knows documents.
#pragma once

#include <optional>
#include <string_view>

namespace okapi::engine {

// What a bank says; `approve` also for cards that only misbehave after the payment.
enum class CardBehavior {
  approve,
  generic_decline,
  insufficient_funds,
  lost_card,
  stolen_card,
  expired_card,
  incorrect_cvc,
  processing_error,
  card_velocity_exceeded,
  fraudulent,            // blocked by Radar
  decline_after_attach,  // attaches, then every charge fails
  authenticate_unless_set_up,
  authenticate_always,
  authenticate_on_session,  // set up already: off session succeeds
  authenticate_then_insufficient_funds,
  authenticate_then_decline,
};

struct TestCard {
  std::string_view number;
  std::string_view name;  // of pm_card_… and tok_…
  std::string_view brand = "visa";
  std::string_view funding = "credit";
  std::string_view country = "US";
  CardBehavior behavior = CardBehavior::approve;
};

[[nodiscard]] const TestCard* find_test_card(std::string_view number);
// "pm_card_visa" or "tok_visa"; null for anything else.
[[nodiscard]] const TestCard* find_magic_card(std::string_view id);
[[nodiscard]] bool passes_luhn(std::string_view number);
// By the first digits, for numbers that are not in the table.
[[nodiscard]] std::string_view brand_of(std::string_view number);

// The decline code, when the card refuses to be attached.
[[nodiscard]] std::optional<std::string_view> decline_when_attached(CardBehavior behavior);
// The same when it is charged off session or after authentication.
[[nodiscard]] std::optional<std::string_view> decline_when_charged(CardBehavior behavior);
// Whether a charge asks the customer to authenticate first. `set_up`: a SetupIntent, or a payment
// with setup_future_usage, went through with it before.
struct Asked {
  bool off_session = false;
  bool set_up = false;
};
[[nodiscard]] bool asks_to_authenticate(CardBehavior behavior, Asked when);

}  // namespace okapi::engine
