#include "tests/transcript/shape.h"

#include <algorithm>
#include <array>

namespace okapi::transcript {
namespace {

// Fields that Stripe sends and its types no longer declare. Each is "object.field".
constexpr auto undeclared = std::to_array<std::string_view>({
    // Stripe: the old twin of items.data[0].price, still in every recorded subscription.
    "subscription.plan",
    "subscription.quantity",
    "subscription_item.plan",
});

constexpr auto error_members = std::to_array<std::string_view>(
    {"advice_code", "charge", "code", "decline_code", "doc_url", "message", "network_advice_code",
     "network_decline_code", "param", "payment_intent", "payment_method", "payment_method_type",
     "request_log_url", "setup_intent", "source", "type"});
constexpr auto error_types = std::to_array<std::string_view>(
    {"api_error", "card_error", "idempotency_error", "invalid_request_error"});

using Faults = std::vector<std::string>;

std::string join(const std::string& path, std::string_view step) {
  return path.empty() ? std::string(step) : path + "." + std::string(step);
}

bool is_decimal(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const auto all_digits = [](std::string_view piece) {
    return !piece.empty() &&
           std::ranges::all_of(piece, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!all_digits(digits.substr(0, point))) return false;
  return point == digits.size() || all_digits(digits.substr(point + 1));
}

bool is_rfc3339(const Json& value) {  // 2026-10-28T12:00:00.000Z
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text.size() == 24 && text[4] == '-' && text[10] == 'T' && text[19] == '.' &&
         text[23] == 'Z';
}

class Checker {
 public:
  explicit Checker(bool v2) : v2_(v2) {}

  void check_object(const api::ObjectType& type, const Json& object, const std::string& path) {
    if (!object.is_object()) return fault(path, "is not an object: " + object.dump());
    if (object.value("object", Json()) != Json(std::string(type.name()))) {
      return fault(join(path, "object"), "is not \"" + std::string(type.name()) +
                                             "\": " + object.value("object", Json()).dump());
    }
    if (is_stub(type, object)) return;
    const auto allowed = [&](std::string_view field) {
      return field == "object" || std::ranges::count(undeclared, std::string(type.name()) + "." +
                                                                     std::string(field)) > 0;
    };
    check_members(type.fields(), object, path, allowed);
  }

  // Some names stand for several kinds (external_account: card or bank_account), and some fields
  // name several; the object says which.
  void check_target(const std::vector<std::string_view>& targets, const Json& object,
                    const std::string& path) {
    const std::string own = object.is_object() ? object.value("object", "") : "";
    const bool is_one_of_them = std::ranges::count(targets, own) > 0;
    api::ObjectType type(0);
    if (!api::find_object(is_one_of_them ? own : targets.front(), type) &&
        !api::find_object(own, type)) {
      return;
    }
    check_object(type, object, path);
  }

  void check_list(const api::Operation& operation, const Json& body) {
    if (operation.v2()) {
      check_keys(body, "", {"data", "next_page_url", "previous_page_url"}, {});
    } else if (operation.shape() == api::Shape::search) {
      check_keys(body, "", {"object", "data", "has_more", "next_page", "url"}, {"total_count"});
      check_word(body, "object", "search_result");
    } else {
      check_keys(body, "", {"object", "data", "has_more", "url"}, {"total_count"});
      check_word(body, "object", "list");
    }
    check_data(operation.response_objects(), body, "");
  }

  void check_deleted(const api::Operation& operation, const Json& body) {
    std::vector<std::string> wanted = {"id", "object"};
    // Stripe: v2 says what is gone, and not that it is.
    if (!operation.v2()) wanted.emplace_back("deleted");
    api::ObjectType type(0);
    if (api::find_object(operation.response_object(), type)) {
      for (const api::Node field : type.deleted_fields()) wanted.emplace_back(field.name());
    }
    check_keys(body, "", wanted, {});
    if (!operation.v2() && body.value("deleted", Json()) != Json(true))
      fault("deleted", "is not true");
  }

  Faults take() { return std::move(faults_); }

 private:
  void fault(const std::string& path, const std::string& what) {
    faults_.push_back("shape: " + (path.empty() ? std::string("the body") : path) + " " + what);
  }

  static bool is_stub(const api::ObjectType& type, const Json& object) {
    return type.has_deleted() && object.size() == 3 &&
           object.value("deleted", Json()) == Json(true) && object.contains("id");
  }

  void check_keys(const Json& object, const std::string& path,
                  const std::vector<std::string>& wanted,
                  const std::vector<std::string>& optional) {
    if (!object.is_object()) return fault(path, "is not an object");
    for (const std::string& key : wanted) {
      if (!object.contains(key)) fault(join(path, key), "is missing");
    }
    for (const auto& [key, value] : object.items()) {
      const bool known =
          std::ranges::count(wanted, key) > 0 || std::ranges::count(optional, key) > 0;
      if (!known) fault(join(path, key), "is not declared");
    }
  }

  void check_word(const Json& object, const std::string& key, const std::string& word) {
    if (object.value(key, Json()) != Json(word)) fault(key, "is not \"" + word + "\"");
  }

  void check_data(const std::vector<std::string_view>& targets, const Json& list,
                  const std::string& path) {
    const auto data = list.is_object() ? list.find("data") : list.end();
    if (data == list.end() || !data->is_array()) return fault(join(path, "data"), "is no list");
    for (std::size_t i = 0; i < data->size(); ++i) {
      check_target(targets, (*data)[i], join(path, "data." + std::to_string(i)));
    }
  }

  template <typename Allowed>
  void check_members(api::NodeRange declared, const Json& object, const std::string& path,
                     const Allowed& allowed) {
    for (const api::Node node : declared) {
      const auto found = object.find(std::string(node.name()));
      if (found != object.end()) {
        check_value(node, *found, join(path, node.name()));
      } else if (!node.optional() && !(v2_ && node.nullable())) {
        fault(join(path, node.name()), "is missing");
      }
    }
    for (const auto& [key, value] : object.items()) {
      api::Node node(0);
      if (!declared.find(key, node) && !allowed(key)) fault(join(path, key), "is not declared");
    }
  }

  void check_value(const api::Node& node, const Json& value, const std::string& path) {
    if (value.is_null()) {
      if (!node.nullable() && node.kind() != api::Kind::any) fault(path, "is null");
      return;
    }
    check_kind(node, value, path);
  }

  void want(bool right, const std::string& path, const std::string& kind, const Json& value) {
    if (!right) fault(path, "is not " + kind + ": " + value.dump());
  }

  void check_kind(const api::Node& node, const Json& value, const std::string& path) {
    using enum api::Kind;
    switch (node.kind()) {
      case string:
        return want(value.is_string(), path, "a string", value);
      case integer:
        // v2 sends 64-bit integers as strings.
        return want(value.is_number_integer() || (v2_ && value.is_string()), path, "an integer",
                    value);
      case floating:
        return want(value.is_number(), path, "a number", value);
      case boolean:
        return want(value.is_boolean(), path, "a boolean", value);
      case time:
        return want(v2_ ? is_rfc3339(value) : value.is_number_integer(), path, "a time", value);
      case decimal:
        return want(is_decimal(value), path, "a decimal", value);
      case metadata:
        return check_metadata(value, path);
      case enumeration:
      case literal:
        return check_enum(node, value, path);
      case object:
        if (!value.is_object()) return want(false, path, "an object", value);
        return check_members(node.children(), value, path, [](std::string_view) { return false; });
      case array:
        return check_array(node, value, path);
      case map:
        return check_map(node, value, path);
      case reference:
        if (value.is_string()) return;
        return check_target(node.targets(), value, path);
      case embedded:
        return check_target(node.targets(), value, path);
      case list:
        check_keys(value, path, {"object", "data", "has_more", "url"}, {"total_count"});
        return check_data(node.targets(), value, path);
      case any_of:
        return check_alternatives(node, value, path);
      case any:
        return;
    }
  }

  void check_metadata(const Json& value, const std::string& path) {
    const bool right = value.is_object() && std::ranges::all_of(value, [](const Json& entry) {
                         return entry.is_string();
                       });
    want(right, path, "a map of strings", value);
  }

  void check_enum(const api::Node& node, const Json& value, const std::string& path) {
    if (!value.is_string()) {
      // A literal may be a boolean: deleted: true.
      return want(node.has_value(value.dump()), path, "a word", value);
    }
    const auto& word = value.get_ref<const std::string&>();
    want(node.has_value(word) || node.open_enum(), path, "one of the declared words", value);
  }

  void check_array(const api::Node& node, const Json& value, const std::string& path) {
    if (!value.is_array()) return want(false, path, "a list", value);
    for (std::size_t i = 0; i < value.size(); ++i) {
      check_value(node.element(), value[i], join(path, std::to_string(i)));
    }
  }

  void check_map(const api::Node& node, const Json& value, const std::string& path) {
    if (!value.is_object()) return want(false, path, "a map", value);
    for (const auto& [key, entry] : value.items()) {
      check_value(node.element(), entry, join(path, key));
    }
  }

  void check_alternatives(const api::Node& node, const Json& value, const std::string& path) {
    Faults nearest;
    for (const api::Node alternative : node.children()) {
      Checker checker(v2_);
      checker.check_value(alternative, value, path);
      Faults faults = checker.take();
      if (faults.empty()) return;
      if (nearest.empty() || faults.size() < nearest.size()) nearest = std::move(faults);
    }
    faults_.insert(faults_.end(), nearest.begin(), nearest.end());
  }

  bool v2_;
  Faults faults_;
};

bool names_older_version(const api::Request& request) {
  const std::string_view version = api::header(request.headers, "Stripe-Version");
  return !version.empty() && version != api::api_version();
}

// Stripe's layout: two spaces, id and object first, then alphabetical.
bool is_laid_out(const api::Response& response, const Json& body) {
  std::string_view text = response.body;
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text == to_pretty(body);
}

Faults success_faults(const api::Operation& operation, const Json& body) {
  Checker checker(operation.v2());
  switch (operation.shape()) {
    case api::Shape::object:
      checker.check_target(operation.response_objects(), body, "");
      break;
    case api::Shape::list:
    case api::Shape::search:
      checker.check_list(operation, body);
      break;
    case api::Shape::deleted:
      checker.check_deleted(operation, body);
      break;
    case api::Shape::other:
      break;
  }
  return checker.take();
}

}  // namespace

Faults object_faults(const api::ObjectType& type, const Json& object, const std::string& path) {
  Checker checker(type.v2());
  checker.check_object(type, object, path);
  return checker.take();
}

Faults error_faults(const Json& body, bool v2) {
  const auto is_error =
      body.is_object() && body.size() == 1 && body.contains("error") && body["error"].is_object();
  if (!is_error) return {"shape: the body is not {\"error\": {…}}"};
  Faults faults;
  const Json& error = body["error"];
  for (const char* wanted : {"message", "type"}) {
    const auto found = error.find(wanted);
    if (found == error.end() || !found->is_string() || found->get<std::string>().empty()) {
      faults.push_back("shape: error." + std::string(wanted) + " is missing");
    }
  }
  for (const auto& [key, value] : error.items()) {
    const bool known = std::ranges::count(error_members, key) > 0 || (v2 && key == "user_message");
    if (!known) faults.push_back("shape: error." + key + " is not declared");
    // Stripe: members that do not apply are absent, never null.
    const bool is_whole_object = key == "payment_intent" || key == "payment_method" ||
                                 key == "setup_intent" || key == "source";
    if (is_whole_object ? !value.is_object() : !value.is_string()) {
      faults.push_back("shape: error." + key + " is " + value.dump());
    }
  }
  const std::string type = error.value("type", "");
  if (!v2 && std::ranges::count(error_types, type) == 0) {
    faults.push_back("shape: error.type is not one of Stripe's: " + type);
  }
  return faults;
}

Faults shape_faults(const api::Request& request, const api::Response& response) {
  const std::string_view path = request.path();
  const bool v2 = path.starts_with("/v2/");
  if (!path.starts_with("/v1/") && !v2) return {};
  api::Route route;
  const bool known = api::find_route(request.method, path, route);
  const bool is_binary = known && route.operation.shape() == api::Shape::other;
  if (response.status < 400 && is_binary) return {};

  if (!Json::accept(response.body)) return {"shape: the body is not JSON"};
  const Json body = Json::parse(response.body);
  Faults faults;
  if (!is_laid_out(response, body)) faults.push_back("shape: the body is not laid out as Stripe's");
  if (response.status >= 400) {
    const Faults more = error_faults(body, v2);
    faults.insert(faults.end(), more.begin(), more.end());
  } else if (known && !names_older_version(request)) {
    const Faults more = success_faults(route.operation, body);
    faults.insert(faults.end(), more.begin(), more.end());
  }
  return faults;
}

}  // namespace okapi::transcript
