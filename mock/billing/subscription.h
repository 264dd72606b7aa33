// The statuses of a subscription and what each of them means for billing (subscriptions-invoices
// 2.1). A rule about statuses stands here and nowhere else.
#pragma once

#include <optional>
#include <string_view>

namespace okapi::billing {

enum class SubscriptionStatus {
  incomplete,
  incomplete_expired,
  trialing,
  active,
  past_due,
  canceled,
  unpaid,
  paused,
};

[[nodiscard]] std::string_view to_word(SubscriptionStatus status);
[[nodiscard]] std::optional<SubscriptionStatus> find_subscription_status(std::string_view word);

// Nothing brings it back.
[[nodiscard]] bool is_terminal(SubscriptionStatus status);
// The end of a period makes an invoice (a trial's end does, too, when the trial turns active).
[[nodiscard]] bool is_billable(SubscriptionStatus status);
// The invoices of its renewals go on to finalization and payment by themselves.
[[nodiscard]] bool advances_invoices(SubscriptionStatus status);

}  // namespace okapi::billing
