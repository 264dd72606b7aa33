#include "engine/cards.h"

#include <algorithm>
#include <array>

namespace okapi::engine {
namespace {

using enum CardBehavior;

// Stripe: docs, "testing". The first row of a name is what its magic id makes.
constexpr auto test_cards = std::to_array<TestCard>({
    {.number = "4242424242424242", .name = "visa"},
    {.number = "4000056655665556", .name = "visa_debit", .funding = "debit"},
    {.number = "5555555555554444", .name = "mastercard", .brand = "mastercard"},
    {.number = "2223003122003222", .name = "mastercard", .brand = "mastercard"},
    {.number = "5200828282828210",
     .name = "mastercard_debit",
     .brand = "mastercard",
     .funding = "debit"},
    {.number = "5105105105105100",
     .name = "mastercard_prepaid",
     .brand = "mastercard",
     .funding = "prepaid"},
    {.number = "378282246310005", .name = "amex", .brand = "amex"},
    {.number = "371449635398431", .name = "amex", .brand = "amex"},
    {.number = "6011111111111117", .name = "discover", .brand = "discover"},
    {.number = "6011000990139424", .name = "discover", .brand = "discover"},
    {.number = "3056930009020004", .name = "diners", .brand = "diners"},
    {.number = "36227206271667", .name = "diners", .brand = "diners"},
    {.number = "3566002020360505", .name = "jcb", .brand = "jcb"},
    {.number = "6200000000000005", .name = "unionpay", .brand = "unionpay"},
    {.number = "4000000000000077", .name = "bypassPending"},
    {.number = "4000000760000002", .name = "br", .country = "BR"},
    {.number = "4000001240000000", .name = "ca", .country = "CA"},
    {.number = "4000004840008001", .name = "mx", .country = "MX"},
    {.number = "4000000400000008", .name = "at", .country = "AT"},
    {.number = "4000000560000004", .name = "be", .country = "BE"},
    {.number = "4000002080000001", .name = "dk", .country = "DK"},
    {.number = "4000002460000001", .name = "fi", .country = "FI"},
    {.number = "4000002500000003", .name = "fr", .country = "FR"},
    {.number = "4000002760000016", .name = "de", .country = "DE"},
    {.number = "4000003720000005", .name = "ie", .country = "IE"},
    {.number = "4000003800000008", .name = "it", .country = "IT"},
    {.number = "4000005280000002", .name = "nl", .country = "NL"},
    {.number = "4000005780000007", .name = "no", .country = "NO"},
    {.number = "4000007240000007", .name = "es", .country = "ES"},
    {.number = "4000007520000008", .name = "se", .country = "SE"},
    {.number = "4000007560000009", .name = "ch", .country = "CH"},
    {.number = "4000008260000000", .name = "gb", .country = "GB"},
    {.number = "4000000360000006", .name = "au", .country = "AU"},
    {.number = "4000003920000003", .name = "jp", .country = "JP"},
    {.number = "4000000000000002", .name = "chargeDeclined", .behavior = generic_decline},
    {.number = "4000000000000002", .name = "visa_chargeDeclined", .behavior = generic_decline},
    {.number = "4000000000009995",
     .name = "chargeDeclinedInsufficientFunds",
     .behavior = insufficient_funds},
    {.number = "4000000000009995",
     .name = "visa_chargeDeclinedInsufficientFunds",
     .behavior = insufficient_funds},
    {.number = "4000000000009987", .name = "chargeDeclinedLostCard", .behavior = lost_card},
    {.number = "4000000000009979", .name = "chargeDeclinedStolenCard", .behavior = stolen_card},
    {.number = "4000000000000069", .name = "chargeDeclinedExpiredCard", .behavior = expired_card},
    {.number = "4000000000000127", .name = "chargeDeclinedIncorrectCvc", .behavior = incorrect_cvc},
    {.number = "4000000000000119",
     .name = "chargeDeclinedProcessingError",
     .behavior = processing_error},
    {.number = "4000000000006975",
     .name = "chargeDeclinedVelocityLimitExceeded",
     .behavior = card_velocity_exceeded},
    {.number = "4100000000000019", .name = "chargeDeclinedFraudulent", .behavior = fraudulent},
    {.number = "4000000000000341", .name = "chargeCustomerFail", .behavior = decline_after_attach},
    {.number = "4000002500003155",
     .name = "authenticationRequiredOnSetup",
     .country = "FR",
     .behavior = authenticate_unless_set_up},
    {.number = "4000002760003184",
     .name = "authenticationRequired",
     .country = "DE",
     .behavior = authenticate_always},
    {.number = "4000003800000446",
     .name = "authenticationRequiredSetupForOffSession",
     .country = "IT",
     .behavior = authenticate_on_session},
    {.number = "4000008260003178",
     .name = "authenticationRequiredChargeDeclinedInsufficientFunds",
     .country = "GB",
     .behavior = authenticate_then_insufficient_funds},
    {.number = "4000000000003220",
     .name = "threeDSecure2Required",
     .behavior = authenticate_always},
    {.number = "4000008400001629",
     .name = "threeDSecureRequiredChargeDeclined",
     .behavior = authenticate_then_decline},
    {.number = "4000008400001280",
     .name = "threeDSecureRequiredProcessingError",
     .behavior = authenticate_then_decline},
    {.number = "4000000000003055", .name = "threeDSecureOptional"},
    {.number = "378282246310005", .name = "amex_threeDSecureNotSupported", .brand = "amex"},
    {.number = "4000000000000259", .name = "createDispute"},
    {.number = "4000000000001976", .name = "createDisputeInquiry"},
    {.number = "4000000000002685", .name = "createDisputeProductNotReceived"},
    {.number = "4000000000005423", .name = "createIssuerFraudRecord"},
    {.number = "4000000000004954", .name = "riskLevelHighest"},
    {.number = "4000000000009235", .name = "riskLevelElevated"},
    {.number = "4000000000000101", .name = "cvcCheckFail"},
    {.number = "4000000000000036", .name = "avsZipFail"},
    {.number = "4000000000007726", .name = "pendingRefund"},
    {.number = "4000000000005126", .name = "refundFail"},
});

const TestCard* find_card(std::string_view TestCard::*field, std::string_view value) {
  const auto found = std::ranges::find(test_cards, value, field);
  return found == test_cards.end() ? nullptr : &*found;
}

}  // namespace

const TestCard* find_test_card(std::string_view number) {
  return find_card(&TestCard::number, number);
}

const TestCard* find_magic_card(std::string_view id) {
  for (const std::string_view prefix : {"pm_card_", "tok_"}) {
    if (id.starts_with(prefix)) return find_card(&TestCard::name, id.substr(prefix.size()));
  }
  return nullptr;
}

bool passes_luhn(std::string_view number) {
  if (number.size() < 12 || number.size() > 19) return false;
  int sum = 0;
  bool doubled = false;
  for (auto at = number.rbegin(); at != number.rend(); ++at, doubled = !doubled) {
    if (*at < '0' || *at > '9') return false;
    const int digit = (*at - '0') * (doubled ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 == 0;
}

std::string_view brand_of(std::string_view number) {
  struct Range {
    std::string_view prefix;
    std::string_view brand;
  };
  static constexpr auto ranges = std::to_array<Range>({{"4", "visa"},
                                                       {"5", "mastercard"},
                                                       {"2", "mastercard"},
                                                       {"34", "amex"},
                                                       {"37", "amex"},
                                                       {"30", "diners"},
                                                       {"36", "diners"},
                                                       {"35", "jcb"},
                                                       {"62", "unionpay"},
                                                       {"6", "discover"}});
  for (const Range& range : ranges) {
    if (number.starts_with(range.prefix)) return range.brand;
  }
  return "unknown";
}

std::optional<std::string_view> decline_when_attached(CardBehavior behavior) {
  switch (behavior) {
    case generic_decline:
    case insufficient_funds:
    case lost_card:
    case stolen_card:
    case expired_card:
    case incorrect_cvc:
    case processing_error:
    case card_velocity_exceeded:
    case fraudulent:
      return decline_when_charged(behavior);
    case approve:
    case decline_after_attach:
    case authenticate_unless_set_up:
    case authenticate_always:
    case authenticate_on_session:
    case authenticate_then_insufficient_funds:
    case authenticate_then_decline:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string_view> decline_when_charged(CardBehavior behavior) {
  switch (behavior) {
    case generic_decline:
    case decline_after_attach:
    case authenticate_then_decline:
      return "generic_decline";
    case insufficient_funds:
    case authenticate_then_insufficient_funds:
      return "insufficient_funds";
    case lost_card:
      return "lost_card";
    case stolen_card:
      return "stolen_card";
    case expired_card:
      return "expired_card";
    case incorrect_cvc:
      return "incorrect_cvc";
    case processing_error:
      return "processing_error";
    case card_velocity_exceeded:
      return "card_velocity_exceeded";
    case fraudulent:
      return "fraudulent";
    case approve:
    case authenticate_unless_set_up:
    case authenticate_always:
    case authenticate_on_session:
      return std::nullopt;
  }
  return std::nullopt;
}

bool asks_to_authenticate(CardBehavior behavior, Asked when) {
  switch (behavior) {
    case authenticate_unless_set_up:
      return !(when.off_session && when.set_up);
    case authenticate_always:
    case authenticate_then_insufficient_funds:
    case authenticate_then_decline:
      return true;
    case authenticate_on_session:
      return !when.off_session;
    case approve:
    case generic_decline:
    case insufficient_funds:
    case lost_card:
    case stolen_card:
    case expired_card:
    case incorrect_cvc:
    case processing_error:
    case card_velocity_exceeded:
    case fraudulent:
    case decline_after_attach:
      return false;
  }
  return false;
}

}  // namespace okapi::engine
