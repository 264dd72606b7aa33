#include "billing/credit.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace okapi::billing {
namespace {

// Stripe: priority, then the sooner expiry, promotional before paid, the earlier effective_at, the
// earlier created (billing-credits). Guess: a grant that never expires has the latest expiry.
auto rank(const Grant& grant) {
  return std::tuple(grant.priority, grant.expires_at.value_or(std::numeric_limits<Seconds>::max()),
                    !grant.promotional, grant.effective_at, grant.created, grant.sequence);
}

// Stripe: the period's end decides, not the moment of finalization, so a grant that expires exactly
// at the end misses that period's usage. Guess: one that expires between the end and the
// finalization has lost its balance by then, and does not pay either.
bool applies(const Grant& grant, const std::string& currency, Seconds period_end, Seconds now) {
  if (grant.voided || grant.currency != currency || grant.effective_at > period_end) return false;
  return !grant.expires_at || *grant.expires_at > std::max(period_end, now);
}

bool in_scope(const Grant& grant, const CreditLine& line) {
  return grant.prices.empty() || std::ranges::find(grant.prices, line.price) != grant.prices.end();
}

}  // namespace

std::vector<Grant> in_paying_order(std::vector<Grant> grants) {
  std::ranges::sort(grants, {}, rank);
  return grants;
}

std::vector<Burn> burn_down(const std::vector<Grant>& grants, const std::vector<CreditLine>& lines,
                            const std::string& currency, Seconds period_end, Seconds now) {
  std::vector<Grant> paying = in_paying_order(grants);
  std::erase_if(paying,
                [&](const Grant& grant) { return !applies(grant, currency, period_end, now); });
  std::vector<Burn> burns;
  for (const CreditLine& line : lines) {
    std::int64_t rest = line.amount;
    for (Grant& grant : paying) {
      if (rest <= 0) break;
      if (grant.balance <= 0 || !in_scope(grant, line)) continue;
      const std::int64_t amount = std::min(rest, grant.balance);
      burns.push_back({.grant = grant.id, .line = line.id, .amount = amount});
      grant.balance -= amount;
      rest -= amount;
    }
  }
  return burns;
}

}  // namespace okapi::billing
