// Customer sessions and ephemeral keys: short-lived secrets with which a browser or a phone acts
// for a customer.
#include "api/error.h"
#include "api/operation.h"
#include "base/text.h"

namespace okapi::resources {
namespace {

constexpr Seconds session_life = Seconds{30} * 60;
constexpr Seconds key_life = hour;

store::Document require_customer(api::Context& ctx) {
  const auto id = maybe_text(ctx.params, "customer");
  if (!id) throw api::missing_parameter("customer");
  return api::require_param(ctx.tx, "customer", *id, "customer");
}

// A component that was not asked for is there and off; `features` are only those of an enabled one.
Json component(const Json& asked, const Json& features) {
  const bool enabled = maybe_boolean(asked, "enabled");
  Json made = {{"enabled", enabled}};
  if (features.is_null()) return made;
  made["features"] = nullptr;
  if (!enabled) return made;
  made["features"] = features;
  if (has(asked, "features")) made["features"].update(asked.at("features"));
  return made;
}

Json components_of(const Json& params) {
  const Json asked = params.value("components", Json::object());
  const auto of = [&](const char* name) { return asked.value(name, Json::object()); };
  const Json displays = Json::array({"always"});
  return {{"active_entitlements", component(of("active_entitlements"), nullptr)},
          {"buy_button", component(of("buy_button"), nullptr)},
          {"customer_portal", component(of("customer_portal"), nullptr)},
          {"customer_sheet",
           component(of("customer_sheet"), {{"payment_method_allow_redisplay_filters", displays},
                                            {"payment_method_remove", "disabled"}})},
          {"mobile_payment_element",
           component(of("mobile_payment_element"),
                     {{"payment_method_allow_redisplay_filters", displays},
                      {"payment_method_redisplay", "disabled"},
                      {"payment_method_remove", "disabled"},
                      {"payment_method_save", "disabled"},
                      {"payment_method_save_allow_redisplay_override", nullptr}})},
          {"payment_element",
           component(of("payment_element"), {{"payment_method_allow_redisplay_filters", displays},
                                             {"payment_method_redisplay", "disabled"},
                                             {"payment_method_redisplay_limit", 3},
                                             {"payment_method_remove", "disabled"},
                                             {"payment_method_save", "disabled"},
                                             {"payment_method_save_usage", nullptr}})},
          {"pricing_table", component(of("pricing_table"), nullptr)}};
}

api::Reply create(api::Context& ctx) {
  const store::Document customer = require_customer(ctx);
  if (!has(ctx.params, "components") || ctx.params.at("components").empty()) {
    throw api::missing_parameter("components");
  }
  const Seconds created = ctx.now();
  Json session = {{"object", "customer_session"},
                  {"client_secret", ctx.tx.new_id("cuss_secret_", 60)},
                  {"components", components_of(ctx.params)},
                  {"created", created},
                  {"customer", customer.id()},
                  {"customer_account", nullptr},
                  {"expires_at", created + session_life},
                  {"livemode", false}};
  return session;
}

// --- ephemeral keys

api::Reply create_key(api::Context& ctx) {
  const store::Document customer = require_customer(ctx);
  Json key = api::default_object(ctx.tx, "ephemeral_key");
  key["associated_objects"] = Json::array({{{"id", customer.id()}, {"type", "customer"}}});
  key["expires"] = ctx.now() + key_life;
  key["secret"] = ctx.tx.new_id("ek_test_", 107);
  return ctx.tx.insert(std::move(key));
}

api::Reply delete_key(api::Context& ctx) {
  const store::Document key = api::require(ctx.tx, "ephemeral_key", ctx.path_id);
  ctx.tx.erase(key);
  Json answer = *key;
  answer.erase("secret");
  return answer;
}

}  // namespace

void register_customer_sessions(api::Registry& registry) {
  registry.bind("customer_sessions.create", create);
  registry.bind("ephemeral_keys.create", create_key);
  registry.bind("ephemeral_keys.del", delete_key);
}

}  // namespace okapi::resources
