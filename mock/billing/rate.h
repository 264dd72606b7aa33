// Quantity to rated lines, for every billing scheme (usage-billing 1.4). Each line is rounded once,
// half away from zero; totals are sums of lines. One walk over the tiers, here and nowhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/decimal.h"

namespace okapi::billing {

enum class TiersMode { graduated, volume };
enum class PackageRounding { up, down };

struct Tier {
  std::optional<Decimal> up_to;        // inclusive; empty: infinity
  std::optional<Decimal> unit_amount;  // minor units
  std::optional<Decimal> flat_amount;  // minor units; 0 is an amount and gives a line
};

struct Package {
  std::int64_t divide_by = 1;
  PackageRounding rounding = PackageRounding::up;
};

// What a price charges. Exactly one of unit_amount and tiers is set.
struct Rate {
  std::optional<Decimal> unit_amount;
  std::optional<Package> package;
  TiersMode tiers_mode = TiersMode::graduated;
  std::vector<Tier> tiers;
};

enum class LineKind { per_unit, package, tier_unit, tier_flat };

struct RatedLine {
  LineKind kind = LineKind::per_unit;
  int tier = 0;              // 1-based; 0 without tiers
  Decimal quantity = {};     // as shown: usage for packages, 0 for flat lines
  Decimal units = {};        // what unit_amount is multiplied with: packages; 1 of a flat line
  Decimal unit_amount = {};  // of the unit or package; the flat amount of a flat line
  std::int64_t amount = 0;   // rounded

  // units x unit_amount with all digits.
  [[nodiscard]] std::string exact() const { return product_text(units, unit_amount); }
};

// `quantity` below zero counts as zero. Which tier lines exist: usage-billing 1.5 (tier 1 always,
// flat line right after its unit line).
[[nodiscard]] std::vector<RatedLine> rate(const Rate& rate, Decimal quantity);
[[nodiscard]] std::int64_t total_of(const std::vector<RatedLine>& lines);

}  // namespace okapi::billing
