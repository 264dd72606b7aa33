#include "server/dispatch.h"

#include <chrono>

#include "api/error.h"
#include "api/storage.h"
#include "api/version.h"
#include "base/text.h"
#include "events/render.h"
#include "events/webhook_queue.h"
#include "server/accounts.h"
#include "server/answer_headers.h"
#include "server/cli_sessions.h"
#include "server/clock_worker.h"
#include "server/compress.h"
#include "server/control.h"
#include "server/downloads.h"
#include "server/exchange.h"
#include "server/journaling.h"
#include "server/request_log.h"
#include "server/split_sender.h"
#include "server/stripe_cli.h"
#include "server/webhook_sender.h"

namespace okapi::server {
namespace {

std::vector<Plan> make_plans(const api::Registry& registry) {
  std::vector<Plan> plans(api::operation_count());
  for (std::uint32_t i = 0; i < api::operation_count(); ++i) {
    const api::Operation operation(i);
    plans[i] = {
        .handler = registry.handler(operation),
        .missing = api::coverage(registry, operation) == api::Coverage::missing,
        .removed_in = api::removed_in(operation.name()),
        .stored_retrieve = api::is_plain_retrieve(operation) && !registry.is_computed(operation)};
  }
  return plans;
}

api::Response json_response(int status, const Json& body) {
  api::Response response;
  response.status = status;
  response.body = to_pretty(body);
  return response;
}

api::Response error_response(const api::ApiError& error) {
  return json_response(error.status, api::error_body(error, {}, {}));
}

// Stripe: an event is rendered once, in the version that is the account's default at the time.
store::EventRenderer event_renderer(const Options& options) {
  const std::string version =
      options.default_version.empty() ? std::string(api::api_version()) : options.default_version;
  return [version](const std::string& id, const store::EmittedEvent& event,
                   const store::Origin& origin) {
    return events::render_event(id, event, origin, version);
  };
}

std::function<void(const std::string&)> speaker(const Options& options) {
  if (options.say) return options.say;
  return [](const std::string&) {};
}

std::function<void(const std::string&, store::Change)> recorder(Journaling* journaling) {
  if (journaling == nullptr) return {};
  return [&journal = journaling->journal()](const std::string& name, store::Change change) {
    journal.add(name, std::move(change));
  };
}

events::WebhookQueue::Settings webhook_settings(const Options& options, Journaling* journaling,
                                                Accounts& accounts) {
  events::WebhookQueue::Settings settings{.retry_after_ms = options.webhook_retries_ms,
                                          .seed = options.seed};
  if (journaling == nullptr) return settings;
  settings.is_kept = [&journal = journaling->journal()] {
    return !journal.pending() || journal.wait(journal.position());
  };
  settings.keep = [journaling, &accounts](const store::Account& account,
                                          const events::WebhookStep& step) {
    journaling->keep_webhook(*accounts.find(account.id()), step);
  };
  return settings;
}

api::Response welcome(const std::string& base_url) {
  api::Response response = json_response(
      200, {{"message",
             "This is okapi, a local mock of Stripe. Point your Stripe client here and use "
             "any key that begins with sk_test_."},
            {"try", concat("curl ", base_url, "/v1/customers -u sk_test_123:")},
            {"dashboard", concat(base_url, "/dashboard")},
            {"coverage", "/_okapi/coverage"},
            {"requests", "/_okapi/requests"}});
  // The SDKs' own suites look for stripe-mock here, and take this word for new enough.
  response.headers.emplace_back("Stripe-Mock-Version", "master");
  return response;
}

}  // namespace

Dispatch::Dispatch(const api::Registry& registry, api::Settings settings, Options options)
    : registry_(registry),
      settings_(std::move(settings)),
      options_(std::move(options)),
      plans_(make_plans(registry)),
      journaling_(options_.journal.empty()
                      ? nullptr
                      : std::make_unique<Journaling>(options_.journal, speaker(options_))),
      accounts_(std::make_unique<Accounts>(
          Accounts::Settings{.schema = &registry.schema(),
                             .ids = {.counting = options_.counting_ids,
                                     .seed = options_.counting_ids ? options_.seed : random_seed()},
                             .clock = options_.clock,
                             .render_event = event_renderer(options_),
                             .most_events = options_.most_events,
                             .record = recorder(journaling_.get())})),
      cli_sessions_(std::make_unique<CliSessions>(*accounts_, options_)),
      request_log_(std::make_unique<RequestLog>(RequestLog::Settings{
          .quiet = options_.quiet,
          .json = options_.json_log,
          .watch = [this](const RequestRecord& record) { cli_sessions_->logged(record); }})),
      webhooks_(std::make_unique<events::WebhookQueue>(
          make_split_sender(make_webhook_sender({.timeout_ms = options_.webhook_timeout_ms,
                                                 .allow_remote = options_.allow_remote_webhooks}),
                            *cli_sessions_),
          webhook_settings(options_, journaling_.get(), *accounts_))) {
  control_ = std::make_unique<Control>(Control::Parts{.registry = registry_,
                                                      .settings = settings_,
                                                      .options = options_,
                                                      .accounts = *accounts_,
                                                      .request_log = *request_log_,
                                                      .webhooks = *webhooks_,
                                                      .journaling = journaling_.get()});
  clock_worker_ = std::make_unique<ClockWorker>([this](World& world) {
    if (journaling_ && !journaling_->journal().make_room()) return true;
    std::vector<std::string> events;
    const bool goes_on = run_step(world, registry_.advance_clocks, events);
    // Told months (engine/months.h) have events that no transaction names.
    if (goes_on) webhooks_->notify(world.store);
    return goes_on;
  });
  stripe_cli_ = std::make_unique<StripeCli>(StripeCli::Parts{.options = options_,
                                                             .accounts = *accounts_,
                                                             .sessions = *cli_sessions_,
                                                             .webhooks = *webhooks_});
}

// Sessions and queue speak to each other from their threads: both stop before either is gone.
Dispatch::~Dispatch() { cli_sessions_->stop(); }

void Dispatch::set_ready(bool ready) { control_->set_ready(ready); }

api::Response Dispatch::handle(const api::Request& request) {
  api::Response response = answer(request);
  compress_for_browser(request, response);
  return response;
}

void Dispatch::refuse_unkept() const {
  if (!journaling_ || journaling_->journal().works()) return;
  throw api::refused_request(503, concat("okapi ", journaling_->journal().trouble(), "."));
}

bool Dispatch::load_journal() { return journaling_ && journaling_->load(*accounts_, *webhooks_); }

void Dispatch::begin_journal() {
  if (journaling_) journaling_->begin(*accounts_);
}

// Not only what the request committed: it may have read what another one has just committed.
std::function<void(std::function<void(bool kept)> call)> Dispatch::unkept() {
  if (!journaling_ || !journaling_->journal().pending()) return {};
  store::Journal& journal = journaling_->journal();
  return [&journal, position = journal.position()](std::function<void(bool)> call) {
    journal.when_kept(position, std::move(call));
  };
}

bool Dispatch::stop_journal() { return !journaling_ || journaling_->stop(); }

api::Response Dispatch::answer(const api::Request& request) {
  if (request.method == "OPTIONS") return preflight_response(request);
  const std::string_view path = request.path();
  try {
    refuse_unkept();
    if (StripeCli::is_path(request)) return stripe_cli_->handle(request);
    if (is_download(request)) return download(request, *accounts_, options_);
    if (options_.pages) {
      if (std::optional<api::Response> page = options_.pages(*this, request))
        return *std::move(page);
    }
    if (path == "/" && (request.method == "GET" || request.method == "HEAD")) {
      return welcome(options_.base_url);
    }
    if (!Control::is_control_path(path)) return Exchange(*this, request).run();
    return control_->handle(request);
  } catch (const api::ApiError& error) {
    return error_response(error);
  } catch (const OutOfRange&) {
    return error_response(api::out_of_range());
  } catch (const std::exception& bug) {
    RequestRecord record;
    record.at = wall_clock();
    record.method = request.method;
    record.target = path;
    record.status = 500;
    record.bug = bug.what();
    request_log_->add(std::move(record));
    return error_response(api::internal("of this control request"));
  }
}

api::Response Dispatch::handle_in(World& world, const api::Request& request) {
  return Exchange(*this, request, &world).run();
}

api::Response Dispatch::refuse(int status, const std::string& reason) {
  return error_response(api::refused_request(status, reason));
}

bool Dispatch::run_due_step(World& world, std::vector<std::string>& events) {
  // Seen without the lock: mostly nothing is due, and nobody should wait to learn that.
  if (registry_.run_due == nullptr || !world.store.has_due({}, world.store.clock().now())) {
    return false;
  }
  return run_step(world, registry_.run_due, events);
}

void Dispatch::advance_clocks(World& world, std::vector<std::string>& events) {
  const auto advances = [&] { return world.store.has_due(api::advancing_clocks, 0); };
  if (registry_.advance_clocks == nullptr || !advances() || clock_worker_->has(world)) return;
  if (options_.clock_latency_ms > 0) {
    clock_worker_->take(world, std::chrono::milliseconds(options_.clock_latency_ms));
    return;
  }
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.clock_budget_ms);
  while (std::chrono::steady_clock::now() < until) {
    if (!run_step(world, registry_.advance_clocks, events)) return;
  }
  if (advances()) clock_worker_->take(world, std::chrono::milliseconds(0));
}

bool Dispatch::run_step(World& world, api::RunDue run, std::vector<std::string>& events) {
  RequestRecord record;
  try {
    store::Transaction tx(world.store, {});
    if (!run(tx, settings_)) return false;
    if (registry_.follow != nullptr) registry_.follow(tx);
    tx.commit();
    const std::vector<std::string>& emitted = tx.committed_events();
    events.insert(events.end(), emitted.begin(), emitted.end());
    return true;
  } catch (const api::ApiError& error) {
    record.bug = concat("a step that was due was refused: ", error.message);
  } catch (const std::exception& bug) {
    record.bug = bug.what();
  }
  record.at = wall_clock();
  record.account = world.store.id();
  record.method = "DUE";
  record.status = 500;
  request_log_->add(std::move(record));
  return false;
}

void Dispatch::settle() {
  std::vector<std::string> events;
  for (World* world : accounts_->all()) {
    while (run_due_step(*world, events)) {
    }
    if (world->store.has_due(api::advancing_clocks, 0)) {
      clock_worker_->take(*world, std::chrono::milliseconds(0));
    }
    webhooks_->notify(world->store);
  }
}

}  // namespace okapi::server
