#include "engine/alerts.h"

#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "base/text.h"

namespace okapi::resources {
namespace {

constexpr std::string_view kind = "billing.alert";
constexpr std::size_t most_per_meter_and_customer = 25;

// Empty: any customer.
std::string filtered_customer(const Json& usage_threshold) {
  for (const Json& filter : at_path(usage_threshold, {"filters"})) {
    return maybe_text(filter, "customer").value_or("");
  }
  return {};
}

// Guess: the texts of these refusals; the numbers are documented.
void check_usage_threshold(const store::Transaction& tx, const Json& given) {
  if (!tx.find("billing.meter", text(given, "meter"))) {
    throw api::no_such("meter", text(given, "meter"), "usage_threshold[meter]");
  }
  if (integer(given, "gte") < 1) throw api::at_least("usage_threshold[gte]", 1);
  if (!has(given, "filters")) return;
  if (given.at("filters").size() > 1) throw api::too_many_items("usage_threshold[filters]", 1);
  for (const Json& filter : given.at("filters")) {
    const std::string param = "usage_threshold[filters][0][customer]";
    const std::optional<std::string> customer = maybe_text(filter, "customer");
    if (!customer) throw api::missing_parameter(param);
    if (!tx.find("customer", *customer)) throw api::no_such("customer", *customer, param);
  }
}

void check_count(const store::Transaction& tx, const Json& given) {
  std::size_t count = 0;
  for (const store::Document& alert :
       tx.where(kind, "usage_threshold.meter", text(given, "meter"))) {
    const bool same = filtered_customer(alert->at("usage_threshold")) == filtered_customer(given);
    if (same && text(*alert, "status") != "archived") ++count;
  }
  if (count < most_per_meter_and_customer) return;
  throw api::invalid_request("A meter and customer can have at most 25 alerts.", "usage_threshold");
}

api::Reply create(api::Context& ctx) {
  if (!has(ctx.params, "usage_threshold")) throw api::missing_parameter("usage_threshold");
  const Json& given = ctx.params.at("usage_threshold");
  check_usage_threshold(ctx.tx, given);
  check_count(ctx.tx, given);
  const std::string customer = filtered_customer(given);
  Json filters;
  if (!customer.empty()) filters = Json::array({{{"customer", customer}, {"type", "customer"}}});
  Json alert = api::default_object(ctx.tx, kind);
  alert.update({{"alert_type", ctx.params.at("alert_type")},
                {"status", "active"},
                {"title", ctx.params.at("title")},
                {"usage_threshold",
                 {{"filters", std::move(filters)},
                  {"gte", given.at("gte")},
                  {"meter", given.at("meter")},
                  {"recurrence", given.at("recurrence")}}}});
  return ctx.tx.insert(std::move(alert));
}

// Stripe: an archived alert is gone from every answer.
store::Document require_alert(api::Context& ctx) {
  store::Document alert = api::require(ctx.tx, kind, ctx.path_id);
  if (text(*alert, "status") == "archived") throw api::no_such_in_path("alert", ctx.path_id);
  return alert;
}

api::Reply retrieve(api::Context& ctx) { return require_alert(ctx); }

api::Reply list(api::Context& ctx) {
  const std::optional<std::string> meter = maybe_text(ctx.params, "meter");
  return api::list_documents(ctx, {.kind = kind,
                                   .index_field = meter ? "usage_threshold.meter" : "",
                                   .index_value = meter ? std::string_view(*meter) : "",
                                   .shows = [](const store::Document& alert) {
                                     return text(*alert, "status") != "archived";
                                   }});
}

api::Reply set_status(api::Context& ctx, const char* status) {
  const store::Document alert = require_alert(ctx);
  // Guess: like meters, alerts refuse the state they are in.
  if (text(*alert, "status") == status) {
    throw api::invalid_request(concat("The alert `", alert.id(), "` is already ", status, "."));
  }
  return ctx.tx.update(alert, [&](Json& edited) { edited["status"] = status; });
}

api::Reply activate(api::Context& ctx) {
  api::Reply reply = set_status(ctx, "active");
  // Stripe: after deactivation and activation an alert may fire again.
  engine::forget_triggered(ctx.tx, std::get<store::Document>(reply));
  return reply;
}

api::Reply deactivate(api::Context& ctx) { return set_status(ctx, "inactive"); }

api::Reply archive(api::Context& ctx) { return set_status(ctx, "archived"); }

}  // namespace

void register_billing_alerts(api::Registry& registry) {
  registry.bind("billing.alerts.create", create);
  registry.bind("billing.alerts.retrieve", retrieve);
  registry.computed("billing.alerts.retrieve");  // an archived alert is stored and still 404
  registry.bind("billing.alerts.list", list);
  registry.bind("billing.alerts.activate", activate);
  registry.bind("billing.alerts.deactivate", deactivate);
  registry.bind("billing.alerts.archive", archive);
  registry.computed("billing.alerts.retrieve");
  registry.index(kind, "usage_threshold.meter");
  registry.index("billing.alert_triggered", "_alert");
}

}  // namespace okapi::resources
