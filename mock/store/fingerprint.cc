#include "store/fingerprint.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace okapi::store {
namespace {

__extension__ using Product = unsigned __int128;

// Odd constants with as many ones as zeros, as the multiply-and-fold hashes use them.
constexpr std::uint64_t constants[] = {0xa0761d6478bd642f, 0xe7037ed1a0b428db, 0x8ebc6af09c88c6e3,
                                       0x589965cc75374cc3};

std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t word_of(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  if (at < text.size())
    std::memcpy(&word, text.data() + at, std::min<std::size_t>(8, text.size() - at));
  return word;
}

Fingerprint mix(Fingerprint state, std::string_view text) {
  for (std::size_t at = 0; at < text.size(); at += 16) {
    const std::uint64_t first = word_of(text, at);
    const std::uint64_t second = word_of(text, at + 8);
    state = {.high = fold(state.high ^ first, constants[0] ^ second) + state.low,
             .low = fold(state.low ^ second, constants[1] ^ first) + first};
  }
  return {.high = fold(state.high ^ text.size(), constants[2]) ^ state.low,
          .low = fold(state.low ^ text.size(), constants[3]) ^ state.high};
}

}  // namespace

Fingerprint fingerprint(std::string_view text) {
  return mix({.high = constants[2], .low = constants[3]}, text);
}

Fingerprint fingerprint(std::string_view first, std::string_view second) {
  return mix(fingerprint(first), second);
}

std::string to_hex(Fingerprint fingerprint) {
  constexpr std::string_view alphabet = "0123456789abcdef";
  std::string digits;
  for (const std::uint64_t half : {fingerprint.high, fingerprint.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) digits += alphabet[half >> shift & 15];
  }
  return digits;
}

std::optional<Fingerprint> from_hex(std::string_view digits) {
  constexpr std::size_t half = 16;
  if (digits.size() != 2 * half) return std::nullopt;
  Fingerprint fingerprint;
  for (std::uint64_t* part : {&fingerprint.high, &fingerprint.low}) {
    const char* end = digits.data() + half;
    if (std::from_chars(digits.data(), end, *part, 16).ptr != end) return std::nullopt;
    digits.remove_prefix(half);
  }
  return fingerprint;
}

}  // namespace okapi::store
