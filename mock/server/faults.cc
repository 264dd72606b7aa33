#include "server/faults.h"

#include <algorithm>

#include "base/text.h"
#include "server/control_input.h"
#include "server/pattern.h"

namespace okapi::server {
namespace {

constexpr std::int64_t longest_delay = 120'000;  // the SDKs give up after 80 seconds
constexpr std::size_t most_rules = 1'000;

// What Stripe says with this status when nothing else is asked for.
api::ApiError usual_error(int status) {
  if (status == 429) return api::rate_limited();
  api::ApiError error;
  error.status = status;
  if (status == 402) {
    error.type = "card_error";
    error.code = "card_declined";
    error.message = "Your card was declined.";
    error.extra["decline_code"] = "generic_decline";
    return error;
  }
  if (status == 409) error.code = "lock_timeout";
  if (status >= 500) error.type = "api_error";
  error.message = "This answer was asked for with a rule of /_okapi/faults.";
  return error;
}

api::ApiError read_error(std::int64_t status, const std::optional<ControlInput>& given) {
  if (status < 400 || status > 599) {
    throw api::invalid_request("A fault's status lies between 400 and 599.", "status");
  }
  api::ApiError error = usual_error(static_cast<int>(status));
  if (!given) return error;
  for (const auto& [name, value] : given->tree().items()) {
    const std::string text = given->text(name).value_or("");
    if (name == "type") {
      error.type = text;
    } else if (name == "code") {
      error.code = text;
    } else if (name == "message") {
      error.message = text;
    } else if (name == "param") {
      error.param = text;
    } else {
      error.extra[name] = text;
    }
  }
  return error;
}

std::int64_t at_least(const ControlInput& rule, std::string_view name, std::int64_t minimum,
                      std::int64_t preset) {
  const std::int64_t value = rule.integer(name).value_or(preset);
  if (value < minimum) throw api::at_least(name, minimum);
  return value;
}

Fault read_fault(const ControlInput& rule) {
  // A declined payment is behaviour of payments, not of the transport.
  if (rule.text("decline")) throw api::not_implemented("decline in POST /_okapi/faults");
  Fault fault;
  const std::optional<std::int64_t> status = rule.integer("status");
  if (status || rule.object("error")) {
    fault.error = read_error(status.value_or(400), rule.object("error"));
  }
  const std::int64_t delay = at_least(rule, "delay", 0, 0);
  if (delay > longest_delay) throw api::at_most("delay", longest_delay);
  fault.delay_milliseconds = static_cast<int>(delay);
  if (const std::optional<std::string> close = rule.text("close")) {
    if (*close != "before" && *close != "after") {
      throw api::invalid_enum("close", *close, {"before", "after"});
    }
    fault.close_before = *close == "before";
    fault.close_after = *close == "after";
  }
  if (!fault.error && delay == 0 && !fault.close_before && !fault.close_after) {
    throw api::invalid_request(
        "A fault does something: give status, error, delay (milliseconds) or close "
        "(before or after).",
        "status");
  }
  if (fault.error && (fault.close_before || fault.close_after)) {
    throw api::only_one_of({"close", "status"});
  }
  return fault;
}

}  // namespace

Json Faults::add(const api::Request& request) {
  const ControlInput input(request, {"method", "path", "key", "nth", "times", "status", "error",
                                     "delay", "close", "decline"});
  Rule rule{.id = {},
            .method = input.text("method").value_or(""),
            .path = input.text("path").value_or(""),
            .key = input.text("key").value_or(""),
            .nth = at_least(input, "nth", 1, 1),
            .times = at_least(input, "times", 0, 1),
            .matched = 0,
            .fault = read_fault(input)};
  const std::lock_guard guard(lock_);
  if (rules_.size() >= most_rules) {
    throw api::invalid_request(
        "There are 1000 rules already; DELETE /_okapi/faults takes them out.");
  }
  rule.id = concat("fault_", std::to_string(next_id_++));
  rules_.push_back(std::move(rule));
  return shown(rules_.back());
}

Json Faults::list() const {
  const std::lock_guard guard(lock_);
  Json rules = Json::array();
  for (const Rule& rule : rules_) rules.push_back(shown(rule));
  return rules;
}

bool Faults::remove(const std::string& id) {
  const std::lock_guard guard(lock_);
  return std::erase_if(rules_, [&](const Rule& rule) { return rule.id == id; }) > 0;
}

void Faults::clear() {
  const std::lock_guard guard(lock_);
  rules_.clear();
}

std::optional<Fault> Faults::take(const api::Request& request, std::string_view key) {
  const std::lock_guard guard(lock_);
  std::optional<Fault> taken;
  for (Rule& rule : rules_) {
    if (!rule.method.empty() && rule.method != request.method) continue;
    if (!rule.path.empty() && !matches_pattern(rule.path, request.path())) continue;
    if (!rule.key.empty() && rule.key != key) continue;
    // Every rule counts every request that it matches, so that "the third" means the same however
    // many rules there are; the oldest one in force acts.
    ++rule.matched;
    const bool in_force =
        rule.matched >= rule.nth && (rule.times == 0 || rule.matched < rule.nth + rule.times);
    if (in_force && !taken) taken = rule.fault;
  }
  return taken;
}

Json Faults::shown(const Rule& rule) {
  Json shown = {
      {"id", rule.id},       {"object", "okapi.fault"}, {"method", nullptr},
      {"path", nullptr},     {"key", nullptr},          {"nth", rule.nth},
      {"times", rule.times}, {"matched", rule.matched}, {"status", nullptr},
      {"error", nullptr},    {"close", nullptr},        {"delay", rule.fault.delay_milliseconds}};
  if (!rule.method.empty()) shown["method"] = rule.method;
  if (!rule.path.empty()) shown["path"] = rule.path;
  if (!rule.key.empty()) shown["key"] = rule.key;
  if (rule.fault.error) {
    shown["status"] = rule.fault.error->status;
    shown["error"] = {{"type", rule.fault.error->type}, {"message", rule.fault.error->message}};
  }
  if (rule.fault.close_before) shown["close"] = "before";
  if (rule.fault.close_after) shown["close"] = "after";
  return shown;
}

}  // namespace okapi::server
