#include "base/json.h"

#include <array>
#include <charconv>

#include "base/check.h"

namespace okapi {
namespace {

const Json null_json;

const Json* find_set(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

void append_break(std::string& out, int depth) {
  static constexpr std::string_view blank =
      "\n                                                                ";
  const std::size_t indent = static_cast<std::size_t>(depth) * 2;
  out.append(blank.substr(0, indent + 1));
  if (indent >= blank.size()) out.append(indent + 1 - blank.size(), ' ');
}

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
  return object.at(std::string(key)).get_ref<const std::string&>();
}

std::int64_t integer(const Json& object, std::string_view key) {
  const Json& value = object.at(std::string(key));
  OKAPI_CHECK(value.is_number_integer());
  return value.get<std::int64_t>();
}

bool boolean(const Json& object, std::string_view key) {
  return object.at(std::string(key)).get<bool>();
}

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

void append_quoted(std::string& out, std::string_view value) {
  static constexpr char hex[] = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(value, plain, i - plain);
    plain = i + 1;
    out += '\\';
    switch (c) {
      case '"':
        out += '"';
        break;
      case '\\':
        out += '\\';
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
        out += hex[c >> 4];
        out += hex[c & 15];
    }
  }
  out.append(value, plain, value.size() - plain);
  out += '"';
}

namespace {

// What documents are full of, without the machinery of dump().
void append_scalar(std::string& out, const Json& value) {
  if (value.is_null()) {
    out += "null";
  } else if (value.is_boolean()) {
    out += value.get<bool>() ? "true" : "false";
  } else if (value.type() == Json::value_t::number_integer) {
    std::array<char, 20> digits;
    const auto number = value.get<std::int64_t>();
    out.append(digits.data(), std::to_chars(digits.begin(), digits.end(), number).ptr);
  } else {
    out += value.dump();
  }
}

}  // namespace

void append_compact(std::string& out, const Json& value) {
  if (value.is_string()) return append_quoted(out, value.get_ref<const std::string&>());
  if (value.is_array()) {
    out += '[';
    bool first = true;
    for (const Json& element : value) {
      if (!first) out += ',';
      first = false;
      append_compact(out, element);
    }
    out += ']';
    return;
  }
  if (!value.is_object()) return append_scalar(out, value);
  out += '{';
  bool first = true;
  const auto append_member = [&](const std::string& key, const Json& member) {
    if (!first) out += ',';
    first = false;
    append_quoted(out, key);
    out += ':';
    append_compact(out, member);
  };
  // Stripe: id and object lead, the rest is alphabetical (which nlohmann's sorted map gives).
  for (const char* leading : {"id", "object"}) {
    if (const auto found = value.find(leading); found != value.end()) {
      append_member(leading, *found);
    }
  }
  for (const auto& [key, member] : value.items()) {
    if (key != "id" && key != "object") append_member(key, member);
  }
  out += '}';
}

std::string to_compact(const Json& value) {
  std::string out;
  append_compact(out, value);
  return out;
}

void append_pretty(std::string& out, std::string_view compact, int depth) {
  std::size_t copied = 0;  // what stands before has been written
  const auto copy_up_to = [&](std::size_t end) {
    out.append(compact.data() + copied, end - copied);
    copied = end;
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
        append_break(out, ++depth);
        break;
      case '}':
      case ']':
        copy_up_to(i);
        append_break(out, --depth);
        break;
      case ',':
        copy_up_to(i + 1);
        append_break(out, depth);
        break;
      case ':':
        copy_up_to(i + 1);
        out += ' ';
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

Json parse_stored(std::string_view compact) {
  Json parsed = Json::parse(compact, nullptr, false);
  OKAPI_CHECK(!parsed.is_discarded());
  return parsed;
}

}  // namespace okapi
