// okapi's own paths, /_okapi/…: health, reset, snapshots, clock, explanations, what happened,
// faults, coverage and metrics (interface.md). JSON or a form in, JSON out; errors have Stripe's
// envelope. They act on the account of the request's key, or on the default account without one.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string_view>

#include "api/operation.h"
#include "api/request.h"
#include "server/faults.h"

namespace okapi::server {

struct Options;
class Accounts;
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
    // Called after an account's state was emptied or replaced: drops what the server keeps beside
    // it (idempotency records).
    std::function<void(const store::Account&)> forget = nullptr;
  };
  explicit Control(Parts parts);

  [[nodiscard]] static bool is_control_path(std::string_view path);  // "/_okapi/…"
  // Answers a request to a control path. Throws api::ApiError.
  [[nodiscard]] api::Response handle(const api::Request& request);
  // Health answers 503 until then.
  void set_ready(bool ready) { ready_ = ready; }

  // What a rule of POST /_okapi/faults wants done to this /v1 or /v2 request, if one matches;
  // counts the match. Dispatch asks once a request, when it knows the key and before the work.
  [[nodiscard]] std::optional<Fault> fault_for(const api::Request& request, std::string_view key);

 private:
  Parts parts_;
  Faults faults_;
  std::atomic<bool> ready_ = false;
};

}  // namespace okapi::server
