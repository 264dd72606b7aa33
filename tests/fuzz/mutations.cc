#include "tests/fuzz/mutations.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace okapi::fuzz {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t longest = 64 << 10;
constexpr auto words = std::to_array<std::string_view>({"\0"sv,
                                                        "\n"sv,
                                                        "\r\n"sv,
                                                        "\r\n\r\n"sv,
                                                        "%"sv,
                                                        "%00"sv,
                                                        "%ff"sv,
                                                        "&"sv,
                                                        "="sv,
                                                        "[]"sv,
                                                        "["sv,
                                                        "]"sv,
                                                        "{"sv,
                                                        "}"sv,
                                                        "{{"sv,
                                                        "}}"sv,
                                                        "\""sv,
                                                        "\\"sv,
                                                        "\\u0000"sv,
                                                        "\\ud800"sv,
                                                        ":"sv,
                                                        ","sv,
                                                        "-"sv,
                                                        "*"sv,
                                                        "&a"sv,
                                                        "0"sv,
                                                        "-1"sv,
                                                        "1e999"sv,
                                                        "9223372036854775807"sv,
                                                        "-9223372036854775808"sv,
                                                        "18446744073709551616"sv,
                                                        "0.00000000000000000001"sv,
                                                        "null"sv,
                                                        "true"sv,
                                                        "\xff"sv,
                                                        "\xc0\x80"sv,
                                                        "\xed\xa0\x80"sv,
                                                        "\xf0\x9f\x98\x80"sv,
                                                        "\xef\xbb\xbf"sv,
                                                        "'"sv,
                                                        "$("sv,
                                                        "`"sv,
                                                        "..."sv,
                                                        "data."sv,
                                                        "?"sv,
                                                        "#"sv,
                                                        "//"sv,
                                                        "@"sv});

struct Range {
  std::size_t at;
  std::size_t size;
};

Range some_of(const std::string& text, malformed::Random& random) {
  const std::size_t at = random.below(text.size() + 1);
  const std::size_t most = text.size() - at;
  return {at, most == 0 ? 0 : random.below(std::min<std::size_t>(most, 64) + 1)};
}

void damage(std::string& text, const std::vector<std::string>& seeds, malformed::Random& random) {
  const Range range = some_of(text, random);
  switch (random.below(8)) {
    case 0:
      if (!text.empty()) text[random.below(text.size())] ^= char(1U << random.below(8));
      break;
    case 1:
      if (!text.empty()) text[random.below(text.size())] = random.bytes(1)[0];
      break;
    case 2:
      text.erase(range.at, range.size);
      break;
    case 3: {
      std::string copies;
      for (std::size_t left = 1 + random.below(8); left > 0; --left) {
        copies += text.substr(range.at, range.size);
      }
      text.insert(range.at, copies);
      break;
    }
    case 4:
      text.replace(range.at, range.size, random.pick(words));
      break;
    case 5:
      text.insert(range.at, random.pick(words));
      break;
    case 6: {  // a piece of another seed
      const std::string& other = random.pick(seeds);
      const Range piece = some_of(other, random);
      text.insert(range.at, other, piece.at, piece.size);
      break;
    }
    default:
      text.resize(range.at);
  }
}

}  // namespace

std::string mutation(const std::vector<std::string>& seeds, malformed::Random& random) {
  std::string text = random.pick(seeds);
  for (std::size_t left = 1 + random.below(4); left > 0; --left) damage(text, seeds, random);
  text.resize(std::min(text.size(), longest));
  return text;
}

}  // namespace okapi::fuzz
