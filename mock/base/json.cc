#include "base/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace okapi {
namespace {

const Json null_json;

// The library takes no string_view here, and says which key was missing.
const Json& member(const Json& object, std::string_view key) {
  if (object.is_object()) {
    if (const auto found = object.find(key); found != object.end()) return *found;
  }
  return object.at(std::string(key));
}

const Json* find_set(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// The pieces of a document are so short that a call of memcpy takes longer than the copying.
void copy_short(char* to, const char* from, std::size_t length) {
  const auto copy_ends = [&](auto size) {
    std::memcpy(to, from, size);
    std::memcpy(to + length - size, from + length - size, size);
  };
  if (length > 32) {
    std::memcpy(to, from, length);
  } else if (length >= 16) {
    copy_ends(std::integral_constant<std::size_t, 16>());
  } else if (length >= 8) {
    copy_ends(std::integral_constant<std::size_t, 8>());
  } else if (length >= 4) {
    copy_ends(std::integral_constant<std::size_t, 4>());
  } else {
    for (std::size_t i = 0; i < length; ++i) to[i] = from[i];
  }
}

// Appends many short pieces to a string, with one look at its size for each: documents are made of
// them.
class Writer {
 public:
  Writer(std::string& out, std::size_t likely) : out_(out) { make_room(out.size(), likely); }
  ~Writer() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void add(char c) { *room(1) = c; }
  void add(std::string_view text) { add(text.data(), text.data() + text.size()); }
  void add(const char* begin, const char* end) {
    const auto length = static_cast<std::size_t>(end - begin);
    copy_short(room(length), begin, length);
  }
  void add_break(int depth) {
    constexpr std::size_t usual = 32;
    const std::size_t indent = static_cast<std::size_t>(depth) * 2;
    char* const line = room(1 + std::max(indent, usual));
    *line = '\n';
    std::memset(line + 1, ' ', usual);
    if (indent > usual) std::memset(line + 1, ' ', indent);
    at_ = line + 1 + indent;
  }
  template <typename Number>
  void add_number(Number number) {
    constexpr std::size_t longest = 20;
    char* const digits = room(longest);
    at_ = std::to_chars(digits, digits + longest, number).ptr;
  }

 private:
  char* room(std::size_t length) {
    if (static_cast<std::size_t>(end_ - at_) < length) grow(length);
    return std::exchange(at_, at_ + length);
  }
  [[gnu::noinline]] void grow(std::size_t length) {
    const auto size = static_cast<std::size_t>(at_ - out_.data());
    make_room(size, length + size / 2);
  }
  void make_room(std::size_t size, std::size_t length) {
    out_.resize(size + length);
    at_ = out_.data() + size;
    end_ = at_ + length;
  }

  std::string& out_;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace

const std::string& text(const Json& object, std::string_view key) {
  return member(object, key).get_ref<const std::string&>();
}

std::int64_t integer(const Json& object, std::string_view key) {
  const Json& value = member(object, key);
  OKAPI_CHECK(value.is_number_integer());
  return value.get<std::int64_t>();
}

bool boolean(const Json& object, std::string_view key) { return member(object, key).get<bool>(); }

Decimal decimal(const Json& object, std::string_view key) {
  const std::optional<Decimal> parsed = Decimal::parse(text(object, key));
  OKAPI_CHECK(parsed.has_value());
  return *parsed;
}

std::optional<std::string> maybe_text(const Json& object, std::string_view key) {
  const Json* value = find_set(object, key);
  if (value == nullptr) return std::nullopt;
  return value->get<std::string>();
}

std::optional<std::int64_t> maybe_integer(const Json& object, std::string_view key) {
  const Json* value = find_set(object, key);
  if (value == nullptr) return std::nullopt;
  OKAPI_CHECK(value->is_number_integer());
  return value->get<std::int64_t>();
}

bool maybe_boolean(const Json& object, std::string_view key) {
  const Json* value = find_set(object, key);
  return value != nullptr && value->get<bool>();
}

std::optional<Decimal> maybe_decimal(const Json& object, std::string_view key) {
  const Json* value = find_set(object, key);
  if (value == nullptr) return std::nullopt;
  const std::optional<Decimal> parsed = Decimal::parse(value->get_ref<const std::string&>());
  OKAPI_CHECK(parsed.has_value());
  return parsed;
}

bool has(const Json& object, std::string_view key) { return find_set(object, key) != nullptr; }

const Json& at_path(const Json& object, std::initializer_list<std::string_view> path) {
  const Json* here = &object;
  for (const std::string_view key : path) {
    here = find_set(*here, key);
    if (here == nullptr) return null_json;
  }
  return *here;
}

namespace {

constexpr std::array<bool, 256> make_escaped() {
  std::array<bool, 256> escaped{};
  for (std::size_t c = 0; c < 0x20; ++c) escaped[c] = true;
  escaped['"'] = true;
  escaped['\\'] = true;
  return escaped;
}

bool needs_escape(char c) {
  static constexpr std::array<bool, 256> escaped = make_escaped();
  return escaped[static_cast<unsigned char>(c)];
}

// Of eight characters, the high bit of each byte that is zero. (Behind one there may be bits too
// many.)
constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
std::uint64_t zero_bytes(std::uint64_t bytes) { return (bytes - ones) & ~bytes & ones * 0x80; }

std::uint64_t word_at(const char* eight) {
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  return word;
}

// Other than zero where one of them needs an escape.
std::uint64_t escapes_in(const char* eight) {
  const std::uint64_t word = word_at(eight);
  const std::uint64_t control = (word - ones * 0x20) & ~word & ones * 0x80;
  return control | zero_bytes(word ^ ones * '"') | zero_bytes(word ^ ones * '\\');
}

const char* find_escaped(const char* at, const char* end) {
  constexpr std::ptrdiff_t step = 8;
  while (end - at >= step && escapes_in(at) == 0) at += step;
  return std::find_if(at, end, needs_escape);
}

bool is_escaped(const char* at) {
  const char* first = at;
  while (first[-1] == '\\') --first;
  return (at - first) % 2 == 1;
}

// The closing quote of the string literal that begins at `at`.
const char* closing_quote(const char* at, const char* end) {
  constexpr std::ptrdiff_t step = 8;
  do {
    ++at;
    while (end - at >= step && zero_bytes(word_at(at) ^ ones * '"') == 0) at += step;
    while (*at != '"') ++at;
  } while (is_escaped(at));
  return at;
}

void add_escape(Writer& out, char c) {
  static constexpr std::string_view hex = "0123456789abcdef";
  out.add('\\');
  switch (c) {
    case '"':
    case '\\':
      return out.add(c);
    case '\n':
      return out.add('n');
    case '\r':
      return out.add('r');
    case '\t':
      return out.add('t');
    default:
      out.add("u00");
      out.add(hex[static_cast<unsigned char>(c) >> 4U]);
      out.add(hex[static_cast<unsigned char>(c) & 15U]);
  }
}

void add_quoted(Writer& out, std::string_view value) {
  out.add('"');
  const char* plain = value.data();
  const char* const end = plain + value.size();
  while (true) {
    const char* special = find_escaped(plain, end);
    out.add(plain, special);
    if (special == end) break;
    add_escape(out, *special);
    plain = special + 1;
  }
  out.add('"');
}

void add_value(Writer& out, const Json& value);

void add_object(Writer& out, const Json::object_t& members) {
  char separator = '{';
  const auto add_member = [&](const std::string& key, const Json& member) {
    out.add(separator);
    separator = ',';
    add_quoted(out, key);
    out.add(':');
    add_value(out, member);
  };
  // Stripe: id and object lead, the rest is alphabetical (which nlohmann's sorted map gives).
  const auto id = members.find("id");
  const auto object = members.find("object");
  if (id != members.end()) add_member(id->first, id->second);
  if (object != members.end()) add_member(object->first, object->second);
  for (auto each = members.begin(); each != members.end(); ++each) {
    if (each != id && each != object) add_member(each->first, each->second);
  }
  if (separator == '{') out.add('{');
  out.add('}');
}

void add_array(Writer& out, const Json::array_t& elements) {
  char separator = '[';
  for (const Json& element : elements) {
    out.add(separator);
    separator = ',';
    add_value(out, element);
  }
  if (separator == '[') out.add('[');
  out.add(']');
}

// What documents are full of, without the machinery of dump().
void add_value(Writer& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::string:
      return add_quoted(out, value.get_ref<const std::string&>());
    case Json::value_t::object:
      return add_object(out, value.get_ref<const Json::object_t&>());
    case Json::value_t::array:
      return add_array(out, value.get_ref<const Json::array_t&>());
    case Json::value_t::null:
      return out.add("null");
    case Json::value_t::boolean:
      return out.add(value.get<bool>() ? "true" : "false");
    case Json::value_t::number_integer:
      return out.add_number(value.get<std::int64_t>());
    case Json::value_t::number_unsigned:
      return out.add_number(value.get<std::uint64_t>());
    default:
      out.add(value.dump());
  }
}

}  // namespace

void append_quoted(std::string& out, std::string_view value) {
  Writer writer(out, value.size() + 2);
  add_quoted(writer, value);
}

void append_compact(std::string& out, const Json& value) {
  constexpr std::size_t usual = 1'024;  // a customer
  Writer writer(out, value.is_structured() ? usual : 0);
  add_value(writer, value);
}

std::string to_compact(const Json& value) {
  std::string out;
  append_compact(out, value);
  return out;
}

void take_apart(Json& value) {
  const auto take_apart_members = [](auto& members, const auto& member_of) {
    for (auto& each : members) {
      if (member_of(each).is_structured()) take_apart(member_of(each));
    }
    members.clear();
  };
  if (auto* object = value.get_ptr<Json::object_t*>()) {
    take_apart_members(*object, [](auto& each) -> Json& { return each.second; });
  } else if (auto* array = value.get_ptr<Json::array_t*>()) {
    take_apart_members(*array, [](Json& each) -> Json& { return each; });
  }
}

void append_pretty(std::string& out, std::string_view compact, int depth) {
  Writer text(out, compact.size() * 3 / 2);
  const char* at = compact.data();
  const char* copied = at;  // what stands before has been written
  const auto copy_up_to = [&](const char* end) {
    text.add(copied, end);
    copied = end;
  };
  for (const char* const end = at + compact.size(); at != end; ++at) {
    switch (const char c = *at) {
      case '"':
        at = closing_quote(at, end);
        break;
      case '{':
      case '[':
        if (at[1] == (c == '{' ? '}' : ']')) {
          ++at;
          break;
        }
        copy_up_to(at + 1);
        text.add_break(++depth);
        break;
      case '}':
      case ']':
        copy_up_to(at);
        text.add_break(--depth);
        break;
      case ',':
        copy_up_to(at + 1);
        text.add_break(depth);
        break;
      case ':':
        copy_up_to(at + 1);
        text.add(' ');
        break;
      default:  // a number, true, false or null
        while (at + 1 != end && at[1] != ',' && at[1] != '}' && at[1] != ']') ++at;
        break;
    }
  }
  copy_up_to(at);
}

std::string to_pretty(const Json& value) {
  std::string out;
  append_pretty(out, to_compact(value), 0);
  return out;
}

}  // namespace okapi
