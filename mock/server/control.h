// okapi's own paths, /_okapi/…: health, reset, snapshots, clock, explanations, what happened,
// faults, coverage and metrics (interface.md). JSON or a form in, JSON out; errors have Stripe's
// envelope. They act on the account of the request's key, or on the default account without one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "api/operation.h"
#include "api/request.h"
#include "server/faults.h"

namespace okapi::events {
class WebhookQueue;
}

namespace okapi::server {

struct Options;
struct World;
class Accounts;
class Journaling;
class RequestLog;

class Control {
 public:
  // What dispatch owns and Control acts on; all of it outlives Control.
  struct Parts {
    const api::Registry& registry;
    const api::Settings& settings;
    const Options& options;
    Accounts& accounts;
    RequestLog& request_log;
    events::WebhookQueue& webhooks;
    Journaling* journaling = nullptr;  // null: none
  };
  explicit Control(const Parts& parts);

  [[nodiscard]] static bool is_control_path(std::string_view path);  // "/_okapi/…"
  // Answers a request to a control path. Throws api::ApiError.
  [[nodiscard]] api::Response handle(const api::Request& request);
  // Health answers 503 until then.
  void set_ready(bool ready) { ready_ = ready; }

  // What a rule of POST /_okapi/faults wants done to this /v1 or /v2 request, if one matches;
  // counts the match. Dispatch asks once a request, when it knows the key and before the work.
  [[nodiscard]] std::optional<Fault> fault_for(const api::Request& request, std::string_view key);

 private:
  struct Call;
  struct Route;
  static const Route routes[];

  // One for each path, named for it.
  api::Response get_health(const Call& call);
  api::Response get_accounts(const Call& call);
  api::Response post_reset(const Call& call);
  api::Response get_snapshots(const Call& call);
  api::Response post_snapshots(const Call& call);
  api::Response restore_snapshot(const Call& call);
  api::Response get_snapshot(const Call& call);
  api::Response put_snapshot(const Call& call);
  api::Response get_clock(const Call& call);
  api::Response post_clock(const Call& call);
  api::Response get_explanation(const Call& call);
  api::Response get_requests(const Call& call);
  api::Response get_request(const Call& call);
  api::Response get_events(const Call& call);
  api::Response post_authentication(const Call& call);
  api::Response get_dials(const Call& call);
  api::Response post_dials(const Call& call);
  api::Response get_faults(const Call& call);
  api::Response post_faults(const Call& call);
  api::Response delete_faults(const Call& call);
  api::Response delete_fault(const Call& call);
  api::Response get_coverage(const Call& call);
  api::Response get_metrics(const Call& call);
  api::Response get_webhooks(const Call& call);
  api::Response post_webhooks(const Call& call);
  api::Response resend_webhook(const Call& call);
  api::Response wait_for_webhooks(const Call& call);

  // Does what is due up to the account's present; counts the steps.
  std::int64_t run_due(World& world);

  Parts parts_;
  Faults faults_;
  std::atomic<bool> ready_ = false;
  std::int64_t started_ = 0;
};

}  // namespace okapi::server
