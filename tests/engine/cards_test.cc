#include "engine/cards.h"

#include <string>

#include <doctest/doctest.h>

namespace okapi::engine {
namespace {

using enum CardBehavior;

TEST_CASE("numbers pass the check digit or they do not") {
  struct Case {
    std::string number;
    bool passes;
  };
  const Case cases[] = {{"4242424242424242", true},
                        {"4242424242424241", false},
                        {"378282246310005", true},
                        {"36227206271667", true},
                        {"4242 4242 4242 4242", false},
                        {"42424242", false},
                        {"", false},
                        {"00000000000000000000000", false}};
  for (const Case& c : cases) {
    CAPTURE(c.number);
    CHECK(passes_luhn(c.number) == c.passes);
  }
}

TEST_CASE("a magic name is a card of the table, and only with its prefix") {
  struct Case {
    std::string id;
    std::string number;
    std::string brand;
  };
  const Case cases[] = {{"pm_card_visa", "4242424242424242", "visa"},
                        {"tok_visa", "4242424242424242", "visa"},
                        {"pm_card_mastercard_prepaid", "5105105105105100", "mastercard"},
                        {"pm_card_visa_chargeDeclined", "4000000000000002", "visa"},
                        {"pm_card_chargeCustomerFail", "4000000000000341", "visa"},
                        {"pm_card_gb", "4000008260000000", "visa"}};
  for (const Case& c : cases) {
    CAPTURE(c.id);
    const TestCard* card = find_magic_card(c.id);
    REQUIRE(card != nullptr);
    CHECK(card->number == c.number);
    CHECK(card->brand == c.brand);
    CHECK(passes_luhn(card->number));
    CHECK(find_test_card(card->number) != nullptr);
  }
  for (const char* id : {"visa", "pm_visa", "pm_card_", "pm_card_nobody", "tok_", ""}) {
    CAPTURE(std::string(id));
    CHECK(find_magic_card(id) == nullptr);
  }
}

TEST_CASE("what the bank says when a card is attached, charged, and charged off session") {
  struct Case {
    std::string name;
    std::string attached;  // the decline code; empty: fine
    std::string charged;
    bool asks_on_session;
    bool asks_off_session;
  };
  const Case cases[] = {
      {"visa", "", "", false, false},
      {"chargeDeclined", "generic_decline", "generic_decline", false, false},
      {"chargeDeclinedInsufficientFunds", "insufficient_funds", "insufficient_funds", false, false},
      {"chargeDeclinedLostCard", "lost_card", "lost_card", false, false},
      {"chargeDeclinedStolenCard", "stolen_card", "stolen_card", false, false},
      {"chargeDeclinedExpiredCard", "expired_card", "expired_card", false, false},
      {"chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc", false, false},
      {"chargeDeclinedProcessingError", "processing_error", "processing_error", false, false},
      {"chargeDeclinedVelocityLimitExceeded", "card_velocity_exceeded", "card_velocity_exceeded",
       false, false},
      {"chargeDeclinedFraudulent", "fraudulent", "fraudulent", false, false},
      {"chargeCustomerFail", "", "generic_decline", false, false},
      {"authenticationRequiredOnSetup", "", "", true, true},
      {"authenticationRequired", "", "", true, true},
      {"authenticationRequiredSetupForOffSession", "", "", true, false},
      {"authenticationRequiredChargeDeclinedInsufficientFunds", "", "insufficient_funds", true,
       true},
      {"threeDSecureOptional", "", "", false, false},
      {"createDispute", "", "", false, false}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const TestCard* card = find_magic_card("pm_card_" + c.name);
    REQUIRE(card != nullptr);
    CHECK(decline_when_attached(card->behavior).value_or("") == c.attached);
    CHECK(decline_when_charged(card->behavior).value_or("") == c.charged);
    CHECK(asks_to_authenticate(card->behavior, {.off_session = false}) == c.asks_on_session);
    CHECK(asks_to_authenticate(card->behavior, {.off_session = true}) == c.asks_off_session);
  }
}

TEST_CASE("the brand of a number outside of the table follows from its first digits") {
  struct Case {
    std::string number;
    std::string brand;
  };
  const Case cases[] = {{"4111111111111111", "visa"},     {"5454545454545454", "mastercard"},
                        {"343434343434343", "amex"},      {"36700102000000", "diners"},
                        {"3530111333300000", "jcb"},      {"6250941006528599", "unionpay"},
                        {"6011000990139424", "discover"}, {"9999999999999995", "unknown"}};
  for (const Case& c : cases) {
    CAPTURE(c.number);
    CHECK(brand_of(c.number) == c.brand);
  }
}

}  // namespace
}  // namespace okapi::engine
