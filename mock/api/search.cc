#include "api/search.h"

#include <algorithm>

#include "api/error.h"
#include "api/list.h"
#include "api/search_query.h"
#include "base/ascii.h"
#include "base/decimal.h"
#include "base/text.h"
#include "store/compact_json.h"

namespace okapi::api {
namespace {

// How a field compares. Stripe: strings match on their words, tokens whole; neither looks at case.
enum class FieldType { words, token, number };

struct Field {
  std::string_view kind;
  std::string_view name;
  FieldType type;
  std::string_view path = {};  // where it stands, when not under its name
};

using enum FieldType;
constexpr Field fields[] = {
    {"charge", "amount", number},
    {"charge", "billing_details.address.postal_code", token},
    {"charge", "created", number},
    {"charge", "currency", token},
    {"charge", "customer", token},
    {"charge", "disputed", token},
    {"charge", "payment_method_details.card.brand", token},
    {"charge", "payment_method_details.card.exp_month", token},
    {"charge", "payment_method_details.card.exp_year", token},
    {"charge", "payment_method_details.card.fingerprint", token},
    {"charge", "payment_method_details.card.last4", token},
    {"charge", "refunded", token},
    {"charge", "status", token},
    {"customer", "created", number},
    {"customer", "email", words},
    {"customer", "name", words},
    {"customer", "phone", words},
    {"invoice", "created", number},
    {"invoice", "currency", token},
    {"invoice", "customer", token},
    {"invoice", "last_finalization_error_code", token, "last_finalization_error.code"},
    {"invoice", "last_finalization_error_type", token, "last_finalization_error.type"},
    {"invoice", "number", words},
    {"invoice", "receipt_number", words},
    {"invoice", "status", token},
    {"invoice", "subscription", token, "parent.subscription_details.subscription"},
    {"invoice", "total", number},
    {"payment_intent", "amount", number},
    {"payment_intent", "created", number},
    {"payment_intent", "currency", token},
    {"payment_intent", "customer", token},
    {"payment_intent", "status", token},
    {"price", "active", token},
    {"price", "currency", token},
    {"price", "lookup_key", words},
    {"price", "product", token},
    {"price", "type", token},
    {"product", "active", token},
    {"product", "description", words},
    {"product", "name", words},
    {"product", "shippable", token},
    {"product", "url", words},
    {"subscription", "canceled_at", number},
    {"subscription", "created", number},
    {"subscription", "status", token},
};

// A clause whose field is known and whose value fits it.
struct Condition {
  SearchClause clause;
  const Field* field = nullptr;  // null: metadata
  Decimal number = {};
  std::string words = {};  // of the value, as words_in() has them
};

// "prices" of "price", as the documentation's addresses have it.
std::string plural_of(std::string_view kind) { return concat(kind, "s"); }

[[noreturn]] void refuse_field(std::string_view kind, std::string_view name) {
  const std::string resource = plural_of(kind);
  throw invalid_request(concat("Field `", name, "` is an unsupported search field for resource `",
                               resource, "`. See http://stripe.com/docs/search#query-fields-for-",
                               resource, " for a list of supported fields."),
                        "query");
}

bool compares(SearchOperator op) {
  return op != SearchOperator::equal && op != SearchOperator::contains;
}

// Guess: these sentences are not recorded, the rules behind them are documented.
void check_operator(const SearchClause& clause, FieldType type) {
  if (compares(clause.op) && type != number) {
    throw invalid_request(concat("Field `", clause.field,
                                 "` is not numeric and cannot be compared with >, <, >= or "
                                 "<=."),
                          "query");
  }
  if (clause.op != SearchOperator::contains) return;
  if (type == number) {
    throw invalid_request(
        concat("Field `", clause.field, "` is numeric and does not support the operator `~`."),
        "query");
  }
  if (character_count(*clause.value) < 3) {
    throw invalid_request("The operator `~` needs a value of at least 3 characters.", "query");
  }
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<signed char>(c) < 0;
}

// The words of a text, each between two blanks: " jane doe ".
std::string words_in(std::string_view text) {
  std::string out = " ";
  for (const char c : lowered(text)) {
    if (is_word(c)) {
      out += c;
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

Condition condition_of(std::string_view kind, const SearchClause& clause) {
  Condition condition = {.clause = clause};
  if (clause.field == "metadata" && clause.key) {
    check_operator(clause, token);
    return condition;
  }
  const auto found = std::ranges::find_if(
      fields, [&](const Field& field) { return field.kind == kind && field.name == clause.field; });
  if (found == std::end(fields) || clause.key) refuse_field(kind, clause.field);
  condition.field = found;
  check_operator(clause, found->type);
  if (found->type == words && clause.value) condition.words = words_in(*clause.value);
  if (found->type != number || !clause.value) return condition;
  const std::optional<Decimal> value = Decimal::parse(*clause.value);
  if (!value) {
    throw invalid_request(
        concat("Field `", clause.field, "` is numeric; `", *clause.value, "` is not a number."),
        "query");
  }
  condition.number = *value;
  return condition;
}

// Read off the text: a tree of each document would take ten times as long, and a search looks at
// all that are stored.
Json value_at(std::string_view document, std::string_view path) {
  const std::string_view value = store::find_value(document, path);
  return value.empty() ? Json() : parse_stored(value);
}

Json value_of(const Condition& condition, std::string_view document) {
  if (condition.field == nullptr) {
    const Json metadata = value_at(document, "metadata");
    return metadata.is_object() ? metadata.value(*condition.clause.key, Json()) : Json();
  }
  const std::string_view path = condition.field->path;
  return value_at(document, path.empty() ? condition.field->name : path);
}

// true, 42, "text"; a reference that is stored whole counts by its id.
std::string plain_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() && value.contains("id")) return text(value, "id");
  return to_compact(value);
}

bool matches_text(const std::string& value, const Condition& condition) {
  const std::string& wanted = *condition.clause.value;
  if (condition.clause.op == SearchOperator::contains) {
    return lowered(value).find(lowered(wanted)) != std::string::npos;
  }
  const bool by_words = condition.field != nullptr && condition.field->type == words;
  if (!by_words) return equal_ignoring_case(value, wanted);
  return words_in(value).find(condition.words) != std::string::npos;
}

bool matches_number(const Json& value, const Condition& condition) {
  if (!value.is_number_integer()) return false;
  const auto order = Decimal::from_integer(value.get<std::int64_t>()) <=> condition.number;
  using enum SearchOperator;
  switch (condition.clause.op) {
    case greater:
      return order > 0;
    case less:
      return order < 0;
    case at_least:
      return order >= 0;
    case at_most:
      return order <= 0;
    default:
      return order == 0;
  }
}

bool holds(const Condition& condition, std::string_view document) {
  const Json value = value_of(condition, document);
  const bool numeric = condition.field != nullptr && condition.field->type == number;
  bool found = !value.is_null();
  if (!condition.clause.value) {
    found = !found;  // Stripe: -metadata["key"]:null finds those that have the key
  } else if (found) {
    found = numeric ? matches_number(value, condition) : matches_text(plain_text(value), condition);
  }
  return found != condition.clause.negated;
}

bool asks_for_total(const Context& ctx) {
  return std::ranges::find(ctx.input.expand, "total_count") != ctx.input.expand.end();
}

}  // namespace

Reply search_objects(Context& ctx) {
  const std::string_view kind = ctx.operation.response_object();
  const SearchQuery query = parse_search_query(text(ctx.params, "query"));
  std::vector<Condition> conditions;
  for (const SearchClause& clause : query.clauses) {
    conditions.push_back(condition_of(kind, clause));
  }
  // Differs: with a lag, what is new is not found for a while; changes of what is found show at
  // once.
  const auto is_found = [&](const store::Document& document) {
    if (document.sequence() > ctx.search_horizon) return false;
    const auto one = [&](const Condition& condition) { return holds(condition, document.text()); };
    return query.any ? std::ranges::any_of(conditions, one) : std::ranges::all_of(conditions, one);
  };
  Page page = list_documents(ctx, {.kind = kind, .shows = is_found});
  if (asks_for_total(ctx)) {
    std::int64_t total = 0;
    ctx.tx.scan_down(kind, 0, [&](const store::Document& document) {
      total += is_found(document) ? 1 : 0;
      return true;
    });
    page.total_count = total;
  }
  return page;
}

}  // namespace okapi::api
