// Connected accounts (api-conventions 5): made by a platform, addressed by Stripe-Account, each
// with objects of its own. What Stripe wants to know of them before it pays out is left to Stripe.
#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "base/text.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "account";

void refuse_unsupported(const Json& params) {
  for (const char* name : {"account_token", "company", "documents", "external_account",
                           "individual", "settings", "tos_acceptance"}) {
    if (has(params, name)) {
      throw api::not_implemented(concat("an Account with `", name, "`"));
    }
  }
}

// Stripe: the word for each kind of account before there were controllers (docs, migrate to
// controller properties).
Json controller_of_type(const std::string& type) {
  const bool standard = type == "standard";
  return {{"fees", {{"payer", standard ? "account" : concat("application_", type)}}},
          {"is_controller", true},
          {"losses", {{"payments", standard ? "stripe" : "application"}}},
          {"requirement_collection", type == "custom" ? "application" : "stripe"},
          {"stripe_dashboard",
           {{"type", standard            ? "full"
                     : type == "express" ? "express"
                                         : "none"}}},
          {"type", "application"}};
}

Json controller_of(const Json& params) {
  if (!has(params, "controller")) {
    return controller_of_type(maybe_text(params, "type").value_or("standard"));
  }
  Json controller = controller_of_type("standard");
  controller.merge_patch(params.at("controller"));
  return controller;
}

Json no_requirements() {
  return {{"alternatives", Json::array()},  {"current_deadline", nullptr},
          {"currently_due", Json::array()}, {"disabled_reason", nullptr},
          {"errors", Json::array()},        {"eventually_due", Json::array()},
          {"past_due", Json::array()},      {"pending_verification", Json::array()}};
}

void assign_fields(Json& account, const Json& params) {
  api::assign_params(account, params, {"business_type", "default_currency", "email"});
  api::merge_metadata(account, params);
  if (has(params, "business_profile")) {
    account["business_profile"].merge_patch(params.at("business_profile"));
  }
  if (!has(params, "capabilities")) return;
  for (const auto& [name, wish] : params.at("capabilities").items()) {
    account["capabilities"][name] = maybe_boolean(wish, "requested") ? "active" : "inactive";
  }
}

// Differs: Stripe asks for details before it enables anything; here nobody asks.
Json new_account(store::Transaction& tx) {
  Json account = api::default_object(tx, kind);
  account.update({{"business_profile",
                   {{"annual_revenue", nullptr},
                    {"estimated_worker_count", nullptr},
                    {"mcc", nullptr},
                    {"minority_owned_business_designation", nullptr},
                    {"name", nullptr},
                    {"product_description", nullptr},
                    {"specified_commercial_transactions_act_url", nullptr},
                    {"support_address", nullptr},
                    {"support_email", nullptr},
                    {"support_phone", nullptr},
                    {"support_url", nullptr},
                    {"url", nullptr}}},
                  {"business_type", nullptr},
                  {"capabilities", Json::object()},
                  {"charges_enabled", true},
                  {"country", "US"},
                  {"default_currency", "usd"},
                  {"details_submitted", true},
                  {"email", nullptr},
                  {"payouts_enabled", true},
                  {"type", "standard"}});
  return account;
}

api::Reply create(api::Context& ctx) {
  refuse_unsupported(ctx.params);
  if (has(ctx.params, "type") && has(ctx.params, "controller")) {
    throw api::only_one_of({"type", "controller"});
  }
  Json account = new_account(ctx.tx);
  const std::string id = text(account, "id");
  account.update({{"controller", controller_of(ctx.params)},
                  {"external_accounts",
                   api::embedded_list({}, concat("/v1/accounts/", id, "/external_accounts"))},
                  {"future_requirements", no_requirements()},
                  {"requirements", no_requirements()},
                  {"type", has(ctx.params, "controller")
                               ? "none"
                               : maybe_text(ctx.params, "type").value_or("standard")}});
  api::assign_params(account, ctx.params, {"country"});
  assign_fields(account, ctx.params);
  return ctx.tx.insert(std::move(account));
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

// The account of the key itself; of a connected one its platform tells (server/exchange.cc).
api::Reply retrieve_current(api::Context& ctx) {
  Json account = new_account(ctx.tx);
  account["id"] = ctx.tx.account_id();
  return account;
}

api::Reply update(api::Context& ctx) {
  refuse_unsupported(ctx.params);
  const store::Document account = api::require(ctx.tx, kind, ctx.path_id);
  const store::Document updated =
      ctx.tx.update(account, [&](Json& edited) { assign_fields(edited, ctx.params); });
  // Differs: Stripe tells the platform as an event of the connected account.
  if (!(updated == account)) ctx.tx.emit("account.updated", updated);
  return updated;
}

api::Reply del(api::Context& ctx) {
  ctx.tx.erase(api::require(ctx.tx, kind, ctx.path_id));
  // From now on Stripe-Account may not name it.
  ctx.tx.insert({{"id", ctx.path_id}, {"object", "okapi.closed_account"}});
  return api::deleted_stub(kind, ctx.path_id);
}

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

}  // namespace

void register_accounts(api::Registry& registry) {
  registry.bind("accounts.create", create);
  registry.bind("accounts.retrieve", retrieve);
  registry.bind("accounts.retrieve_current", retrieve_current);
  registry.bind("accounts.update", update);
  registry.bind("accounts.del", del);
  registry.bind("accounts.list", list);
}

}  // namespace okapi::resources
