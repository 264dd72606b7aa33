// Amounts, days and addresses in the words that the pages of Stripe use, in English.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace okapi::paper {

[[nodiscard]] std::string money(std::string_view currency, std::int64_t amount);
// "November 24, 2026" and "Nov 24, 2026".
[[nodiscard]] std::string long_day(Seconds at);
[[nodiscard]] std::string short_day(Seconds at);
// "Nov 24 – Dec 24, 2026"; the year stands twice when it differs.
[[nodiscard]] std::string days_between(Seconds start, Seconds end);
// The lines of an address hash; null: none.
[[nodiscard]] std::vector<std::string> address_lines(const Json& address);
// "10% off", "$5.00 off", or the coupon's name with that in brackets.
[[nodiscard]] std::string coupon_text(const Json& coupon);
// "VAT (19% inclusive)".
[[nodiscard]] std::string tax_rate_text(const Json& rate);

}  // namespace okapi::paper
