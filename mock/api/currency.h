// The currencies that Stripe's refusal of an unknown one lists, in its order.
#pragma once

#include <span>
#include <string_view>

namespace okapi::api {

[[nodiscard]] std::span<const std::string_view> currencies();
// Lower-case three-letter codes (and usdc).
[[nodiscard]] bool is_currency(std::string_view code);

}  // namespace okapi::api
