#include "server/webhook_control.h"

#include <algorithm>

#include "api/error.h"
#include "base/span.h"
#include "base/text.h"
#include "events/webhook_queue.h"
#include "server/control_input.h"

namespace okapi::server {
namespace {

constexpr std::int64_t usual_wait_ms = 30'000;
constexpr std::int64_t usual_limit = 100;

std::int64_t milliseconds_in(const ControlInput& input, std::string_view name,
                             std::int64_t otherwise) {
  const std::optional<std::string> span = input.text(name);
  if (!span) return otherwise;
  if (const std::optional<std::int64_t> milliseconds = parse_milliseconds(*span)) {
    return *milliseconds;
  }
  throw api::invalid_request("Invalid span. Write it as 250ms, 3s, 1m or 1h.", name);
}

int percent_in(const ControlInput& input, std::string_view name) {
  const std::int64_t percent = input.integer(name).value_or(0);
  if (percent < 0 || percent > 100) {
    throw api::invalid_request("A percentage lies between 0 and 100.", name);
  }
  return static_cast<int>(percent);
}

Json shown_attempt(const events::WebhookAttempt& attempt) {
  return {
      {"id", attempt.id},
      {"object", "okapi.webhook_attempt"},
      {"at", attempt.at},
      {"attempt", attempt.attempt},
      {"endpoint", attempt.endpoint},
      {"error", attempt.reply.error.empty() ? Json() : Json(attempt.reply.error)},
      {"event", attempt.event},
      {"milliseconds", attempt.reply.microseconds / 1000},
      {"outcome", attempt.outcome},
      {"response", attempt.reply.status == 0 ? Json() : Json(repaired_utf8(attempt.reply.body))},
      {"status", attempt.reply.status == 0 ? Json() : Json(attempt.reply.status)},
      {"type", attempt.type},
      {"url", attempt.url}};
}

Json shown_dials(const events::WebhookDials& dials) {
  return {{"delay_ms", dials.delay_ms},
          {"drop", dials.drop_percent},
          {"duplicate", dials.duplicate_percent},
          {"shuffle", dials.shuffle}};
}

Json shown_counts(const events::WebhookCounts& counts) {
  return {{"object", "okapi.webhooks"},
          {"delivered", counts.delivered},
          {"failed", counts.failed},
          {"pending", counts.pending}};
}

}  // namespace

Json shown_webhooks(const api::Request& request, events::WebhookQueue& webhooks,
                    const store::Account& account) {
  const ControlInput input(request, {"endpoint", "event", "limit"});
  const std::optional<std::string> endpoint = input.text("endpoint");
  const std::optional<std::string> event = input.text("event");
  const std::int64_t limit =
      std::clamp<std::int64_t>(input.integer("limit").value_or(usual_limit), 1,
                               static_cast<std::int64_t>(events::WebhookQueue::attempts_kept));
  Json rows = Json::array();
  for (const events::WebhookAttempt& attempt : webhooks.attempts(account)) {
    if (static_cast<std::int64_t>(rows.size()) == limit) break;
    if (endpoint && attempt.endpoint != *endpoint) continue;
    if (event && attempt.event != *event) continue;
    rows.push_back(shown_attempt(attempt));
  }
  Json shown = shown_counts(webhooks.wait(account, 0));
  shown["attempts"] = std::move(rows);
  shown["dials"] = shown_dials(webhooks.dials(account));
  return shown;
}

Json set_webhook_dials(const api::Request& request, events::WebhookQueue& webhooks,
                       const store::Account& account) {
  const ControlInput input(request, {"delay", "drop", "duplicate", "shuffle"});
  constexpr std::int64_t widest_shuffle = 1000;
  events::WebhookDials dials;
  dials.delay_ms = milliseconds_in(input, "delay", 0);
  dials.drop_percent = percent_in(input, "drop");
  dials.duplicate_percent = percent_in(input, "duplicate");
  dials.shuffle = static_cast<int>(
      std::clamp<std::int64_t>(input.integer("shuffle").value_or(0), 0, widest_shuffle));
  webhooks.set_dials(account, dials);
  return shown_dials(dials);
}

Json resend_webhook(const api::Request& request, events::WebhookQueue& webhooks,
                    const store::Account& account) {
  const ControlInput input(request, {"endpoint", "event"});
  const std::optional<std::string> event = input.text("event");
  if (!event) throw api::missing_parameter("event");
  if (!account.find_committed("event", *event)) throw api::no_such("event", *event, "event");
  const std::optional<std::string> wanted = input.text("endpoint");
  Json endpoints = Json::array();
  for (const events::WebhookEndpoint& endpoint : events::enabled_endpoints(*account.committed())) {
    if (wanted && endpoint.id != *wanted) continue;
    if (webhooks.resend(account, *event, endpoint.id)) endpoints.push_back(endpoint.id);
  }
  if (wanted && endpoints.empty()) throw api::no_such("webhook endpoint", *wanted, "endpoint");
  return {{"object", "okapi.webhook_resend"}, {"event", *event}, {"endpoints", endpoints}};
}

Json wait_for_webhooks(const api::Request& request, events::WebhookQueue& webhooks,
                       const store::Account& account) {
  const ControlInput input(request, {"timeout"});
  const std::int64_t timeout = milliseconds_in(input, "timeout", usual_wait_ms);
  const events::WebhookCounts counts = webhooks.wait(account, timeout);
  Json shown = shown_counts(counts);
  shown["timed_out"] = !counts.settled;
  return shown;
}

}  // namespace okapi::server
