// Reads the compact JSON that okapi itself wrote. The library's parser goes through a lexer that
// copies each character twice and looks every key up from the root of its map; here runs of plain
// characters are copied at once and a key mostly stands right behind the one before.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/check.h"
#include "base/json.h"

namespace okapi {
namespace {

constexpr int deepest = 512;

void append_utf8(std::string& out, unsigned code) {
  const auto add = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
  }
  add(0x80 | (code & 0x3F));
}

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Every method gives false where the text is not JSON.
class Parser {
 public:
  explicit Parser(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool at_end() {
    skip_blanks();
    return at_ == end_;
  }

  bool read_value(Json& out, int depth) {
    if (at_end() || depth > deepest) return false;
    switch (*at_) {
      case '{':
        return read_object(out, depth);
      case '[':
        return read_array(out, depth);
      case '"':
        out = std::string();
        return read_string(out.get_ref<std::string&>());
      case 't':
        out = true;
        return take("true");
      case 'f':
        out = false;
        return take("false");
      case 'n':
        return take("null");
      default:
        return read_number(out);
    }
  }

 private:
  bool take(std::string_view literal) {
    if (!std::string_view(at_, end_).starts_with(literal)) return false;
    at_ += literal.size();
    return true;
  }

  void skip_blanks() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
  }

  bool take(char c) {
    if (at_end() || *at_ != c) return false;
    ++at_;
    return true;
  }

  bool read_object(Json& out, int depth) {
    ++at_;
    out = Json::object();
    auto& members = out.get_ref<Json::object_t&>();
    if (take('}')) return true;
    auto next = members.end();  // keys come in order but for `id` and `object`, which lead
    std::string key;
    do {
      key.clear();
      if (!read_string(key) || !take(':')) return false;
      const auto member = members.emplace_hint(next, std::move(key), nullptr);
      if (!read_value(member->second, depth + 1)) return false;
      next = std::next(member);
    } while (take(','));
    return take('}');
  }

  bool read_array(Json& out, int depth) {
    ++at_;
    out = Json::array();
    auto& elements = out.get_ref<Json::array_t&>();
    if (take(']')) return true;
    do {
      if (!read_value(elements.emplace_back(), depth + 1)) return false;
    } while (take(','));
    return take(']');
  }

  bool read_string(std::string& out) {
    if (!take('"')) return false;
    while (true) {
      const char* const run = at_;
      while (at_ != end_ && *at_ != '"' && *at_ != '\\') ++at_;
      out.append(run, at_);
      if (at_ == end_) return false;
      if (*at_++ == '"') return true;
      if (!read_escape(out)) return false;
    }
  }

  bool read_escape(std::string& out) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (at_ == end_) return false;
    const char name = *at_++;
    if (const std::size_t known = names.find(name); known != names.npos) {
      out += meanings[known];
      return true;
    }
    if (name != 'u') return false;
    std::optional<unsigned> code = read_hex();
    if (code && *code >= 0xD800 && *code < 0xDC00) {  // the first half of a pair
      if (!take("\\u")) return false;
      const std::optional<unsigned> low = read_hex();
      if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
      code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    }
    if (!code || (*code >= 0xDC00 && *code <= 0xDFFF)) return false;
    append_utf8(out, *code);
    return true;
  }

  std::optional<unsigned> read_hex() {
    constexpr std::ptrdiff_t digits = 4;
    unsigned code = 0;
    if (end_ - at_ < digits || std::from_chars(at_, at_ + digits, code, 16).ptr != at_ + digits) {
      return std::nullopt;
    }
    at_ += digits;
    return code;
  }

  bool read_number(Json& out) {
    const char* const begin = at_;
    at_ = std::find_if_not(at_, end_, [](char c) {
      return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
    });
    std::int64_t number = 0;
    const auto read = std::from_chars(begin, at_, number);
    const bool padded = *begin == '0' && at_ - begin > 1;
    if (read.ec != std::errc() || read.ptr != at_ || padded) {
      out = Json::parse(begin, at_, nullptr, false);  // a fraction, or more than 64 bits, or none
      return !out.is_discarded();
    }
    // The library tells the two apart when it is asked what a number is.
    if (number < 0) {
      out = number;
    } else {
      out = static_cast<std::uint64_t>(number);
    }
    return true;
  }

  const char* at_;
  const char* end_;
};

}  // namespace

Json parse_stored(std::string_view compact) {
  Json value;
  Parser parser(compact);
  OKAPI_CHECK(parser.read_value(value, 0) && parser.at_end());
  return value;
}

}  // namespace okapi
