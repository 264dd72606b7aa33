#include "engine/anchors.h"

#include <algorithm>

#include "api/error.h"
#include "engine/terms.h"

namespace okapi::engine {
namespace {

int field_or(const Json& config, const char* name, int otherwise) {
  return static_cast<int>(maybe_integer(config, name).value_or(otherwise));
}

void check_range(const Json& config, const char* name, int least, int most) {
  const auto value = maybe_integer(config, name);
  if (!value || (*value >= least && *value <= most)) return;
  throw api::invalid_request("Invalid integer: must be between " + std::to_string(least) + " and " +
                                 std::to_string(most) + ".",
                             std::string("billing_cycle_anchor_config[") + name + "]");
}

void check_config(const Json& config) {
  check_range(config, "day_of_month", 1, 31);
  check_range(config, "hour", 0, 23);
  check_range(config, "minute", 0, 59);
  check_range(config, "month", 1, 12);
  check_range(config, "second", 0, 59);
}

Civil clipped(Civil at, int day_of_month) {
  at.day = std::min(day_of_month, days_in_month(at.year, at.month));
  return at;
}

void next_month(Civil& at, int count) {
  const int months = at.year * 12 + at.month - 1 + count;
  at.year = months / 12;
  at.month = months % 12 + 1;
}

// Stripe: the first match after creation; what is not said is as at creation. Periods are counted
// from a month that has the day, so that the 31st stays the last of every month.
Seconds configured_anchor(const Json& config, billing::Recurrence recurrence, Seconds now) {
  check_config(config);
  Civil at = to_civil(now);
  const int day_of_month = field_or(config, "day_of_month", at.day);
  at.hour = field_or(config, "hour", at.hour);
  at.minute = field_or(config, "minute", at.minute);
  at.second = field_or(config, "second", at.second);
  const int month = field_or(config, "month", 0);
  while (from_civil(clipped(at, day_of_month)) < now || (month != 0 && at.month != month)) {
    next_month(at, 1);
  }
  const int step =
      recurrence.interval_count * (recurrence.interval == billing::Interval::year ? 12 : 1);
  constexpr int most_steps = 48;  // February 29 comes every fourth year
  for (int i = 0; i < most_steps && days_in_month(at.year, at.month) < day_of_month; ++i) {
    next_month(at, step);
  }
  return from_civil(clipped(at, day_of_month));
}

billing::Recurrence recurrence_of(const Json& item) {
  return read_recurrence(item.at("price").at("recurring"));
}

bool counts_months(billing::Recurrence recurrence) {
  using enum billing::Interval;
  return recurrence.interval == month || recurrence.interval == year;
}

void settle_period(const Json& subscription, Json& item, Seconds now) {
  const billing::Period period =
      billing::period_at(integer(subscription, "billing_cycle_anchor"), recurrence_of(item), now);
  item["current_period_start"] = now;
  item["current_period_end"] = period.end;
}

}  // namespace

void set_first_anchor(Json& subscription, const Json& params, Seconds now) {
  subscription["billing_cycle_anchor"] = now;
  const auto anchor = maybe_integer(params, "billing_cycle_anchor");
  if (anchor && has(params, "billing_cycle_anchor_config")) {
    throw api::only_one_of({"billing_cycle_anchor", "billing_cycle_anchor_config"});
  }
  if (!anchor) return;
  if (*anchor < now) throw api::future_timestamp_required("billing_cycle_anchor");
  subscription["billing_cycle_anchor"] = *anchor;
}

void settle_first_anchor(Json& subscription, const Json& params, Seconds now) {
  Json& items = subscription.at("items").at("data");
  if (has(params, "billing_cycle_anchor_config")) {
    const Json& config = params.at("billing_cycle_anchor_config");
    if (!counts_months(recurrence_of(items.at(0)))) {
      throw api::invalid_request(
          "`billing_cycle_anchor_config` can only be used with monthly or yearly prices.",
          "billing_cycle_anchor_config");
    }
    subscription["billing_cycle_anchor"] =
        configured_anchor(config, recurrence_of(items.at(0)), now);
    subscription["billing_cycle_anchor_config"] = {{"day_of_month", config.at("day_of_month")},
                                                   {"hour", config.value("hour", Json())},
                                                   {"minute", config.value("minute", Json())},
                                                   {"month", config.value("month", Json())},
                                                   {"second", config.value("second", Json())}};
    for (Json& item : items) settle_period(subscription, item, now);
  }
  const Seconds anchor = integer(subscription, "billing_cycle_anchor");
  for (Json& item : items) {
    const Seconds natural = billing::boundary(now, recurrence_of(item), 1);
    if (has(params, "billing_cycle_anchor") && anchor > natural) {
      throw api::invalid_request(
          "billing_cycle_anchor cannot be later than next natural billing date (" +
              std::to_string(natural) + ") for plan",
          "billing_cycle_anchor");
    }
  }
  // Stripe: free until the anchor.
  const bool stub = anchor != now && maybe_text(params, "proration_behavior") == "none";
  if (stub) subscription["_free_start"] = true;
}

}  // namespace okapi::engine
