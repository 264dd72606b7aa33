#include "paper/latin.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/text.h"

namespace okapi::paper {
namespace {

// Windows-1252, 0x80 to 0x9f; 0: not used.
constexpr std::array<std::uint32_t, 32> high_controls = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

struct Replacement {
  std::uint32_t code;
  std::string_view text;
};
constexpr Replacement replacements[] = {{0x20a9, "KRW "}, {0x20aa, "ILS "}, {0x20ab, "VND "},
                                        {0x20b1, "PHP "}, {0x20b9, "INR "}, {0x202f, " "},
                                        {0x2212, "-"}};

// The character at `at` of well-formed UTF-8, and how many bytes it has.
std::pair<std::uint32_t, std::size_t> character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i]));
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  std::uint32_t code = first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) code = code << 6 | (byte(i) & 0x3fU);
  return {code, size};
}

void append(std::string& out, std::uint32_t code) {
  if (code == '\n' || code == '\t') {
    out += ' ';
    return;
  }
  if ((code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff)) {
    out += static_cast<char>(code);
    return;
  }
  const auto high = std::ranges::find(high_controls, code);
  if (code != 0 && high != high_controls.end()) {
    out += static_cast<char>(0x80 + (high - high_controls.begin()));
    return;
  }
  const auto known = std::ranges::find(replacements, code, &Replacement::code);
  if (known != std::end(replacements)) {
    out += known->text;
  } else if (code >= 0x20) {
    out += '?';
  }
}

}  // namespace

std::string to_windows_1252(std::string_view utf8) {
  const std::string sound = repaired_utf8(utf8);
  std::string out;
  for (std::size_t at = 0; at < sound.size();) {
    const auto [code, size] = character_at(sound, at);
    append(out, code);
    at += size;
  }
  return out;
}

}  // namespace okapi::paper
