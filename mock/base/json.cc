#include "base/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

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

// Appends many short pieces to a string, with one look at its size for each: lists are made of
// them.
class PrettyText {
 public:
  PrettyText(std::string& out, std::size_t likely) : out_(out), size_(out.size()) {
    out_.resize(size_ + likely);
  }
  ~PrettyText() { out_.resize(size_); }
  PrettyText(const PrettyText&) = delete;
  PrettyText& operator=(const PrettyText&) = delete;

  void add(const char* begin, const char* end) {
    const auto length = static_cast<std::size_t>(end - begin);
    std::memcpy(room(length), begin, length);
  }
  void add_blank() { *room(1) = ' '; }
  void add_break(int depth) {
    const std::size_t indent = static_cast<std::size_t>(depth) * 2;
    char* const line = room(indent + 1);
    *line = '\n';
    std::memset(line + 1, ' ', indent);
  }

 private:
  char* room(std::size_t length) {
    const std::size_t at = size_;
    size_ += length;
    if (size_ > out_.size()) out_.resize(size_ * 3 / 2);
    return out_.data() + at;
  }

  std::string& out_;
  std::size_t size_;
};

bool is_escaped(std::string_view text, std::size_t at) {
  std::size_t first = at;
  while (text[first - 1] == '\\') --first;
  return (at - first) % 2 == 1;
}

// The closing quote of the string literal that begins at `at`.
std::size_t closing_quote(std::string_view text, std::size_t at) {
  do {
    at = text.find('"', at + 1);
  } while (is_escaped(text, at));
  return at;
}

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

// Where eight characters hold one that needs an escape: the high bit of its byte. (Behind it there
// may be bits too many.)
std::uint64_t escapes_in(const char* eight) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  const auto has = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes; };
  const std::uint64_t control = (word - ones * 0x20) & ~word;
  return (control | has(word ^ ones * '"') | has(word ^ ones * '\\')) & ones * 0x80;
}

const char* find_escaped(const char* at, const char* end) {
  constexpr std::ptrdiff_t step = 8;
  while (end - at >= step && escapes_in(at) == 0) at += step;
  return std::find_if(at, end, needs_escape);
}

void append_escape(std::string& out, char c) {
  static constexpr std::string_view hex = "0123456789abcdef";
  out += '\\';
  switch (c) {
    case '"':
    case '\\':
      out += c;
      break;
    case '\n':
      out += 'n';
      break;
    case '\r':
      out += 'r';
      break;
    case '\t':
      out += 't';
      break;
    default:
      out += "u00";
      out += hex[static_cast<unsigned char>(c) >> 4U];
      out += hex[static_cast<unsigned char>(c) & 15U];
  }
}

// What documents are full of, without the machinery of dump().
void append_scalar(std::string& out, const Json& value) {
  const auto append_number = [&](auto number) {
    std::array<char, 20> digits;
    out.append(digits.begin(), std::to_chars(digits.begin(), digits.end(), number).ptr);
  };
  switch (value.type()) {
    case Json::value_t::null:
      out += "null";
      break;
    case Json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      break;
    case Json::value_t::number_integer:
      append_number(value.get<std::int64_t>());
      break;
    case Json::value_t::number_unsigned:
      append_number(value.get<std::uint64_t>());
      break;
    default:
      out += value.dump();
  }
}

void append_object(std::string& out, const Json::object_t& members) {
  char separator = '{';
  const auto append_member = [&](const std::string& key, const Json& member) {
    out += separator;
    separator = ',';
    append_quoted(out, key);
    out += ':';
    append_compact(out, member);
  };
  // Stripe: id and object lead, the rest is alphabetical (which nlohmann's sorted map gives).
  const auto id = members.find("id");
  const auto object = members.find("object");
  if (id != members.end()) append_member(id->first, id->second);
  if (object != members.end()) append_member(object->first, object->second);
  for (auto each = members.begin(); each != members.end(); ++each) {
    if (each != id && each != object) append_member(each->first, each->second);
  }
  if (separator == '{') out += '{';
  out += '}';
}

}  // namespace

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  const char* plain = value.data();
  const char* const end = plain + value.size();
  while (true) {
    const char* special = find_escaped(plain, end);
    out.append(plain, special);
    if (special == end) break;
    append_escape(out, *special);
    plain = special + 1;
  }
  out += '"';
}

void append_compact(std::string& out, const Json& value) {
  if (value.is_string()) {
    append_quoted(out, value.get_ref<const std::string&>());
  } else if (value.is_object()) {
    append_object(out, value.get_ref<const Json::object_t&>());
  } else if (value.is_array()) {
    out += '[';
    bool first = true;
    for (const Json& element : value) {
      if (!first) out += ',';
      first = false;
      append_compact(out, element);
    }
    out += ']';
  } else {
    append_scalar(out, value);
  }
}

std::string to_compact(const Json& value) {
  constexpr std::size_t usual = 1'024;  // a customer
  std::string out;
  if (value.is_object()) out.reserve(usual);
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
  PrettyText text(out, compact.size() * 3 / 2);
  const char* copied = compact.data();  // what stands before has been written
  const auto copy_up_to = [&](std::size_t end) {
    text.add(copied, compact.data() + end);
    copied = compact.data() + end;
  };
  for (std::size_t i = 0; i < compact.size(); ++i) {
    switch (const char c = compact[i]) {
      case '"':
        i = closing_quote(compact, i);
        break;
      case '{':
      case '[':
        if (compact[i + 1] == (c == '{' ? '}' : ']')) {
          ++i;
          break;
        }
        copy_up_to(i + 1);
        text.add_break(++depth);
        break;
      case '}':
      case ']':
        copy_up_to(i);
        text.add_break(--depth);
        break;
      case ',':
        copy_up_to(i + 1);
        text.add_break(depth);
        break;
      case ':':
        copy_up_to(i + 1);
        text.add_blank();
        break;
      default:
        break;
    }
  }
  copy_up_to(compact.size());
}

std::string to_pretty(const Json& value) {
  std::string out;
  append_pretty(out, to_compact(value), 0);
  return out;
}

}  // namespace okapi
