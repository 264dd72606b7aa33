#include "api/catalogue.h"

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace okapi::api {
namespace {

using Words = std::vector<std::string>;

Operation operation(std::string_view name) {
  Operation found(0);
  CAPTURE(std::string(name));
  REQUIRE(find_operation(name, found));
  return found;
}

ObjectType object(std::string_view name) {
  ObjectType found(0);
  CAPTURE(std::string(name));
  REQUIRE(find_object(name, found));
  return found;
}

// A member by its dotted path; arrays and maps are looked through.
Node node(NodeRange members, std::string_view path) {
  Node found(0);
  for (;;) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    CAPTURE(std::string(path));
    REQUIRE(members.find(path.substr(0, dot), found));
    if (dot == path.size()) return found;
    path.remove_prefix(dot + 1);
    Node inner = found;
    while (inner.kind() == Kind::array || inner.kind() == Kind::map) inner = inner.element();
    members = inner.children();
  }
}

Words names(NodeRange members) {
  Words result;
  for (const Node member : members) result.emplace_back(member.name());
  return result;
}

Words split(std::string_view path) {
  Words segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t slash = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash);
  }
  return segments;
}

// `id` in the place of every {…}.
std::string filled(std::string_view path, std::string_view id) {
  std::string result;
  for (const std::string& segment : split(path)) {
    result += "/";
    result += segment.starts_with('{') ? id : segment;
  }
  return result;
}

// --- routes

TEST_CASE("every operation routes to itself and hands over its decoded ids") {
  for (std::uint32_t i = 0; i < operation_count(); ++i) {
    const Operation wanted(i);
    CAPTURE(std::string(wanted.name()));
    const auto ids = std::ranges::count(wanted.path(), '{');
    Route route;
    REQUIRE(find_route(wanted.method(), filled(wanted.path(), "a%2Fb"), route));
    CHECK(route.operation == wanted);
    CHECK(route.path_ids == Words(static_cast<std::size_t>(ids), "a/b"));
    CHECK(find_operation(wanted.name(), route.operation));
    CHECK(route.operation == wanted);
  }
}

TEST_CASE("no path matches with an empty id, a slash too many or in another method's name") {
  for (std::uint32_t i = 0; i < operation_count(); ++i) {
    const Operation operation(i);
    const std::string path = filled(operation.path(), "x");
    CAPTURE(path);
    Route route;
    CHECK_FALSE(find_route(operation.method(), path + "/", route));
    CHECK_FALSE(find_route(operation.method(), "/" + path, route));
    CHECK_FALSE(find_route("PUT", path, route));
    CHECK_FALSE(find_route("get", path, route));
    if (operation.path().find('{') != std::string_view::npos) {
      CHECK_FALSE(find_route(operation.method(), filled(operation.path(), ""), route));
    }
  }
}

TEST_CASE("a literal segment wins over an id where it leads somewhere") {
  struct Case {
    std::string method;
    std::string path;
    std::string operation;
    Words ids;
  };
  const Case cases[] = {
      {"GET", "/v1/customers/search", "customers.search", {}},
      {"POST", "/v1/customers/search", "customers.update", {"search"}},
      {"POST", "/v1/invoices/create_preview", "invoices.create_preview", {}},
      {"GET", "/v1/invoices/create_preview", "invoices.retrieve", {"create_preview"}},
      {"GET", "/v1/account", "accounts.retrieve_current", {}},
      {"GET", "/v1/accounts/acct_1", "accounts.retrieve", {"acct_1"}},
      {"GET", "/v1/credit_notes/preview", "credit_notes.preview", {}},
      {"GET", "/v1/credit_notes/preview/lines", "credit_notes.list_preview_line_items", {}},
      {"GET", "/v1/credit_notes/cn_1/lines", "credit_notes.list_line_items", {"cn_1"}},
      {"GET", "/v2/core/accounts/a/persons/b", "v2.core.accounts.persons.retrieve", {"a", "b"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.path);
    Route route;
    REQUIRE(find_route(c.method, c.path, route));
    CHECK(route.operation.name() == c.operation);
    CHECK(route.path_ids == c.ids);
  }
}

TEST_CASE("ids are decoded after splitting, and stay as sent when that gives no UTF-8") {
  struct Case {
    std::string sent;
    std::string id;
  };
  const Case cases[] = {
      {"cus_1", "cus_1"},
      {"my%20plan", "my plan"},
      {"a+b", "a+b"},
      {"a%2fb", "a/b"},
      {"50%", "50%"},
      {"%zz", "%zz"},
      {"%4", "%4"},
      {"%C3%A4", "\xC3\xA4"},
      {"%FF", "%FF"},
      {"%ED%A0%80", "%ED%A0%80"},  // a surrogate
      {"%C0%AF", "%C0%AF"},        // a slash in two bytes
      {"%F5%80%80%80", "%F5%80%80%80"},
      {"x%00y", std::string("x\0y", 3)},
  };
  for (const Case& c : cases) {
    CAPTURE(c.sent);
    Route route;
    REQUIRE(find_route("GET", "/v1/customers/" + c.sent, route));
    CHECK(route.path_ids == Words{c.id});
  }
}

bool matches(const Words& pattern, const Words& segments) {
  if (pattern.size() != segments.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (segments[i].empty()) return false;
    if (!pattern[i].starts_with('{') && pattern[i] != segments[i]) return false;
  }
  return true;
}

// The first segment that differs in being literal decides.
bool is_more_literal(const Words& left, const Words& right) {
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].starts_with('{') != right[i].starts_with('{')) return !left[i].starts_with('{');
  }
  return false;
}

