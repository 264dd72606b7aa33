#include "base/ids.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>

#include "base/check.h"
#include "base/decimal.h"

namespace okapi {
namespace {

constexpr std::string_view alphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr int word_digits = 11;    // 62^11 > 2^64: a whole 64-bit number fits
constexpr int counter_digits = 9;  // of a counting id; the digits above them tell seeds apart

// A bijection of the 64-bit numbers (the finalizer of splitmix64), so mixing never collides.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

std::uint64_t unmix(std::uint64_t value) {
  value = (value ^ (value >> 31) ^ (value >> 62)) * 0x319642b2d24d8ec3;
  value = (value ^ (value >> 27) ^ (value >> 54)) * 0x96de1b173f119089;
  value = value ^ (value >> 30) ^ (value >> 60);
  return value - 0x9e3779b97f4a7c15;
}

constexpr std::uint8_t no_digit = 255;
constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> value_of = make_values();

// The word that the first digits show; beyond 64 bits it is none of ours.
std::optional<std::uint64_t> read_word(std::string_view digits) {
  if (digits.size() < std::size_t{word_digits}) return std::nullopt;
  std::uint64_t word = 0;
  for (std::size_t i = word_digits; i-- > 0;) {
    const std::uint8_t value = value_of[static_cast<unsigned char>(digits[i])];
    if (value == no_digit) return std::nullopt;
    word = word * alphabet.size() + value;
  }
  return word;
}

// The counter that the last digits show.
std::optional<std::uint64_t> read_count(std::string_view digits) {
  std::uint64_t number = 0;
  const std::string_view tail = digits.substr(digits.size() - std::size_t{counter_digits});
  const auto [end, error] = std::from_chars(tail.data(), tail.data() + tail.size(), number);
  if (error != std::errc() || end != tail.data() + tail.size()) return std::nullopt;
  return number;
}

template <unsigned base>
using Pairs = std::array<std::array<char, 2>, base * base>;
template <unsigned base>
constexpr Pairs<base> make_pairs() {
  Pairs<base> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i] = {alphabet[i % base], alphabet[i / base]};
  }
  return pairs;
}

// Appends exactly `digits` digits of base `base`, least significant first.
template <unsigned base = 62, typename Number>
void append_digits(std::string& out, Number value, int digits) {
  static constexpr Pairs<base> pairs = make_pairs<base>();
  for (; digits > 1; digits -= 2, value /= base * base) {
    out.append(pairs[static_cast<std::size_t>(value % (base * base))].data(), 2);
  }
  if (digits == 1) out += alphabet[static_cast<std::size_t>(value % base)];
}

Uint128 power(unsigned base, int exponent) {
  Uint128 result = 1;
  for (; exponent > 0; --exponent) result *= base;
  return result;
}

// With fewer digits than a 64-bit number needs, an affine map of the numbers below 62^digits does
// the same: the factor is coprime to 62, so no two numbers meet.
void append_short(std::string& out, const IdSource& source, int digits, std::uint64_t number) {
  const Uint128 modulus = power(62, digits);
  std::uint64_t factor = mix(source.seed) | 1;
  if (factor % 31 == 0) factor += 2;
  const Uint128 scattered = (Uint128{number} * factor + mix(source.seed + 1)) % modulus;
  append_digits(out, static_cast<std::uint64_t>(scattered), digits);
}

std::string counted(std::uint64_t seed, int digits, std::uint64_t number) {
  Uint128 value = number;
  if (digits > counter_digits) {
    value += seed % power(10, std::min(digits - counter_digits, 19)) * power(10, counter_digits);
  } else {
    value = (value + seed % power(10, digits)) % power(10, digits);
  }
  std::string reversed;
  append_digits<10>(reversed, value, digits);
  return {reversed.rbegin(), reversed.rend()};
}

}  // namespace

std::string make_id(const IdSource& source, std::string_view prefix, int length,
                    std::uint64_t number) {
  std::string id(prefix);
  const int digits = length - static_cast<int>(prefix.size());
  OKAPI_CHECK(digits > 0);
  if (source.counting) return id + counted(source.seed, digits, number);
  id.reserve(static_cast<std::size_t>(length));
  if (digits < word_digits) {
    append_short(id, source, digits, number);
    return id;
  }
  append_digits(id, mix(number ^ mix(source.seed)), word_digits);
  std::uint64_t rest = mix(source.seed ^ mix(number));
  for (int left = digits - word_digits; left > 0; left -= word_digits, rest = mix(rest)) {
    append_digits(id, rest, std::min(left, word_digits));
  }
  return id;
}

std::optional<std::uint64_t> number_of_id(const IdSource& source, std::string_view digits) {
  if (digits.size() < std::size_t{word_digits}) return std::nullopt;
  if (source.counting) return read_count(digits);
  const std::optional<std::uint64_t> word = read_word(digits);
  return word ? std::optional(unmix(*word) ^ mix(source.seed)) : std::nullopt;
}

std::uint64_t neighbourhood_of_id(std::string_view id) {
  const std::string_view digits = id.substr(id.rfind('_') + 1);
  const std::optional<std::uint64_t> word = read_word(digits);
  if (!word) return 0;
  const bool is_counted =
      std::ranges::all_of(digits, [](char digit) { return digit >= '0' && digit <= '9'; });
  return is_counted ? read_count(digits).value_or(0) : unmix(*word);
}

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace okapi
