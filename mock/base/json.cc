#include "base/json.h"

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
  out += '\n';
  out.append(static_cast<std::size_t>(depth) * 2, ' ');
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
  if (!value.is_object()) {
    out += value.dump();
    return;
  }
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
  for (std::size_t i = 0; i < compact.size(); ++i) {
    const char c = compact[i];
    switch (c) {
      case '"': {
        std::size_t end = i + 1;
        while (compact[end] != '"') end += compact[end] == '\\' ? 2 : 1;
        out.append(compact, i, end - i + 1);
        i = end;
        break;
      }
      case '{':
      case '[':
        out += c;
        if (compact[i + 1] == (c == '{' ? '}' : ']')) {
          out += compact[++i];
          break;
        }
        append_break(out, ++depth);
        break;
      case '}':
      case ']':
        append_break(out, --depth);
        out += c;
        break;
      case ',':
        out += ',';
        append_break(out, depth);
        break;
      case ':':
        out += ": ";
        break;
      default:
        out += c;
    }
  }
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
