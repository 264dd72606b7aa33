#include "api/coerce.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "api/currency.h"
#include "api/error.h"
#include "base/ascii.h"
#include "base/check.h"
#include "base/decimal.h"
#include "base/text.h"
#include "base/time.h"

namespace okapi::api {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Sign, digits, fraction: what looks like a plain decimal, whatever its length.
bool is_plain_decimal(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  if (point == text.npos) return is_digits(text);
  return is_digits(text.substr(0, point)) && is_digits(text.substr(point + 1));
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  return out;
}

// Stripe: names, phones and statement descriptors lose their surrounding blanks
// (api-conventions 2.2).
bool is_trimmed(std::string_view name) {
  return name == "name" || name == "phone" || name.starts_with("statement_descriptor");
}

bool is_currency_name(std::string_view name) {
  return name == "currency" || name.ends_with("_currency");
}

std::string coerce_currency(std::string_view value, const ParamPath& path) {
  std::string code = lowered(value);
  if (!is_currency(code)) throw invalid_currency(path.text(), value);
  return code;
}

std::optional<bool> parse_boolean(std::string_view value) {
  // Guess: the Python SDK writes True inside lists, so the letter case is free.
  if (value.size() > 5) return std::nullopt;
  const std::string word = lowered(value);
  if (word == "true") return true;
  if (word == "false") return false;
  return std::nullopt;
}

std::optional<Seconds> parse_seconds(std::string_view value, Dialect dialect) {
  std::int64_t seconds = 0;
  if (dialect == Dialect::v2) {
    // A date and a time; parse_time would also take bare dates and unix seconds.
    if (value.find('T') == value.npos && value.find('t') == value.npos) return std::nullopt;
    const std::optional<Seconds> parsed = parse_time(value);
    if (!parsed) return std::nullopt;
    seconds = *parsed;
  } else if (!parse_integer(value, seconds)) {
    return std::nullopt;
  }
  if (seconds < 0 || seconds > latest_time) return std::nullopt;
  return seconds;
}

std::optional<double> parse_floating(std::string_view value) {
  if (!is_plain_decimal(value) || value.size() > 40) return std::nullopt;
  if (value.starts_with('+')) value.remove_prefix(1);
  double number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (problem != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string ParamPath::text() const {
  if (parent == nullptr) return std::string(name);
  return concat(parent->text(), "[", name, "]");
}

bool parse_integer(std::string_view value, std::int64_t& parsed) {
  if (value.starts_with('+')) {
    value.remove_prefix(1);
    if (value.starts_with('-')) return false;
  }
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  return problem == std::errc() && end == value.data() + value.size() && !value.empty();
}

bool is_unsettable(const Node& node) {
  if (node.emptyable()) return true;
  if (node.kind() == Kind::metadata) return true;
  if (node.kind() != Kind::any_of) return false;
  return any_child(node, [](const Node& alternative) { return alternative.emptyable(); });
}

Json coerce_string(const Node& node, std::string_view value, const ParamPath& path) {
  if (is_trimmed(node.name())) value = trimmed(value);
  if (value.empty()) {
    if (is_unsettable(node)) return nullptr;
    throw empty_parameter(path.text());
  }
  if (value.size() > node.max_length() && character_count(value) > node.max_length()) {
    throw too_long(path.text(), value, node.max_length());
  }
  if (is_currency_name(node.name())) return coerce_currency(value, path);
  // Stripe: country codes are stored in upper case (api-conventions 2.2).
  if (node.name() == "country") return upper(value);
  return std::string(value);
}

Json coerce_decimal(std::string_view value, const ParamPath& path) {
  if (const std::optional<Decimal> parsed = Decimal::parse(value)) return parsed->text();
  const std::size_t point = value.find('.');
  if (is_plain_decimal(value) && point != value.npos &&
      value.size() - point - 1 > Decimal::places) {
    throw too_many_decimal_places(path.text(), value);
  }
  throw invalid_decimal(path.text(), value);
}

std::string coerce_map_key(const Node& map, std::string_view key, const ParamPath& path) {
  if (map.name() == "currency_options") return coerce_currency(key, path);
  return std::string(key);
}

void check_metadata(const Json& metadata) {
  if (metadata.size() > 50) throw too_many_metadata_keys(metadata.size());
  for (const auto& [key, value] : metadata.items()) {
    if (character_count(key) > 40) throw metadata_key_too_long(key);
    if (!value.is_string()) continue;
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > 500 && character_count(text) > 500) throw metadata_value_too_long(text);
  }
}

bool fits_text(const Node& node, std::string_view value, Dialect dialect) {
  std::int64_t number = 0;
  switch (node.kind()) {
    case Kind::string:
    case Kind::reference:
    case Kind::any:
      return true;
    case Kind::integer:
      return parse_integer(value, number);
    case Kind::floating:
      return parse_floating(value).has_value();
    case Kind::boolean:
      return parse_boolean(value).has_value();
    case Kind::time:
      return parse_seconds(value, dialect).has_value();
    case Kind::decimal:
      return Decimal::parse(value).has_value();
    case Kind::enumeration:
      return node.has_value(value) || node.open_enum();
    case Kind::literal:
      return node.has_value(value);
    case Kind::any_of:
      return any_child(
          node, [&](const Node& alternative) { return fits_text(alternative, value, dialect); });
    case Kind::metadata:
    case Kind::object:
    case Kind::array:
    case Kind::map:
    case Kind::embedded:
    case Kind::list:
      return false;
  }
  OKAPI_UNREACHABLE();
}

Json coerce_text(const Node& node, std::string_view value, const ParamPath& path, Dialect dialect) {
  if (value.empty() && !node.has_value("")) {
    if (is_unsettable(node)) return nullptr;
    throw empty_parameter(path.text());
  }
  switch (node.kind()) {
    case Kind::string:
    case Kind::reference:
      return coerce_string(node, value, path);
    case Kind::any:
      return std::string(value);
    case Kind::integer: {
      std::int64_t number = 0;
      if (!parse_integer(value, number)) throw invalid_integer(path.text(), value);
      return number;
    }
    case Kind::floating:
      if (const std::optional<double> number = parse_floating(value)) return *number;
      throw invalid_decimal(path.text(), value);
    case Kind::boolean:
      if (const std::optional<bool> flag = parse_boolean(value)) return *flag;
      throw invalid_boolean(path.text(), value);
    case Kind::time:
      if (const std::optional<Seconds> at = parse_seconds(value, dialect)) return *at;
      if (dialect == Dialect::v2) throw invalid_date_time(path.text());
      throw invalid_timestamp(path.text());
    case Kind::decimal:
      return coerce_decimal(value, path);
    case Kind::enumeration:
    case Kind::literal:
      if (node.has_value(value)) return std::string(value);
      if (node.open_enum()) return coerce_string(node, value, path);
      throw invalid_enum(path.text(), value, node.values());
    case Kind::metadata:
    case Kind::object:
    case Kind::map:
    case Kind::embedded:
      throw invalid_object(path.text());
    case Kind::array:
    case Kind::list:
      throw invalid_array(path.text());
    case Kind::any_of:
      break;
  }
  // Words before numbers before free text: "inf" is never an integer, "now" never a string.
  const auto is_word = [](const Node& n) {
    return n.kind() == Kind::literal || (n.kind() == Kind::enumeration && !n.open_enum());
  };
  for (const bool words : {true, false}) {
    for (const Node alternative : node.children()) {
      if (is_word(alternative) == words && fits_text(alternative, value, dialect)) {
        return coerce_text(alternative, value, path, dialect);
      }
    }
  }
  // Nothing fits: the refusal is that of the first alternative that is no fixed word.
  for (const Node alternative : node.children()) {
    if (!is_word(alternative)) return coerce_text(alternative, value, path, dialect);
  }
  OKAPI_CHECK(!node.children().empty());
  return coerce_text(node.children()[0], value, path, dialect);
}

}  // namespace okapi::api
