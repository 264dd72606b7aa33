#include "billing/subscription.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"

namespace okapi::billing {
namespace {

struct Word {
  SubscriptionStatus status = SubscriptionStatus::incomplete;
  std::string_view text;
};
constexpr Word words[] = {{SubscriptionStatus::incomplete, "incomplete"},
                          {SubscriptionStatus::incomplete_expired, "incomplete_expired"},
                          {SubscriptionStatus::trialing, "trialing"},
                          {SubscriptionStatus::active, "active"},
                          {SubscriptionStatus::past_due, "past_due"},
                          {SubscriptionStatus::canceled, "canceled"},
                          {SubscriptionStatus::unpaid, "unpaid"},
                          {SubscriptionStatus::paused, "paused"}};

}  // namespace

std::string_view to_word(SubscriptionStatus status) {
  return std::ranges::find(words, status, &Word::status)->text;
}

std::optional<SubscriptionStatus> find_subscription_status(std::string_view word) {
  const auto found = std::ranges::find(words, word, &Word::text);
  if (found == std::end(words)) return std::nullopt;
  return found->status;
}

bool is_terminal(SubscriptionStatus status) {
  using enum SubscriptionStatus;
  return status == canceled || status == incomplete_expired;
}

bool is_billable(SubscriptionStatus status) {
  using enum SubscriptionStatus;
  switch (status) {
    case incomplete:
      return false;
    case incomplete_expired:
      return false;
    case trialing:
      return false;
    case active:
      return true;
    case past_due:
      return true;
    case canceled:
      return false;
    // Stripe: renewals still create invoices, which stay drafts (billing/subscriptions/overview).
    case unpaid:
      return true;
    case paused:
      return false;
  }
  OKAPI_UNREACHABLE();
}

bool advances_invoices(SubscriptionStatus status) {
  return is_billable(status) && status != SubscriptionStatus::unpaid;
}

}  // namespace okapi::billing
