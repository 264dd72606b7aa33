// The way of one request (style, section 4): key and account, route, version, parameters,
// idempotency, transaction, commit, rendering, log line. Everything that enters okapi, pages
// included, comes here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/operation.h"
#include "api/request.h"

namespace okapi::events {
class WebhookQueue;
}

namespace okapi::server {

class Dispatch;

struct Options {
  std::string base_url = {};  // as announced; answers use the request's Host when it has one
  bool any_key = false;
  std::string default_version = {};  // empty: newest
  bool counting_ids = false;         // --seed
  std::uint64_t seed = 0;
  store::ClockSetting clock = {};  // of new accounts
  std::vector<std::string> allowed_hosts = {};
  bool quiet = false;
  bool json_log = false;
  std::vector<std::int64_t> webhook_retries_ms = {1000, 5000, 25000};
  std::int64_t webhook_timeout_ms = 10'000;
  bool allow_remote_webhooks = false;
  std::size_t most_events = 100'000;  // an account keeps of them; 0: all
  // What an account may hold, events apart, before requests that make more are refused; 0: all.
  std::size_t most_objects = 0;
  std::string journal = {};  // a file; empty: what is committed is in memory only
  // Sentences for a person at the terminal. Empty: nobody is there.
  std::function<void(const std::string& sentence)> say = {};
  // A request that advances a test clock waits so long for it; then it goes on beside the requests.
  std::int64_t clock_budget_ms = 2000;
  // --clock-latency: a test clock stays `advancing` for at least so long.
  std::int64_t clock_latency_ms = 0;
  // Answers the requests that are for pages; may throw api::ApiError. Empty: there are no pages.
  std::function<std::optional<api::Response>(Dispatch&, const api::Request&)> pages = {};
};

class Accounts;     // accounts.h: by key
struct World;       // accounts.h
class RequestLog;   // request_log.h
class CliSessions;  // cli_sessions.h
class ClockWorker;  // clock_worker.h
class Control;      // control.h: /_okapi/…
class Journaling;   // journaling.h
class StripeCli;    // stripe_cli.h

// How one operation is answered; decided once, at start.
struct Plan {
  api::Handler handler = nullptr;    // null: plain storage, or not at all
  bool missing = false;              // 501
  std::string_view removed_in = {};  // the version that lost it; empty: it is of today
  bool stored_retrieve = false;      // GET by id of what is stored
};

class Dispatch {
 public:
  Dispatch(const api::Registry& registry, api::Settings settings, Options options);
  ~Dispatch();

  // Never throws. Safe from any number of threads.
  [[nodiscard]] api::Response handle(const api::Request& request);
  // A request to the API that a page of this account makes: it needs no key.
  [[nodiscard]] api::Response handle_in(World& world, const api::Request& request);
  // What the transport refuses (400, 408, 413, 431), in Stripe's error shape.
  [[nodiscard]] static api::Response refuse(int status, const std::string& reason);
  void set_ready(bool ready);
  // Plays what is due in every account, for a clock that ran while nothing was asked (at start,
  // before a snapshot is written).
  void settle();

  // --journal. The accounts as the file has them; false when there is none yet, or no journal.
  bool load_journal();
  // Everything there is is on disk, and so will be everything from here on before it is answered,
  // if answers wait for what unkept() gives after each request; nothing to wait for: empty.
  void begin_journal();
  [[nodiscard]] std::function<void(std::function<void(bool kept)> call)> unkept();
  // At the end: false, with a sentence said, when something could not be written.
  bool stop_journal();

  [[nodiscard]] Accounts& accounts() { return *accounts_; }
  [[nodiscard]] RequestLog& request_log() { return *request_log_; }

 private:
  friend class Exchange;
  [[nodiscard]] api::Response answer(const api::Request& request);
  void refuse_unkept() const;
  // The earliest step that is due, in a transaction of its own; adds the ids of its events. False
  // when nothing was due, or when the step failed: that is logged, and nothing is changed.
  bool run_due_step(World& world, std::vector<std::string>& events);
  bool run_step(World& world, api::RunDue run, std::vector<std::string>& events);
  // The test clocks that advance, for as long as a request may take; the rest goes to the worker.
  void advance_clocks(World& world, std::vector<std::string>& events);

  const api::Registry& registry_;
  api::Settings settings_;
  Options options_;
  std::vector<Plan> plans_;                 // by operation index
  std::unique_ptr<Journaling> journaling_;  // null: none. The accounts record into it
  std::unique_ptr<Accounts> accounts_;
  std::unique_ptr<CliSessions> cli_sessions_;
  std::unique_ptr<RequestLog> request_log_;
  std::unique_ptr<events::WebhookQueue> webhooks_;
  std::unique_ptr<Control> control_;
  std::unique_ptr<StripeCli> stripe_cli_;
  std::unique_ptr<ClockWorker> clock_worker_;  // last: it works with all the others
};

}  // namespace okapi::server
