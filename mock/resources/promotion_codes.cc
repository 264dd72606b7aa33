// Promotion codes: what customers type to redeem a coupon (subscriptions-invoices 2.10).
#include <algorithm>

#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "base/ascii.h"
#include "store/compact_json.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "promotion_code";
constexpr int code_length = 8;

bool is_code(const std::string& code) {
  return !code.empty() && std::ranges::all_of(code, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string generated_code(api::Context& ctx) {
  std::string code = ctx.tx.new_id("", code_length);
  std::ranges::transform(code, code.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
  return code;
}

// Stripe: unique among the active ones, whatever the letters' case; one of each customer.
void check_unique(api::Context& ctx, const std::string& code, const Json& customer,
                  const std::string& except) {
  bool taken = false;
  ctx.tx.scan_up(kind, 0, [&](const store::Document& other) {
    // Every new code looks at all there are: read off the text, none of the others needs a tree.
    const std::string its = store::find_text(other.text(), "code").value_or("");
    taken = equal_ignoring_case(its, code) && other.id() != except && boolean(*other, "active") &&
            (other->at("customer") == customer || other->at("customer").is_null() ||
             customer.is_null());
    return !taken;
  });
  if (!taken) return;
  throw api::invalid_request("An active promotion code with `code: " + code + "` already exists.",
                             "code");
}

Json restrictions_of(const Json& params) {
  const Json given = params.value("restrictions", Json::object());
  return {{"first_time_transaction", maybe_boolean(given, "first_time_transaction")},
          {"minimum_amount", given.value("minimum_amount", Json())},
          {"minimum_amount_currency", given.value("minimum_amount_currency", Json())}};
}

void check_restrictions(const Json& restrictions) {
  const bool amount = has(restrictions, "minimum_amount");
  const bool currency = has(restrictions, "minimum_amount_currency");
  if (amount && !currency) throw api::missing_parameter("restrictions[minimum_amount_currency]");
  if (currency && !amount) throw api::missing_parameter("restrictions[minimum_amount]");
}

api::Reply create(api::Context& ctx) {
  const Json& params = ctx.params;
  const std::string coupon_id = maybe_text(params.at("promotion"), "coupon").value_or("");
  if (coupon_id.empty()) throw api::missing_parameter("promotion[coupon]");
  const store::Document coupon =
      api::require_param(ctx.tx, "coupon", coupon_id, "promotion[coupon]");
  if (const auto customer = maybe_text(params, "customer")) {
    (void)api::require_param(ctx.tx, "customer", *customer, "customer");
  }
  const auto expires_at = maybe_integer(params, "expires_at");
  if (expires_at && *expires_at <= ctx.now()) throw api::future_timestamp_required("expires_at");
  const auto redeem_by = maybe_integer(*coupon, "redeem_by");
  if (expires_at && redeem_by && *expires_at > *redeem_by) {
    throw api::invalid_request("`expires_at` cannot be later than the coupon's `redeem_by`.",
                               "expires_at");
  }
  Json code = api::default_object(ctx.tx, kind);
  api::assign_params(code, params, {"customer", "expires_at", "max_redemptions"});
  api::merge_metadata(code, params);
  code["active"] = !has(params, "active") || boolean(params, "active");
  code["code"] = maybe_text(params, "code").value_or(generated_code(ctx));
  if (!is_code(text(code, "code"))) {
    throw api::invalid_request(
        "Promotion codes can only have letters, digits and dashes (a-z, A-Z, 0-9, -).", "code");
  }
  check_unique(ctx, text(code, "code"), code.at("customer"), {});
  code["promotion"] = {{"coupon", coupon_id}, {"type", "coupon"}};
  code["restrictions"] = restrictions_of(params);
  check_restrictions(code.at("restrictions"));
  code["times_redeemed"] = 0;
  const store::Document stored = ctx.tx.insert(std::move(code));
  ctx.tx.emit("promotion_code.created", stored);
  return stored;
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply update(api::Context& ctx) {
  const store::Document code = api::require(ctx.tx, kind, ctx.path_id);
  const bool activates = maybe_boolean(ctx.params, "active") && !boolean(*code, "active");
  if (activates) {
    const store::Document coupon = ctx.tx.find("coupon", text(code->at("promotion"), "coupon"));
    if (!coupon || !boolean(*coupon, "valid")) {
      throw api::invalid_request(
          "This promotion code cannot be activated because its coupon is no longer valid.",
          "active");
    }
    check_unique(ctx, text(*code, "code"), code->at("customer"), code.id());
  }
  const store::Document updated = ctx.tx.update(code, [&](Json& edited) {
    api::assign_params(edited, ctx.params, {"active"});
    api::merge_metadata(edited, ctx.params);
  });
  if (!(updated == code)) ctx.tx.emit("promotion_code.updated", updated);
  return updated;
}

api::Reply list(api::Context& ctx) {
  return api::list_by_params(ctx, kind, [&](const Json& code) {
    const auto coupon = maybe_text(ctx.params, "coupon");
    return !coupon || text(code.at("promotion"), "coupon") == *coupon;
  });
}

void code_due(const Json& code, std::vector<store::Due>& due) {
  const auto expires_at = maybe_integer(code, "expires_at");
  if (!expires_at || !boolean(code, "active")) return;
  due.push_back({.at = *expires_at, .rank = 2, .action = "expire", .clock = {}});
}

}  // namespace

void register_promotion_codes(api::Registry& registry) {
  registry.bind("promotion_codes.create", create);
  registry.bind("promotion_codes.retrieve", retrieve);
  registry.bind("promotion_codes.update", update);
  registry.bind("promotion_codes.list", list);
  registry.due(kind, code_due);
}

}  // namespace okapi::resources
