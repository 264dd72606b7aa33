#include "store/compact_json.h"

#include <array>
#include <cmath>
#include <cstdlib>

#include "base/json.h"
#include "base/text.h"

namespace okapi::store {
namespace {

constexpr int deepest = 200;
constexpr std::size_t longest_number = 300;  // digits of which a number is surely finite

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// The characters that end a run of plain ones inside a string: quote, backslash, control
// characters.
constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> special{};
  for (std::size_t c = 0; c < 0x20; ++c) special[c] = true;
  special['"'] = true;
  special['\\'] = true;
  return special;
}
constexpr std::array<bool, 256> is_special = make_special();

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] std::size_t at() const { return at_; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool skip_value(int depth) {
    if (at_ >= text_.size() || depth > deepest) return false;
    switch (text_[at_]) {
      case '"':
        return skip_string();
      case '{':
        return skip_object(depth);
      case '[':
        return skip_array(depth);
      case 't':
        return skip_word("true");
      case 'f':
        return skip_word("false");
      case 'n':
        return skip_word("null");
      default:
        return skip_number();
    }
  }

  bool skip_string() {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (!is_special[c]) {
        ++at_;
        continue;
      }
      if (c == '"') return take('"');
      if (c != '\\' || !skip_escape()) return false;
    }
    return false;
  }

 private:
  bool skip_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool skip_escape() {
    const std::string_view escape = text_.substr(at_, 6);
    if (escape.size() < 2) return false;
    if (escape[1] != 'u') {
      at_ += 2;
      return std::string_view("\"\\/bfnrt").find(escape[1]) != std::string_view::npos;
    }
    if (escape.size() < 6) return false;
    for (const char c : escape.substr(2)) {
      if (!is_hex(c)) return false;
    }
    // Half of a pair of surrogates is no character, and a tree cannot hold it.
    const unsigned long unit = std::stoul(std::string(escape.substr(2)), nullptr, 16);
    at_ += 6;
    if (unit < 0xd800 || unit > 0xdfff) return true;
    if (unit > 0xdbff || !skip_word("\\u") || at_ + 4 > text_.size()) return false;
    const std::string_view low = text_.substr(at_, 4);
    at_ += 4;
    return (low[0] == 'd' || low[0] == 'D') &&
           std::string_view("cdefCDEF").find(low[1]) != std::string_view::npos && is_hex(low[2]) &&
           is_hex(low[3]);
  }

  bool skip_digits() {
    const std::size_t first = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > first;
  }

  bool skip_number() {
    const std::size_t first = at_;
    take('-');
    if (!take('0') && !skip_digits()) return false;
    if (take('.') && !skip_digits()) return false;
    bool large = at_ - first > longest_number;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!skip_digits()) return false;
      large = true;
    }
    // 1e999 is a number of the grammar, but no tree can hold it.
    return !large || std::isfinite(std::strtod(std::string(from(first)).c_str(), nullptr));
  }

  [[nodiscard]] std::string_view from(std::size_t first) const {
    return text_.substr(first, at_ - first);
  }

  bool skip_object(int depth) {
    ++at_;
    if (take('}')) return true;
    do {
      if (!skip_string() || !take(':') || !skip_value(depth + 1)) return false;
    } while (take(','));
    return take('}');
  }

  bool skip_array(int depth) {
    ++at_;
    if (take(']')) return true;
    do {
      if (!skip_value(depth + 1)) return false;
    } while (take(','));
    return take(']');
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// The value's text; empty when the object has no such member or is none.
std::string_view find_member(std::string_view object, std::string_view key) {
  Scanner scanner(object);
  if (!scanner.take('{')) return {};
  do {
    const std::size_t name = scanner.at();
    if (!scanner.skip_string()) return {};
    const std::string_view quoted = object.substr(name, scanner.at() - name);
    const bool wanted = quoted.size() == key.size() + 2 && quoted.substr(1, key.size()) == key;
    if (!scanner.take(':')) return {};
    const std::size_t value = scanner.at();
    if (!scanner.skip_value(0)) return {};
    if (wanted) return object.substr(value, scanner.at() - value);
  } while (scanner.take(','));
  return {};
}

std::optional<std::string> unquoted(std::string_view literal) {
  if (literal.empty() || literal[0] != '"') return std::nullopt;
  if (literal.find('\\') == literal.npos) {
    return std::string(literal.substr(1, literal.size() - 2));
  }
  return parse_stored(literal).get<std::string>();
}

}  // namespace

bool is_compact_json(std::string_view text) {
  Scanner scanner(text);
  return scanner.skip_value(0) && scanner.at_end() && is_utf8(text);
}

std::string_view find_value(std::string_view object, std::string_view field) {
  std::string_view value = object;
  while (true) {
    const std::size_t dot = field.find('.');
    value = find_member(value, field.substr(0, dot));
    if (dot == std::string_view::npos) return value;
    field.remove_prefix(dot + 1);
  }
}

std::optional<std::string> find_text(std::string_view object, std::string_view field) {
  return unquoted(find_value(object, field));
}

}  // namespace okapi::store
