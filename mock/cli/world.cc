#include "cli/world.h"

#include <algorithm>
#include <charconv>

#include "api/version.h"
#include "app.h"
#include "base/span.h"
#include "base/time.h"
#include "cli/complain.h"
#include "server/fixtures.h"

namespace okapi::cli {
namespace {

store::ClockSetting clock_from(const std::string& flag) {
  if (flag.empty()) return {};
  std::string_view time = flag;
  const bool runs = time.ends_with(",run");
  if (runs) time.remove_suffix(4);
  const std::optional<Seconds> at = parse_time(time);
  if (!at) {
    throw UsageError("--now " + flag +
                     ": give an RFC 3339 time such as 2024-10-01T00:00:00Z or unix seconds, "
                     "with \",run\" behind it to let the clock run");
  }
  if (runs) return {.frozen = false, .at = 0, .offset = *at - wall_clock()};
  return {.frozen = true, .at = *at, .offset = 0};
}

void check_version(const std::string& version) {
  if (version.empty() || api::is_known_version(version)) return;
  throw UsageError("--api-version " + version + ": not a version of Stripe's API; the newest is " +
                   std::string(api::api_version()));
}

std::vector<int> retry_days_from(std::string_view flag) {
  std::vector<int> days;
  while (!flag.empty()) {
    const std::size_t end = std::min(flag.find(','), flag.size());
    int count = 0;
    const char* last = flag.data() + end;
    const auto [stopped, error] = std::from_chars(flag.data(), last, count);
    if (error != std::errc() || stopped != last || count < 1 || count > 60) {
      throw UsageError("--retries " + std::string(flag) +
                       ": give days between 1 and 60, separated by commas, such as 3,5,7");
    }
    days.push_back(count);
    flag.remove_prefix(std::min(end + 1, flag.size()));
  }
  return days;
}

api::Settings::AfterRetries after_retries_from(const std::string& flag) {
  using enum api::Settings::AfterRetries;
  if (flag == "unpaid") return unpaid;
  if (flag == "pause") return pause;
  return flag == "past_due" ? past_due : cancel;
}

std::int64_t milliseconds_from(const char* flag, const std::string& span) {
  const std::optional<std::int64_t> milliseconds = parse_milliseconds(span);
  if (milliseconds) return *milliseconds;
  throw UsageError(std::string(flag) + " " + span + ": give a span such as 250ms, 5s or 1m");
}

std::vector<std::int64_t> retries_from(std::string_view flag) {
  std::vector<std::int64_t> waits;
  while (!flag.empty()) {
    const std::size_t end = std::min(flag.find(','), flag.size());
    waits.push_back(milliseconds_from("--webhook-retries", std::string(flag.substr(0, end))));
    flag.remove_prefix(std::min(end + 1, flag.size()));
  }
  return waits;
}

}  // namespace

api::Settings settings_from(const ServeConfig& config, const std::string& base_url) {
  api::Settings settings;
  settings.base_url = base_url;
  settings.strict_clocks = config.strict_clocks;
  settings.retry_days = retry_days_from(config.retries);
  settings.after_retries = after_retries_from(config.after_retries);
  settings.cancel_when_dispute_lost = config.after_lost_dispute == "cancel";
  if (config.upcoming_days) settings.upcoming_days = *config.upcoming_days;
  settings.will_be_due_days = config.will_be_due_days;
  settings.overdue_days = config.overdue_days;
  settings.synthesize_unknown_ids = config.unknown_ids == "synthesize";
  return settings;
}

std::unique_ptr<server::Dispatch> make_dispatch(const ServeConfig& config,
                                                const std::string& base_url) {
  check_version(config.api_version);
  server::Options options;
  options.base_url = base_url;
  options.any_key = config.any_key;
  options.default_version = config.api_version;
  options.counting_ids = config.seed.has_value();
  options.seed = config.seed ? *config.seed : random_seed();
  options.clock = clock_from(config.now);
  options.allowed_hosts = config.allowed_hosts;
  options.pages = pages(config.ui_dir, config.allowed_hosts);
  options.quiet = config.quiet;
  options.json_log = config.log_format == "json";
  options.webhook_retries_ms = retries_from(config.webhook_retries);
  options.webhook_timeout_ms = milliseconds_from("--webhook-timeout", config.webhook_timeout);
  options.allow_remote_webhooks = config.allow_remote_webhooks;
  options.most_events = config.keep_events;
  options.most_objects = config.max_objects;
  options.journal = config.journal;
  options.say = complain;
  if (!config.clock_latency.empty()) {
    options.clock_latency_ms = milliseconds_from("--clock-latency", config.clock_latency);
  }
  return std::make_unique<server::Dispatch>(registry(), settings_from(config, base_url), options);
}

void send_fixtures(server::Dispatch& dispatch, const ServeConfig& config) {
  for (const std::string& file : config.fixtures) server::send_fixture(dispatch, file);
}

}  // namespace okapi::cli
