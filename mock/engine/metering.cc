#include "engine/metering.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "api/error.h"
#include "base/check.h"
#include "base/text.h"
#include "engine/clock.h"
#include "engine/late_usage.h"
#include "engine/thresholds.h"
#include "store/compact_json.h"

namespace okapi::engine {
namespace {

constexpr Seconds oldest_event = 35 * day;
constexpr Seconds future_allowance = 5 * minute;
constexpr std::size_t most_digits = 15;

billing::Formula to_formula(const std::string& word) {
  if (word == "sum") return billing::Formula::sum;
  if (word == "count") return billing::Formula::count;
  if (word == "max") return billing::Formula::max;
  OKAPI_CHECK(word == "last");
  return billing::Formula::last;
}

billing::EventTimeWindow to_event_time_window(const std::optional<std::string>& word) {
  if (!word) return billing::EventTimeWindow::none;
  return *word == "hour" ? billing::EventTimeWindow::hour : billing::EventTimeWindow::day;
}

UsageWindow usage_of_points(std::span<const store::MeterPoint> points, billing::Formula formula,
                            billing::EventTimeWindow window) {
  std::vector<billing::Point> values;
  values.reserve(points.size());
  for (const store::MeterPoint& point : points) {
    values.push_back({.at = point.at, .value = point.value, .received = point.received});
  }
  return {.usage = billing::aggregate(values, formula, window),
          .events = static_cast<std::int64_t>(values.size())};
}

Decimal by_formula(const store::WindowAggregate& window, billing::Formula formula) {
  switch (formula) {
    case billing::Formula::sum:
      return window.sum;
    case billing::Formula::count:
      return Decimal::from_integer(window.count);
    case billing::Formula::last:
      return window.last ? window.last->value : Decimal();
    case billing::Formula::max:
      break;  // needs the points themselves
  }
  OKAPI_UNREACHABLE();
}

// --- the checks of a report, in the order of usage-billing 2.2

using Refusal = std::optional<UsageRefusal>;

UsageRefusal refuse(std::string_view code, std::string message, std::string_view param) {
  return {.code = std::string(code),
          .message = message,
          .meter = {},
          .error = api::invalid_request(std::move(message), param)};
}

std::string payload_param(std::string_view key) { return concat("payload[", key, "]"); }

// A meter is read for every event, a few words of its text and not the whole tree.
std::string word_of(const store::Document& meter, std::string_view field) {
  const std::optional<std::string> word = store::find_text(meter.text(), field);
  OKAPI_CHECK(word.has_value());
  return *word;
}

bool is_active(const store::Document& meter) { return word_of(meter, "status") == "active"; }

// Any meter of that event name, the active one before others.
store::Document find_meter(const store::Transaction& tx, const std::string& event_name) {
  store::Document meter;
  tx.scan_down_where("billing.meter", "event_name", event_name, 0,
                     [&](const store::Document& document) {
                       const bool active = is_active(document);
                       if (active || !meter) meter = document;
                       return !active;
                     });
  return meter;
}

Refusal check_meter(const store::Document& meter, const std::string& event_name) {
  if (meter && is_active(meter)) return std::nullopt;
  UsageRefusal refusal =
      refuse(meter ? "archived_meter" : "no_meter",
             concat("No active meter found for event name \"", event_name, "\"."), {});
  refusal.message = concat("No meter was found matching event_name ", event_name, ".");
  return refusal;
}

Refusal check_identifier(const store::Transaction& tx, const std::string& identifier) {
  const bool known = !identifier.empty() &&
                     (is_waiting(tx, identifier) || tx.meter_log().find(identifier, tx.now()));
  if (!known) return std::nullopt;
  return refuse("", concat("An event already exists with identifier ", identifier, "."), {});
}

Refusal check_time(Seconds at, Seconds now) {
  if (at < now - oldest_event) {
    return refuse("timestamp_too_far_in_past",
                  concat("The event timestamp cannot be more than 35 days in past. Expected a "
                         "timestamp greater than or equal to ",
                         std::to_string(now - oldest_event), "."),
                  "timestamp");
  }
  // Guess: the five minutes allowed to wall clocks are allowed to test clocks too.
  if (at > now + future_allowance) {
    return refuse("timestamp_in_future", "The event timestamp cannot be in future.", "timestamp");
  }
  return std::nullopt;
}

// Digits that matter: 0.50 has one, 100 has three.
std::size_t significant_digits(std::string_view number) {
  std::string digits;
  for (const char c : number) {
    if (c >= '0' && c <= '9') digits += c;
  }
  if (number.find('.') != std::string_view::npos) {
    digits.erase(digits.find_last_not_of('0') + 1);
  }
  return digits.size() - std::min(digits.find_first_not_of('0'), digits.size());
}

bool is_number(std::string_view text) {
  return text.find_first_not_of("+-.0123456789") == std::string_view::npos;
}

Refusal check_value(const std::optional<std::string>& value, const std::string& key) {
  if (!value) return std::nullopt;
  if (is_number(*value) && significant_digits(*value) > most_digits) {
    return refuse(
        "meter_event_value_too_many_digits",
        concat("The value in the event payload can have at most 15 digits. Received ", *value, "."),
        payload_param(key));
  }
  if (Decimal::parse(*value)) return std::nullopt;
  // Guess: the text for anything that is no plain decimal is unknown.
  return refuse("meter_event_invalid_value",
                concat("The value in the event payload must be a decimal number without exponent "
                       "and with at most 12 decimal places. Received ",
                       *value, "."),
                payload_param(key));
}

Refusal check_customer(const std::optional<std::string>& id, const store::Document& customer,
                       const std::string& key) {
  if (!id) {
    return refuse("meter_event_no_customer_defined",
                  concat("Customer mapping key ", key, " not found in payload."),
                  payload_param(key));
  }
  if (customer) return std::nullopt;
  UsageRefusal refusal = refuse("meter_event_customer_not_found", {}, {});
  refusal.error = api::no_such("customer", *id, payload_param(key));
  refusal.message = refusal.error.message;
  return refusal;
}

Refusal check_value_given(const std::optional<std::string>& value, const std::string& key) {
  if (value) return std::nullopt;
  return refuse("meter_event_value_not_found", concat("Value key ", key, " not found in payload."),
                payload_param(key));
}

// What the meter's settings find in the payload.
struct Reading {
  std::string customer_key;
  std::string value_key;
  std::optional<std::string> customer = {};
  std::optional<std::string> value = {};  // empty too where the formula needs none
  bool needs_value = true;
};

Reading read_payload(const store::Document& meter, const Json& payload) {
  Reading reading{.customer_key = word_of(meter, "customer_mapping.event_payload_key"),
                  .value_key = word_of(meter, "value_settings.event_payload_key"),
                  .needs_value = word_of(meter, "default_aggregation.formula") != "count"};
  reading.customer = maybe_text(payload, reading.customer_key);
  if (reading.needs_value) reading.value = maybe_text(payload, reading.value_key);
  return reading;
}

Refusal check_report(const store::Transaction& tx, const UsageReport& report,
                     const Reading& reading, const store::Document& customer) {
  if (Refusal refusal = check_identifier(tx, report.identifier)) return refusal;
  if (Refusal refusal = check_time(report.timestamp.value_or(tx.now()), tx.now())) return refusal;
  if (Refusal refusal = check_value(reading.value, reading.value_key)) return refusal;
  if (Refusal refusal = check_customer(reading.customer, customer, reading.customer_key)) {
    return refusal;
  }
  if (!reading.needs_value) return std::nullopt;
  return check_value_given(reading.value, reading.value_key);
}

struct RecentEntry {
  store::MeterEntry entry;
  Seconds now = 0;  // of the clock by which it is recent
};

// An adjustment names no customer, so the event may have been received by any clock's time.
std::optional<RecentEntry> find_recent(const store::Transaction& tx,
                                       const std::string& identifier) {
  std::optional<RecentEntry> found;
  const auto look = [&](Seconds now) {
    if (std::optional<store::MeterEntry> entry = tx.meter_log().find(identifier, now)) {
      found = RecentEntry{.entry = *std::move(entry), .now = now};
    }
    return !found;
  };
  if (look(tx.now())) {
    tx.scan_up("test_helpers.test_clock", 0,
               [&](const store::Document& clock) { return look(integer(*clock, "frozen_time")); });
  }
  return found;
}

}  // namespace

UsageWindow usage_window(const store::Transaction& tx, const Json& meter, std::string_view customer,
                         Seconds start, Seconds end) {
  const std::string& id = text(meter, "id");
  const billing::Formula formula = to_formula(text(meter.at("default_aggregation"), "formula"));
  const billing::EventTimeWindow window =
      to_event_time_window(maybe_text(meter, "event_time_window"));
  if (window != billing::EventTimeWindow::none || formula == billing::Formula::max) {
    return usage_of_points(tx.meter_log().points(id, customer, start, end), formula, window);
  }
  const store::WindowAggregate aggregate = tx.meter_log().aggregate(id, customer, start, end);
  return {.usage = by_formula(aggregate, formula), .events = aggregate.count};
}

std::vector<UsageBucket> usage_buckets(const store::Transaction& tx, const Json& meter,
                                       std::string_view customer, const UsageSpan& span) {
  const billing::Formula formula = to_formula(text(meter.at("default_aggregation"), "formula"));
  const billing::EventTimeWindow window =
      to_event_time_window(maybe_text(meter, "event_time_window"));
  const std::vector<store::MeterPoint> points =
      tx.meter_log().points(text(meter, "id"), customer, span.start, span.end);
  std::vector<UsageBucket> buckets;
  for (auto first = points.begin(); first != points.end();) {
    const Seconds start = first->at - first->at % span.width;
    const auto last = std::find_if(first, points.end(), [&](const store::MeterPoint& point) {
      return point.at >= start + span.width;
    });
    const UsageWindow usage = usage_of_points({first, last}, formula, window);
    buckets.push_back({.start = start, .usage = usage.usage});
    first = last;
  }
  std::ranges::reverse(buckets);
  return buckets;
}

Decimal usage_of(const store::Transaction& tx, const Json& meter, std::string_view customer,
                 Seconds start, Seconds end) {
  return usage_window(tx, meter, customer, start, end).usage;
}

std::variant<AcceptedUsage, UsageRefusal> try_report_usage(store::Transaction& tx,
                                                           const UsageReport& report) {
  const store::Document meter = find_meter(tx, report.event_name);
  if (Refusal refusal = check_meter(meter, report.event_name)) {
    if (meter) refusal->meter = meter.id();
    return std::move(*refusal);
  }
  const Reading reading = read_payload(meter, report.payload);
  const store::Document customer =
      reading.customer ? tx.find("customer", *reading.customer) : store::Document();
  const bool clocked = customer && is_on_test_clock(customer);
  if (clocked) enter_time_of(tx, *customer);
  if (Refusal refusal = check_report(tx, report, reading, customer)) {
    refusal->meter = meter.id();
    return std::move(*refusal);
  }
  AcceptedUsage accepted{
      .meter = meter.id(),
      .customer = customer.id(),
      .identifier = report.identifier.empty() ? tx.new_id("", 32) : report.identifier,
      .created = tx.now(),
      .timestamp = report.timestamp.value_or(tx.now())};
  take_usage(tx,
             {.meter = accepted.meter,
              .customer = accepted.customer,
              .identifier = accepted.identifier,
              .point = {.at = accepted.timestamp,
                        .value = reading.value ? *Decimal::parse(*reading.value) : Decimal()},
              .received_at = tx.now()},
             clocked);
  return accepted;
}

UsageReport read_usage_report(const Json& params) {
  return {.event_name = text(params, "event_name"),
          .payload = params.at("payload"),
          .identifier = maybe_text(params, "identifier").value_or(""),
          .timestamp = maybe_integer(params, "timestamp")};
}

AcceptedUsage report_usage(store::Transaction& tx, const UsageReport& report) {
  std::variant<AcceptedUsage, UsageRefusal> outcome = try_report_usage(tx, report);
  if (UsageRefusal* refusal = std::get_if<UsageRefusal>(&outcome)) throw std::move(refusal->error);
  return std::get<AcceptedUsage>(std::move(outcome));
}

void cancel_usage(store::Transaction& tx, const std::string& event_name,
                  const std::string& identifier) {
  const store::Document meter = find_meter(tx, event_name);
  if (Refusal refusal = check_meter(meter, event_name)) throw std::move(refusal->error);
  if (drop_waiting(tx, identifier)) return;
  const std::optional<RecentEntry> recent = find_recent(tx, identifier);
  if (!recent || recent->entry.meter != meter.id()) {
    // Guess: the refusal of an identifier that is unknown, or older than 24 hours.
    throw api::invalid_request(
        concat("No event with identifier ", identifier, " was received in the last 24 hours."),
        "cancel[identifier]");
  }
  tx.edit_meter_log().cancel(identifier, recent->now);
  check_thresholds(tx, meter.id(), recent->entry.customer);
}

}  // namespace okapi::engine
