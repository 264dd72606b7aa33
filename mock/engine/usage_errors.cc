#include "engine/usage_errors.h"

#include <algorithm>
#include <map>
#include <utility>

#include "api/operation.h"
#include "base/text.h"

namespace okapi::engine {
namespace {

constexpr Seconds validation_window = 10;
constexpr std::size_t most_samples = 5;

using Rejections = std::vector<const RejectedUsage*>;

Json sample_of(const RejectedUsage& rejected) {
  return {{"error_message", rejected.refusal.message},
          {"request", {{"identifier", rejected.report.identifier}}}};
}

// One entry per code, with a few of its events.
Json error_types_of(const Rejections& rejections) {
  std::map<std::string, Rejections> by_code;
  for (const RejectedUsage* each : rejections) by_code[each->refusal.code].push_back(each);
  Json types = Json::array();
  for (const auto& [code, events] : by_code) {
    Json samples = Json::array();
    for (const RejectedUsage* event : events) {
      if (samples.size() < most_samples) samples.push_back(sample_of(*event));
    }
    types.push_back(
        {{"code", code}, {"error_count", events.size()}, {"sample_errors", std::move(samples)}});
  }
  return types;
}

std::string summary_of(std::size_t count) {
  if (count == 1) return "There is 1 invalid event";
  return concat("There are ", std::to_string(count), " invalid events");
}

void report(store::Transaction& tx, const std::string& meter, const Rejections& rejections) {
  const Seconds start = tx.now() - tx.now() % validation_window;
  Json event = api::default_object(tx, "v2.core.event");
  event.update(
      {{"created", to_rfc3339(tx.now())},
       {"data",
        {{"developer_message_summary", summary_of(rejections.size())},
         {"reason",
          {{"error_count", rejections.size()}, {"error_types", error_types_of(rejections)}}},
         {"validation_end", to_rfc3339(start + validation_window)},
         {"validation_start", to_rfc3339(start)}}},
       {"livemode", false},
       {"type", meter.empty() ? "v1.billing.meter.no_meter_found"
                              : "v1.billing.meter.error_report_triggered"}});
  if (!meter.empty()) {
    event["related_object"] = {
        {"id", meter}, {"type", "billing.meter"}, {"url", concat("/v1/billing/meters/", meter)}};
  }
  tx.insert(std::move(event));
}

void keep(store::Transaction& tx, const RejectedUsage& rejected) {
  tx.insert({{"object", "okapi.rejected_usage"},
             {"id", tx.new_id("rejected_", 33)},
             {"code", rejected.refusal.code},
             {"created", tx.now()},
             {"event_name", rejected.report.event_name},
             {"identifier", rejected.report.identifier},
             {"message", rejected.refusal.message},
             {"meter", rejected.refusal.meter},
             {"payload", rejected.report.payload},
             {"timestamp", rejected.report.timestamp ? Json(*rejected.report.timestamp) : Json()}});
}

}  // namespace

void keep_rejected_usage(store::Transaction& tx, const std::vector<RejectedUsage>& rejected) {
  std::map<std::string, Rejections> by_meter;
  for (const RejectedUsage& each : rejected) {
    keep(tx, each);
    // Stripe: an identifier that was used before is dropped without a report.
    if (!each.refusal.code.empty()) by_meter[each.refusal.meter].push_back(&each);
  }
  for (const auto& [meter, rejections] : by_meter) report(tx, meter, rejections);
}

}  // namespace okapi::engine
