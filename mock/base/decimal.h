// Exact decimals with up to 12 places, for unit amounts and quantities: an __int128 scaled by
// 10^12, every operation checked. Amounts of money themselves are std::int64_t minor units.
// Sources: usage-based billing, "decimal amounts" (12 places) and "recording usage" (15 digits).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace okapi {

// ISO C++ has no 128-bit integers; the extension is named once.
__extension__ typedef __int128 Int128;            // NOLINT(modernize-use-using)
__extension__ typedef unsigned __int128 Uint128;  // NOLINT(modernize-use-using)

// A result that no Stripe amount or quantity can reach. The caller's numbers caused it, so dispatch
// answers 400, not 500.
struct OutOfRange : std::range_error {
  using std::range_error::range_error;
};

enum class Rounding {
  half_away_from_zero,         // invoice lines, taxes, discounts
  half_toward_minus_infinity,  // prorations: ceil(x - 1/2)
  up,                          // ceiling
  down,                        // floor
};

class Decimal {
 public:
  static constexpr int places = 12;

  constexpr Decimal() = default;
  static Decimal from_integer(std::int64_t value);
  // Plain notation only: optional sign, digits, optional fraction of at most 12 places. Anything
  // else, and more than 20 digits before the point, is nullopt.
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);
  [[nodiscard]] static constexpr Decimal from_scaled(Int128 scaled) {
    Decimal decimal;
    decimal.scaled_ = scaled;
    return decimal;
  }

  [[nodiscard]] constexpr Int128 scaled() const { return scaled_; }
  [[nodiscard]] constexpr bool is_zero() const { return scaled_ == 0; }
  [[nodiscard]] constexpr bool is_negative() const { return scaled_ < 0; }
  [[nodiscard]] bool is_integer() const;
  // Truncates toward zero: 2.7 is 2 (Stripe: `quantity` of a line whose `quantity_decimal` is
  // "2.7").
  [[nodiscard]] std::int64_t truncated() const;
  [[nodiscard]] std::int64_t round(Rounding rounding) const;
  // Without trailing zeros and without exponent: "0.1", "20000", "-2.5".
  [[nodiscard]] std::string text() const;

  // Throw OutOfRange when the result does not fit.
  [[nodiscard]] Decimal operator+(Decimal other) const;
  [[nodiscard]] Decimal operator-(Decimal other) const;
  [[nodiscard]] Decimal operator-() const;
  Decimal& operator+=(Decimal other) { return *this = *this + other; }
  Decimal& operator-=(Decimal other) { return *this = *this - other; }

  friend constexpr auto operator<=>(const Decimal&, const Decimal&) = default;

 private:
  Int128 scaled_ = 0;
};

// quantity x unit_amount, computed with all 24 places and rounded once. Throws OutOfRange when the
// amount does not fit into 64 bits.
[[nodiscard]] std::int64_t round_product(Decimal quantity, Decimal unit_amount, Rounding rounding);
// The same product with its exact digits ("152.415677640177804"), for explanations.
[[nodiscard]] std::string product_text(Decimal quantity, Decimal unit_amount);
// amount x numerator / denominator, exact until the one rounding (prorations, percentages, taxes).
[[nodiscard]] std::int64_t round_fraction(std::int64_t amount, std::int64_t numerator,
                                          std::int64_t denominator, Rounding rounding);
// quantity x unit_amount x numerator / denominator, exact until the one rounding (prorations of
// decimal prices). 0 <= numerator <= denominator < 2^40.
[[nodiscard]] std::int64_t round_product_fraction(Decimal quantity, Decimal unit_amount,
                                                  std::int64_t numerator, std::int64_t denominator,
                                                  Rounding rounding);

}  // namespace okapi