TEST_CASE("random paths route as a plain search over all patterns says") {
  std::vector<Words> patterns;
  Words pool = {"", "{", "%2F", "v1", "v2", "v3", "search", "x", "%"};
  for (std::uint32_t i = 0; i < operation_count(); ++i) {
    patterns.push_back(split(Operation(i).path()));
    for (const std::string& segment : patterns.back()) pool.push_back(segment);
  }
  std::mt19937 random(20261028);
  int matched = 0;
  for (int round = 0; round < 20'000; ++round) {
    // A real path with some of its segments replaced, dropped or doubled.
    Words segments = patterns[random() % patterns.size()];
    for (std::size_t edits = random() % 3; edits > 0; --edits) {
      const std::size_t at = random() % segments.size();
      if (random() % 3 == 0) segments.insert(segments.begin() + static_cast<long>(at), "x");
      segments[at] = pool[random() % pool.size()];
    }
    std::string path;
    for (const std::string& segment : segments) path += "/" + segment;
    const std::string_view method =
        Operation(static_cast<std::uint32_t>(random()) % operation_count()).method();

    const Words* best = nullptr;
    Operation wanted(0);
    for (std::uint32_t i = 0; i < operation_count(); ++i) {
      if (Operation(i).method() != method || !matches(patterns[i], segments)) continue;
      if (best != nullptr && !is_more_literal(patterns[i], *best)) continue;
      best = &patterns[i];
      wanted = Operation(i);
    }
    CAPTURE(path);
    Route route;
    REQUIRE(find_route(method, path, route) == (best != nullptr));
    if (best == nullptr) continue;
    CHECK(route.operation == wanted);
    ++matched;
  }
  CHECK(matched > 1'000);
}

TEST_CASE("junk is no path") {
  for (const char* junk :
       {"", "/", "//", "v1/customers", "/v1", "/v1/", "/V1/customers", "/v1/custome",
        "/v1/customers?x=1", "/v1/cust%6Fmers", "/v1/customers/a/b/c/d/e/f/g/h"}) {
    CAPTURE(std::string(junk));
    Route route;
    CHECK_FALSE(find_route("GET", junk, route));
  }
}

// --- what is in it

TEST_CASE("the whole API of stripe 23.1.0 is there") {
  // 652 calls in the client's resources: two of them are GET /v1/account, one fetches related
  // objects.
  constexpr std::uint32_t retired = 2;  // catalogue/retired
  constexpr std::uint32_t of_payment_pages =
      4;  // not in any client: what Checkout's own page calls
  CHECK(operation_count() == 650 + retired + of_payment_pages);
  CHECK(object_count() == 180 + retired + 1);
  std::uint32_t v2 = 0;
  std::uint32_t multipart = 0;
  for (std::uint32_t i = 0; i < operation_count(); ++i) {
    if (Operation(i).v2()) ++v2;
    if (Operation(i).multipart()) ++multipart;
  }
  CHECK(v2 == 91);
  CHECK(multipart == 1);
  CHECK(operation("files.create").multipart());
}

TEST_CASE("the operations of usage-based billing have the names that handlers bind") {
  for (const char* name : {"products.create",
                           "products.del",
                           "prices.create",
                           "prices.search",
                           "customers.create",
                           "customers.list_balance_transactions",
                           "customers.list_payment_methods",
                           "payment_methods.attach",
                           "billing.meters.create",
                           "billing.meters.deactivate",
                           "billing.meters.reactivate",
                           "billing.meters.list_event_summaries",
                           "billing.meter_events.create",
                           "billing.meter_event_adjustments.create",
                           "billing.credit_grants.create",
                           "billing.credit_grants.expire",
                           "billing.credit_grants.void_grant",
                           "billing.credit_balance_summary.retrieve",
                           "billing.credit_balance_transactions.list",
                           "billing.alerts.create",
                           "billing.alerts.archive",
                           "subscriptions.create",
                           "subscriptions.cancel",
                           "subscription_items.create",
                           "invoices.create",
                           "invoices.create_preview",
                           "invoices.finalize_invoice",
                           "invoices.pay",
                           "invoices.void_invoice",
                           "invoices.send_invoice",
                           "invoices.mark_uncollectible",
                           "invoices.list_line_items",
                           "invoiceitems.create",
                           "invoice_payments.list",
                           "test_helpers.test_clocks.create",
                           "test_helpers.test_clocks.advance",
                           "v2.billing.meter_events.create",
                           "v2.billing.meter_event_session.create",
                           "v2.billing.meter_event_stream.create",
                           "v2.billing.meter_event_adjustments.create",
                           "oauth.token"}) {
    static_cast<void>(operation(name));
  }
  Operation found(0);
  CHECK_FALSE(find_operation("prices.del", found));
  CHECK_FALSE(find_operation("", found));
}

TEST_CASE("answers have the shape that the client expects") {
  CHECK(operation("customers.create").shape() == Shape::object);
  CHECK(operation("customers.list").shape() == Shape::list);
  CHECK(operation("customers.search").shape() == Shape::search);
  CHECK(operation("customers.del").shape() == Shape::deleted);
  CHECK(operation("customers.del").response_object() == "customer");
  CHECK(operation("subscriptions.cancel").shape() == Shape::object);
  CHECK(operation("quotes.pdf").shape() == Shape::other);
  CHECK(operation("quotes.pdf").response().empty());
  CHECK(operation("v2.billing.meter_event_stream.create").shape() == Shape::other);
  CHECK(operation("v2.core.event_destinations.del").shape() == Shape::deleted);
  CHECK(names(operation("oauth.deauthorize").response()) == Words{"stripe_user_id"});
}

TEST_CASE("a credit grant is described node by node") {
  const Operation create = operation("billing.credit_grants.create");
  CHECK(create.method() == "POST");
  CHECK(create.path() == "/v1/billing/credit_grants");
  CHECK(create.resource() == "billing.credit_grants");
  CHECK(create.action() == "create");
  CHECK(create.response_object() == "billing.credit_grant");
  const NodeRange params = create.params();
  CHECK(node(params, "amount").required());
  CHECK(node(params, "amount").kind() == Kind::object);
  CHECK_FALSE(node(params, "amount.monetary").required());
  CHECK(node(params, "amount.monetary.value").kind() == Kind::integer);
  CHECK(node(params, "amount.monetary.value").required());
  CHECK(node(params, "amount.type").values() == Words{"monetary"});
  CHECK(node(params, "applicability_config.scope.prices").kind() == Kind::array);
  CHECK(node(params, "applicability_config.scope.prices.id").required());
  CHECK(node(params, "applicability_config.scope.price_type").has_value("metered"));
  CHECK(node(params, "category").values() == Words{"paid", "promotional"});
  CHECK(node(params, "expires_at").kind() == Kind::time);
  CHECK_FALSE(node(params, "expires_at").emptyable());
  CHECK(node(operation("billing.credit_grants.update").params(), "expires_at").emptyable());
  CHECK(node(params, "metadata").kind() == Kind::metadata);
  CHECK(node(params, "name").max_length() == 100);

  const NodeRange fields = object("billing.credit_grant").fields();
  CHECK(fields[0].name() == "id");
  CHECK(node(fields, "customer").kind() == Kind::reference);
  CHECK(node(fields, "customer").target() == "customer");
  CHECK(node(fields, "customer").deleted_too());
  CHECK(node(fields, "test_clock").target() == "test_helpers.test_clock");
  CHECK_FALSE(node(fields, "test_clock").deleted_too());
  CHECK(node(fields, "amount.monetary").nullable());
  CHECK(node(fields, "voided_at").nullable());
  CHECK_FALSE(node(fields, "voided_at").optional());
}

TEST_CASE("unusual types keep their meaning") {
  const Node up_to = node(operation("prices.create").params(), "tiers.up_to");
  CHECK(up_to.kind() == Kind::any_of);
  CHECK(up_to.required());
  REQUIRE(up_to.children().size() == 2);
  CHECK(up_to.children()[0].kind() == Kind::literal);
  CHECK(up_to.children()[0].values() == Words{"inf"});
  CHECK(up_to.children()[1].kind() == Kind::integer);

  const Node options = node(operation("prices.create").params(), "currency_options");
  CHECK(options.kind() == Kind::map);
  CHECK(node(options.element().children(), "unit_amount_decimal").kind() == Kind::decimal);
  CHECK(node(operation("prices.update").params(), "currency_options").emptyable());

  const Node payload = node(operation("billing.meter_events.create").params(), "payload");
  CHECK(payload.kind() == Kind::map);
  CHECK(payload.element().kind() == Kind::string);
  CHECK(node(operation("billing.meter_events.create").params(), "identifier").max_length() == 100);

  const Node created = node(operation("customers.list").params(), "created");
  CHECK(created.kind() == Kind::any_of);
  CHECK(names(created.children()[1].children()) == Words{"gt", "gte", "lt", "lte"});
  CHECK(node(operation("topups.list").params(), "amount").children()[0].kind() == Kind::integer);

  const NodeRange customer = object("customer").fields();
  CHECK(node(customer, "subscriptions").kind() == Kind::list);
  CHECK(node(customer, "subscriptions").target() == "subscription");
  CHECK(node(customer, "default_source").targets() ==
        std::vector<std::string_view>{"account", "bank_account", "card", "source"});
  CHECK(node(object("coupon").fields(), "percent_off").kind() == Kind::floating);
  CHECK(node(object("billing.meter_event_summary").fields(), "aggregated_value").kind() ==
        Kind::floating);
  CHECK(node(object("v2.billing.meter_event").fields(), "timestamp").kind() == Kind::time);
  CHECK(node(object("discount").deleted_fields(), "customer").kind() == Kind::reference);
}

TEST_CASE("the overlay is applied") {
  const Words order = names(operation("products.create").params());
  CHECK(Words(order.begin(), order.begin() + 5) ==
        Words{"name", "description", "metadata", "active", "images"});
  CHECK(node(operation("prices.create").params(), "recurring.interval").values() ==
        Words{"month", "year", "week", "day"});
  CHECK(node(operation("invoices.list").params(), "status").values() ==
        Words{"draft", "open", "void", "paid", "uncollectible"});
  CHECK(node(operation("customers.create").params(), "id").kind() == Kind::string);
  CHECK(
      node(operation("subscriptions.update").params(), "billing_cycle_anchor").children().size() ==
      3);
  CHECK(node(operation("checkout.sessions.create").params(), "ui_mode").open_enum());
  CHECK(node(object("price").fields(), "tiers").includable());
  CHECK(node(object("price").fields(), "tiers").optional());
  CHECK_FALSE(node(object("customer").fields(), "currency").optional());
  CHECK_FALSE(node(object("customer").fields(), "currency").includable());
}

TEST_CASE("objects know their ids and what Stripe calls them") {
  struct Case {
    std::string object;
    std::string prefix;
    int length;
    std::string noun;
    std::string param;
  };
  const Case cases[] = {
      {"customer", "cus_", 18, "customer", "id"},
      {"product", "prod_", 19, "product", "id"},
      {"price", "price_", 30, "price", "price"},
      {"coupon", "", 8, "coupon", "coupon"},
      {"subscription", "sub_", 28, "subscription", "id"},
      {"subscription_schedule", "sub_sched_", 34, "subscription_schedule", "schedule"},
      {"invoice", "in_", 27, "invoice", "invoice"},
      {"billing.meter", "mtr_test_", 41, "meter", "id"},
      {"billing.credit_grant", "credgr_test_", 44, "credit grant", "id"},
      {"test_helpers.test_clock", "clock_", 30, "test_clock", "test_clock"},
      {"payment_method", "pm_", 27, "PaymentMethod", "payment_method"},
      {"payment_intent", "pi_3", 27, "payment_intent", "intent"},
      {"checkout.session", "cs_test_a1", 66, "checkout.session", "session"},
      {"webhook_endpoint", "we_", 27, "webhook endpoint", "webhook_endpoint"},
      {"event", "evt_", 28, "event", "id"},
  };
  for (const Case& c : cases) {
    const ObjectType type = object(c.object);
    CAPTURE(c.object);
    CHECK(std::string(type.id_prefix()) == c.prefix);
    CHECK(type.id_length() == c.length);
    CHECK(std::string(type.noun()) == c.noun);
    CHECK(std::string(type.path_param()) == c.param);
  }
  CHECK(object("customer").has_deleted());
  CHECK_FALSE(object("subscription").has_deleted());
  CHECK(object("v2.core.event").v2());
}

TEST_CASE("whatever can be created and has an id knows how it looks") {
  for (std::uint32_t i = 0; i < operation_count(); ++i) {
    const Operation create(i);
    if (!create.action().starts_with("create") || create.shape() != Shape::object) continue;
    const ObjectType type = object(create.response_object());
    Node id(0);
    if (!type.fields().find("id", id) || id.optional()) continue;
    CAPTURE(std::string(type.name()));
    CHECK(type.id_length() >= 8);
    CHECK(static_cast<std::size_t>(type.id_length()) >= type.id_prefix().size() + 8);
  }
}

// --- laws of every node

void check_nodes(NodeRange range, int depth) {
  REQUIRE(depth < 40);
  for (const Node node : range) {
    CAPTURE(std::string(node.name()));
    for (const std::string_view target : node.targets()) static_cast<void>(object(target));
    switch (node.kind()) {
      case Kind::reference:
      case Kind::embedded:
      case Kind::list:
        CHECK_FALSE(node.targets().empty());
        break;
      case Kind::enumeration:
        CHECK_FALSE(node.values().empty());
        break;
      case Kind::literal:
        CHECK(node.values().size() == 1);
        break;
      case Kind::any_of:
        CHECK(node.children().size() >= 2);
        break;
      case Kind::array:
      case Kind::map:
        CHECK(node.children().size() == 1);
        break;
      default:
        CHECK(node.kind() <= Kind::any);
    }
    check_nodes(node.children(), depth + 1);
  }
}

void check_names(NodeRange members) {
  Words sorted = names(members);
  std::ranges::sort(sorted);
  CHECK(std::ranges::adjacent_find(sorted) == sorted.end());
  CHECK(std::ranges::find(sorted, "") == sorted.end());
}

TEST_CASE("every node is sound, every object that is named exists") {
  for (std::uint32_t i = 0; i < operation_count(); ++i) {
    const Operation operation(i);
    CAPTURE(std::string(operation.name()));
    check_names(operation.params());
    check_nodes(operation.params(), 0);
    check_nodes(operation.response(), 0);
    if (!operation.response_object().empty())
      static_cast<void>(object(operation.response_object()));
    Node expand(0);
    CHECK_FALSE(operation.params().find("expand", expand));
  }
  for (std::uint32_t i = 0; i < object_count(); ++i) {
    const ObjectType type(i);
    CAPTURE(std::string(type.name()));
    check_names(type.fields());
    check_nodes(type.fields(), 0);
    check_nodes(type.deleted_fields(), 0);
    // So that okapi's own fields stand before them (render.cc).
    for (const Node field : type.fields()) CHECK(field.name() > "_");
  }
}

TEST_CASE("versions are listed newest first, events by train") {
  const std::vector<std::string_view> versions = api_versions();
  CHECK(api_version() == "2026-10-28.endive");
  CHECK(versions.front() == api_version());
  CHECK(versions.back() == "2019-03-14");
  CHECK(std::ranges::is_sorted(versions, std::greater<>()));
  const std::vector<std::string_view> events = event_types();
  CHECK(events.size() == 275);
  CHECK(std::ranges::find(events, "invoice.finalized") != events.end());
  const std::vector<std::string_view> thin = v2_event_types();
  CHECK(std::ranges::find(thin, "v1.billing.meter.no_meter_found") != thin.end());
}

}  // namespace
}  // namespace okapi::api
