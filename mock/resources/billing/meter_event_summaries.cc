#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "base/ids.h"
#include "base/text.h"
#include "engine/metering.h"

namespace okapi::resources {
namespace {

struct Grouping {
  Seconds alignment = minute;
  const char* boundary = "minute";
};

Grouping grouping_of(const Json& params) {
  const std::optional<std::string> window = maybe_text(params, "value_grouping_window");
  if (!window) return {};
  if (*window == "hour") return {.alignment = hour, .boundary = "hour"};
  return {.alignment = day, .boundary = "UTC day"};
}

// Guess: all three texts; Stripe documents only that such times are refused.
void check_times(Seconds start, Seconds end, const Grouping& grouping) {
  const auto check = [&](Seconds at, const char* param) {
    if (at % grouping.alignment == 0) return;
    throw api::invalid_request(
        concat(param, " must be aligned with ", grouping.boundary, " boundaries."), param);
  };
  check(start, "start_time");
  check(end, "end_time");
  if (start < end) return;
  throw api::invalid_request("end_time must be greater than start_time.", "end_time");
}

struct Row {
  std::string meter;
  std::string customer;
  Seconds start = 0;
  Seconds end = 0;
  Decimal value;
};

// Summaries are not stored: their id follows from what they sum up, so that it can be a cursor.
std::string row_id(const Row& row) {
  const std::string name = concat(row.meter, "/", row.customer, "/", std::to_string(row.start), "/",
                                  std::to_string(row.end));
  return make_id({.counting = false, .seed = std::hash<std::string>()(name)}, "mtrusg_test_", 44,
                 1);
}

Json make_row(const Row& row) {
  return {{"id", row_id(row)},
          {"object", "billing.meter_event_summary"},
          // A JSON number; whole ones without a fraction.
          {"aggregated_value", Json::parse(row.value.text())},
          {"end_time", row.end},
          {"livemode", false},
          {"meter", row.meter},
          {"start_time", row.start}};
}

// Stripe: one row for the whole span, or one for each hour or day that has events, newest first.
api::Reply list(api::Context& ctx) {
  const store::Document meter = api::require(ctx.tx, "billing.meter", ctx.path_id);
  const Seconds start = integer(ctx.params, "start_time");
  const Seconds end = integer(ctx.params, "end_time");
  const Grouping grouping = grouping_of(ctx.params);
  check_times(start, end, grouping);
  const store::Document customer =
      api::require_param(ctx.tx, "customer", text(ctx.params, "customer"), "customer");
  std::vector<Json> rows;
  if (!has(ctx.params, "value_grouping_window")) {
    const Decimal usage = engine::usage_of(ctx.tx, *meter, customer.id(), start, end);
    rows.push_back(make_row({.meter = meter.id(),
                             .customer = customer.id(),
                             .start = start,
                             .end = end,
                             .value = usage}));
    return api::page_of(ctx, std::move(rows));
  }
  const engine::UsageSpan span{.start = start, .end = end, .width = grouping.alignment};
  for (const auto& bucket : engine::usage_buckets(ctx.tx, *meter, customer.id(), span)) {
    rows.push_back(make_row({.meter = meter.id(),
                             .customer = customer.id(),
                             .start = bucket.start,
                             .end = bucket.start + grouping.alignment,
                             .value = bucket.usage}));
  }
  return api::page_of(ctx, std::move(rows));
}

}  // namespace

void register_billing_meter_event_summaries(api::Registry& registry) {
  registry.bind("billing.meters.list_event_summaries", list);
}

}  // namespace okapi::resources
