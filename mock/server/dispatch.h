// The way of one request (style, section 4): key and account, route, version, parameters, idempotency,
// transaction, commit, rendering, log line. Everything that enters okapi, pages included, comes here.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/operation.h"
#include "api/request.h"

namespace okapi::server {

struct Options {
  std::string base_url;               // as announced; answers use the request's Host when it has one
  bool any_key = false;
  std::string default_version;        // empty: newest
  bool counting_ids = false;          // --seed
  std::uint64_t seed = 0;
  store::ClockSetting clock;          // of new accounts
  std::vector<std::string> allowed_hosts;
  bool quiet = false;
  bool json_log = false;
};

class Accounts;     // accounts.h: by key
class RequestLog;   // request_log.h
class Control;      // control.h: /_okapi/…

class Dispatch {
 public:
  Dispatch(const api::Registry& registry, api::Settings settings, Options options);
  ~Dispatch();

  // Never throws. Safe from any number of threads.
  [[nodiscard]] api::Response handle(const api::Request& request);
  void set_ready(bool ready);

  [[nodiscard]] Accounts& accounts() { return *accounts_; }
  [[nodiscard]] RequestLog& request_log() { return *request_log_; }

 private:
  [[nodiscard]] api::Response answer(const api::Request& request);
  const api::Registry& registry_;
  api::Settings settings_;
  Options options_;
  std::unique_ptr<Accounts> accounts_;
  std::unique_ptr<RequestLog> request_log_;
  std::unique_ptr<Control> control_;
};

}  // namespace okapi::server
