// The commands of the program (interface.md). Each takes what main.cc read from flags and
// environment, prints data on stdout and complaints on stderr, and gives the exit code: 0 done, 1
// failure, 2 usage, 3 port in use.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/auth.h"

namespace okapi::cli {

// A flag or argument that makes no sense: exit code 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ServeConfig {
  std::string host = "127.0.0.1";
  int port = 12111;
  std::optional<int> https_port;
  std::string tls_cert;
  std::string tls_key;
  std::vector<std::string> fixtures;
  std::string snapshot;
  bool save_on_exit = false;
  std::string journal;
  std::optional<std::uint64_t> seed;
  std::string now;  // RFC 3339 or unix seconds, ",run" lets it run on; empty: the wall clock
  bool any_key = false;
  std::string unknown_ids = "404";
  std::string api_version;
  std::string log_format = "text";
  bool quiet = false;
  bool strict_clocks = false;
  std::string clock_latency;  // empty: none
  std::string retries = "3,5,7";
  std::string after_retries = "cancel";
  std::string after_lost_dispute = "keep";
  std::optional<int> upcoming_days;  // empty: Settings has a default; the next two: off
  std::optional<int> will_be_due_days;
  std::optional<int> overdue_days;
  std::vector<std::string> allowed_hosts;
  std::string ui_dir;  // of the dashboard's files; empty: those built in
  std::string webhook_retries = "1s,5s,25s";
  std::string webhook_timeout = "10s";
  bool allow_remote_webhooks = false;
  std::size_t keep_events = 100'000;
  std::size_t max_objects = 0;
};

struct ClientConfig {
  std::string url = "http://127.0.0.1:12111";
  std::string key = std::string(server::usual_key);
};

struct ReplayConfig {
  std::vector<std::string> files;
  std::string url;  // empty: a server of its own, made from `serve`
  ServeConfig serve;
  std::string key;                    // replaces the page's key; empty: the page's own
  std::vector<std::string> bindings;  // NAME=VALUE
  bool explain = false;               // after each page, every invoice it made with its working
};

int serve(const ServeConfig& config);
// The server stands on a free port (0) unless the flags name one.
int exec(ServeConfig config, const std::vector<std::string>& command);
int replay(const ReplayConfig& config);
int snapshot_save(const ClientConfig& config, const std::string& file);
int snapshot_load(const ClientConfig& config, const std::string& file);
int reset(const ClientConfig& config, bool all);
int advance(const ClientConfig& config, const std::string& span);
int explain(const ClientConfig& config, const std::string& invoice, bool json);
int healthcheck(const ClientConfig& config);
int coverage(bool all, bool json);

}  // namespace okapi::cli
