#include <algorithm>
#include <cctype>

#include "api/error.h"
#include "api/expand.h"
#include "api/list.h"
#include "api/operation.h"
#include "api/render.h"
#include "api/search.h"
#include "base/text.h"
#include "engine/balance.h"
#include "engine/clock.h"
#include "engine/customer_end.h"
#include "engine/discounts.h"
#include "engine/legacy_sources.h"
#include "engine/new_customer.h"
#include "engine/payment_methods.h"
#include "engine/tax_ids.h"
#include "engine/tax_table.h"

namespace okapi::resources {
namespace {

constexpr std::string_view kind = "customer";
constexpr std::size_t most_on_a_clock = 3;
// The internal stub of a deleted customer, which Stripe still answers to a GET.
constexpr std::string_view deleted_kind = engine::deleted_customer_kind;

void assign_addresses(Json& customer, const Json& params) {
  if (const auto given = params.find("address"); given != params.end()) {
    customer["address"] = given->is_null() ? Json() : engine::whole_address(*given);
  }
  const auto given = params.find("shipping");
  if (given == params.end()) return;
  customer["shipping"] = nullptr;
  if (given->is_null()) return;
  customer["shipping"] = {{"address", engine::whole_address(at_path(*given, {"address"}))},
                          {"name", nullptr},
                          {"phone", nullptr}};
  api::assign_params(customer["shipping"], *given, {"name", "phone"});
}

// Guess: which addresses Stripe refuses; one @ with text on both sides and no blank is enough here.
void check_email(const Json& params) {
  const std::optional<std::string> email = maybe_text(params, "email");
  if (!email) return;
  const std::size_t at = email->find('@');
  const bool sound = at != std::string::npos && at > 0 && at + 1 < email->size() &&
                     email->find_first_of("@ \t\r\n", at + 1) == std::string::npos &&
                     email->find_first_of(" \t\r\n") == std::string::npos;
  if (!sound) throw api::invalid_email("email", *email);
}

// What create and update have in common; payment methods and the balance are not among it.
void assign_fields(Json& customer, const Json& params) {
  api::assign_params(customer, params,
                     {"business_name", "description", "email", "individual_name", "invoice_prefix",
                      "name", "next_invoice_sequence", "phone", "preferred_locales", "tax_exempt"});
  for (const char* field : {"business_name", "individual_name"}) {
    if (!has(customer, field)) customer.erase(field);
  }
  if (!has(customer, "tax_exempt")) customer["tax_exempt"] = "none";
  assign_addresses(customer, params);
  if (has(params, "invoice_settings")) {
    Json& settings = customer["invoice_settings"];
    const Json& given = params.at("invoice_settings");
    api::assign_params(settings, given, {"custom_fields", "footer"});
    if (const auto options = given.find("rendering_options"); options != given.end()) {
      settings["rendering_options"] = nullptr;
      if (!options->is_null()) {
        settings["rendering_options"] = {{"amount_tax_display", nullptr}, {"template", nullptr}};
        settings["rendering_options"].update(*options);
      }
    }
  }
  api::merge_metadata(customer, params);
}

void check_invoice_prefix(api::Context& ctx, std::string_view own_id) {
  const std::optional<std::string> prefix = maybe_text(ctx.params, "invoice_prefix");
  if (!prefix) return;
  const bool well_formed = prefix->size() >= 3 && prefix->size() <= 12 &&
                           std::ranges::all_of(*prefix, [](unsigned char c) {
                             return std::isdigit(c) || (c >= 'A' && c <= 'Z');
                           });
  // Guess: both texts. Stripe: 3 to 12 upper-case letters or numbers, unique.
  if (!well_formed) {
    throw api::invalid_request(
        "The invoice prefix must be 3 to 12 characters long and only contain uppercase letters and "
        "numbers.",
        "invoice_prefix");
  }
  for (const store::Document& other : ctx.tx.where(kind, "invoice_prefix", *prefix)) {
    if (other.id() == own_id) continue;
    throw api::invalid_request("The invoice prefix is already used by another customer.",
                               "invoice_prefix");
  }
}

// Stripe: a customer joins a clock at creation or never, three customers to a clock.
void enter_test_clock(api::Context& ctx, Json& customer) {
  const std::optional<std::string> id = maybe_text(ctx.params, "test_clock");
  if (!id) return;
  (void)api::require_param(ctx.tx, "test_helpers.test_clock", *id, "test_clock");
  if (ctx.settings.strict_clocks &&
      ctx.tx.where(kind, "test_clock", *id).size() >= most_on_a_clock) {
    throw api::invalid_request("A test clock can have at most 3 customers.", "test_clock");
  }
  customer["test_clock"] = *id;
  engine::enter_time_of(ctx.tx, customer);
  customer["created"] = ctx.now();
}

// --- payment methods

api::ApiError not_attached(const std::string& id) {
  return api::invalid_request(concat("The customer does not have a payment method with the ID ", id,
                                     ". The payment method must be attached to the customer."),
                              "invoice_settings[default_payment_method]");
}

// The id that invoice_settings[default_payment_method] means. `attached` was attached by the same
// request under the name `named`, which may be a magic one.
struct Attached {
  std::string named;
  store::Document document;
};

void assign_default_payment_method(api::Context& ctx, const store::Document& customer,
                                   const Attached& attached) {
  const Json& settings = at_path(ctx.params, {"invoice_settings"});
  if (!settings.is_object() || !settings.contains("default_payment_method")) return;
  const std::optional<std::string> id = maybe_text(settings, "default_payment_method");
  Json chosen;
  if (id && attached.document && *id == attached.named) {
    chosen = attached.document.id();
  } else if (id) {
    const store::Document found = ctx.tx.find("payment_method", *id);
    if (!found || maybe_text(*found, "customer") != customer.id()) throw not_attached(*id);
    chosen = *id;
  }
  ctx.tx.update(customer, [&](Json& edited) {
    edited["invoice_settings"]["default_payment_method"] = std::move(chosen);
  });
}

Attached attach(api::Context& ctx, const store::Document& customer) {
  const std::optional<std::string> id = maybe_text(ctx.params, "payment_method");
  if (!id) return {};
  const store::Document found = engine::require_payment_method(ctx.tx, *id, "payment_method");
  return {.named = *id, .document = engine::attach_payment_method(ctx.tx, found, customer)};
}

// Stripe: a new source takes the place of the default one, which is deleted (docs, update a
// customer); default_source names one that is there.
void change_source(api::Context& ctx, const store::Document& customer) {
  if (const auto token = maybe_text(ctx.params, "source")) {
    const auto old = maybe_text(*customer, "default_source");
    engine::add_source(ctx.tx, customer, {.token = *token, .becomes_default = true});
    const store::Document replaced = old ? engine::find_source(ctx.tx, *old) : store::Document();
    if (replaced) engine::remove_source(ctx.tx, replaced);
  }
  if (const auto id = maybe_text(ctx.params, "default_source")) {
    const std::string source = engine::attached_source(ctx.tx, *id, customer.id());
    ctx.tx.update(customer, [&](Json& edited) { edited["default_source"] = source; });
  }
}

// --- the balance

// Guess: a balance set without a currency is in the customer's, else in US dollars.
void set_balance(api::Context& ctx, const store::Document& customer, const char* type) {
  const std::optional<std::int64_t> wanted = maybe_integer(ctx.params, "balance");
  if (!wanted) return;
  const std::int64_t amount = *wanted - integer(*customer, "balance");
  if (amount == 0) return;
  engine::adjust_customer_balance(ctx.tx, customer,
                                  {.amount = amount,
                                   .type = type,
                                   .currency = maybe_text(*customer, "currency").value_or("usd")});
}

// --- the discount

// Older versions only, see api/versions: their coupon and promotion_code. A customer has one.
void set_discount(api::Context& ctx, const store::Document& customer) {
  if (!ctx.params.contains("_discounts")) return;
  const Json& old = at_path(*customer, {"discount", "id"});
  const Json before = old.is_string() ? Json::array({old}) : Json::array();
  const Json ids =
      engine::set_discounts(ctx.tx,
                            {.customer = customer.id(),
                             .currency = maybe_text(*customer, "currency").value_or(""),
                             .announces = true},
                            ctx.params.at("_discounts"), before, "_discounts");
  Json discount;
  if (!ids.empty())
    discount = api::public_tree(ctx.tx.find("discount", ids.at(0).get<std::string>()));
  ctx.tx.update(customer, [&](Json& edited) { edited["discount"] = std::move(discount); });
}

// --- operations

api::Reply create(api::Context& ctx) {
  const std::optional<std::string> id = maybe_text(ctx.params, "id");
  if (id && ctx.tx.find(kind, *id)) throw api::already_exists("Customer");
  check_email(ctx.params);
  check_invoice_prefix(ctx, {});
  Json customer = engine::new_customer(ctx.tx);
  if (id) customer["id"] = *id;
  enter_test_clock(ctx, customer);
  assign_fields(customer, ctx.params);
  const store::Document created = ctx.tx.insert(std::move(customer));
  ctx.tx.emit("customer.created", created);
  const Attached attached = attach(ctx, created);
  assign_default_payment_method(ctx, created, attached);
  set_balance(ctx, created, "initial");
  engine::add_tax_ids(ctx.tx, created.id(), ctx.params);
  set_discount(ctx, created);
  if (const auto token = maybe_text(ctx.params, "source")) {
    engine::add_source(ctx.tx, created, {.token = *token, .becomes_default = true});
  }
  return api::require(ctx.tx, kind, created.id());
}

api::Reply retrieve(api::Context& ctx) {
  if (const store::Document customer = ctx.tx.find(kind, ctx.path_id)) return customer;
  if (ctx.tx.find(deleted_kind, ctx.path_id)) return api::deleted_stub(kind, ctx.path_id);
  return api::require(ctx.tx, kind, ctx.path_id);
}

// Stripe: writing to a deleted customer is 400, to one that never was 404.
store::Document require_for_update(api::Context& ctx) {
  if (ctx.tx.find(deleted_kind, ctx.path_id) && !ctx.tx.find(kind, ctx.path_id)) {
    throw api::no_such(kind, ctx.path_id, "id");
  }
  return api::require(ctx.tx, kind, ctx.path_id);
}

api::Reply update(api::Context& ctx) {
  const store::Document customer = require_for_update(ctx);
  check_email(ctx.params);
  check_invoice_prefix(ctx, customer.id());
  engine::enter_time_of(ctx.tx, *customer);
  set_balance(ctx, customer, "adjustment");
  change_source(ctx, customer);
  set_discount(ctx, customer);
  assign_default_payment_method(ctx, customer, {});
  const store::Document updated =
      ctx.tx.update(customer, [&](Json& edited) { assign_fields(edited, ctx.params); });
  if (!(updated == customer)) ctx.tx.emit("customer.updated", updated);
  return updated;
}

api::Reply del(api::Context& ctx) {
  const store::Document customer = api::require(ctx.tx, kind, ctx.path_id);
  engine::enter_time_of(ctx.tx, *customer);
  engine::delete_customer(ctx.tx, customer);
  return api::deleted_stub(kind, customer.id());
}

api::Reply delete_discount(api::Context& ctx) {
  const store::Document customer = api::require(ctx.tx, kind, ctx.path_id);
  engine::enter_time_of(ctx.tx, *customer);
  const Json& id = at_path(*customer, {"discount", "id"});
  if (!id.is_string()) {
    throw api::invalid_request("No active discount for customer: " + ctx.path_id, {},
                               "resource_missing");
  }
  const store::Document discount = ctx.tx.find("discount", id.get<std::string>());
  const store::Document without =
      ctx.tx.update(customer, [](Json& edited) { edited["discount"] = nullptr; });
  Json stub = engine::delete_discount(ctx.tx, discount);
  ctx.tx.emit("customer.updated", without);
  return stub;
}

// Stripe: the customers of test clocks show only in lists that name their clock (stripe-cli#1314).
api::Reply list(api::Context& ctx) {
  const std::optional<std::string> clock = maybe_text(ctx.params, "test_clock");
  const std::optional<std::string> email = maybe_text(ctx.params, "email");
  if (clock && !ctx.tx.find("test_helpers.test_clock", *clock)) {
    throw api::no_such("billingclock", *clock, "test_clock");
  }
  api::ListQuery query{.kind = kind};
  query.matches = api::if_asked(ctx, [&](const Json& customer) {
    return maybe_text(customer, "test_clock") == clock &&
           (!email || maybe_text(customer, "email") == email) &&
           (!has(ctx.params, "created") ||
            api::in_range(ctx.params.at("created"), integer(customer, "created")));
  });
  if (!clock) {
    query.shows = [](const store::Document& customer) {
      return !engine::is_on_test_clock(customer);
    };
  }
  if (email) {
    query.index_field = "email";
    query.index_value = *email;
  } else if (clock) {
    query.index_field = "test_clock";
    query.index_value = *clock;
  }
  return api::list_documents(ctx, query);
}

// --- what only expansion shows

// Stripe: without those that have ended, newest first.
Json subscriptions(store::Transaction& tx, const Json& customer) {
  const std::string& id = text(customer, "id");
  std::vector<Json> living;
  for (const store::Document& each : tx.where("subscription", "customer", id)) {
    const std::string& status = text(*each, "status");
    if (status == "canceled" || status == "incomplete_expired") continue;
    living.insert(living.begin(), api::public_tree(each));
  }
  return api::embedded_list(std::move(living), concat("/v1/customers/", id, "/subscriptions"));
}

Json tax(store::Transaction& tx, const Json& customer) {
  constexpr const char* words[] = {"unrecognized_location", "not_collecting", "supported"};
  const engine::LocatedTaxes located =
      engine::taxes_at(tx, customer.value("shipping", Json()), customer.value("address", Json()));
  return {{"automatic_tax", words[static_cast<int>(located.location)]},
          {"ip_address", nullptr},
          {"location", nullptr},
          {"provider", "stripe"}};
}

}  // namespace

void register_customers(api::Registry& registry) {
  registry.bind("customers.create", create);
  registry.bind("customers.retrieve", retrieve);
  registry.bind("customers.update", update);
  registry.bind("customers.del", del);
  registry.bind("customers.delete_discount", delete_discount);
  registry.bind("customers.list", list);
  registry.bind("customers.search", api::search_objects);
  registry.index(kind, "email");
  registry.index(kind, "invoice_prefix");
  registry.index(kind, "test_clock");
  api::register_includable("customer.subscriptions", subscriptions);
  api::register_includable("customer.tax", tax);
}

}  // namespace okapi::resources
