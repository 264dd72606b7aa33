// The prices that the worked tables of the brief use, by the letters it gives them, and readers for
// short tables. All amounts in cents.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "billing/rate.h"

namespace okapi::billing::test {

inline Decimal number(const std::string& text) {
  const std::optional<Decimal> parsed = Decimal::parse(text);
  OKAPI_CHECK(parsed.has_value());
  return *parsed;
}

inline std::optional<Decimal> maybe_number(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return number(text);
}

inline Tier tier(const std::string& up_to, const std::string& unit_amount,
                 const std::string& flat_amount = "") {
  return {.up_to = up_to == "inf" ? std::nullopt : maybe_number(up_to),
          .unit_amount = maybe_number(unit_amount),
          .flat_amount = maybe_number(flat_amount)};
}

inline Rate graduated(std::vector<Tier> tiers) {
  return {.unit_amount = {},
          .package = {},
          .tiers_mode = TiersMode::graduated,
          .tiers = std::move(tiers)};
}
inline Rate volume(std::vector<Tier> tiers) {
  return {
      .unit_amount = {}, .package = {}, .tiers_mode = TiersMode::volume, .tiers = std::move(tiers)};
}
inline Rate per_unit(const std::string& unit_amount) {
  return {.unit_amount = number(unit_amount), .package = {}, .tiers = {}};
}
inline Rate packages(const std::string& unit_amount, std::int64_t divide_by,
                     PackageRounding rounding = PackageRounding::up) {
  return {.unit_amount = number(unit_amount),
          .package = Package{.divide_by = divide_by, .rounding = rounding},
          .tiers = {}};
}

// G, V, U, K, K down and Q of usage-billing 6; F is the licence.
inline Rate hypernian_graduated() { return graduated({tier("100000", "0"), tier("inf", "0.1")}); }
inline Rate hypernian_volume() { return volume({tier("100000", "0"), tier("inf", "0.1")}); }
inline Rate hypernian_licence() { return per_unit("20000"); }

// The table of the tiered pricing page: 5 units at 7.00, 5 more at 6.50, the rest at 6.00.
inline std::vector<Tier> documented_tiers() {
  return {tier("5", "700"), tier("10", "650"), tier("inf", "600")};
}
inline std::vector<Tier> documented_flat_tiers() {
  return {tier("5", "500", "1000"), tier("10", "400", "2000"), tier("15", "300", "3000"),
          tier("20", "200", "4000"), tier("inf", "100", "5000")};
}

inline std::int64_t charge(const Rate& price, const std::string& quantity) {
  return total_of(rate(price, number(quantity)));
}

}  // namespace okapi::billing::test
