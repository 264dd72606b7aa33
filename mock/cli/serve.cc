// okapi [serve] and okapi exec: a Dispatch behind sockets, until a signal or a command's end.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/world.h"
#include "server/http.h"
#include "server/snapshot_file.h"

extern char** environ;

namespace okapi::cli {
namespace {

constexpr int port_taken_code = 3;
constexpr int interrupted_code = 130;

std::string base_url(const char* scheme, const std::string& host, int port) {
  const bool v6 = host.find(':') != std::string::npos;
  const std::string shown = host == "0.0.0.0" ? "127.0.0.1" : v6 ? "[" + host + "]" : host;
  return std::string(scheme) + "://" + shown + ":" + std::to_string(port);
}

// What the transport cannot even read is refused in the API's own shape.
api::Response refuse(int status, const std::string& reason) {
  api::ApiError error;
  error.status = status;
  error.message = reason;
  api::Response response;
  response.status = status;
  response.body = to_pretty(api::error_body(error, {}, {}));
  return response;
}

// The listening sockets and the world behind them.
class Running {
 public:
  explicit Running(const ServeConfig& config) : config_(config) {
    if (config.save_on_exit && config.snapshot.empty()) {
      throw UsageError("--save-on-exit needs --snapshot FILE to say where");
    }
    const auto handle = [this](const api::Request& request) { return dispatch_->handle(request); };
    http_ = std::make_unique<server::HttpServer>(http_options(config.port, false), handle);
    url_ = base_url("http", config.host, http_->port());
    dispatch_ = make_dispatch(config, url_);
    if (config.https_port) {
      https_ = std::make_unique<server::HttpServer>(http_options(*config.https_port, true), handle);
    }
  }

  // Answers that wait for the journal find the sockets still there.
  ~Running() { dispatch_->stop_journal(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Loads, listens, sends the fixtures; ready afterwards.
  void start() {
    if (!config_.journal.empty()) {
      start_journal();
    } else if (!config_.snapshot.empty()) {
      server::load_snapshot_if_there(*dispatch_, config_.snapshot);
    }
    http_->start();
    if (https_) https_->start();
    if (config_.journal.empty()) {
      send_fixtures(*dispatch_, config_);
    } else {
      dispatch_->settle();
    }
    dispatch_->set_ready(true);
  }

  // Saves if asked, and gives the exit code. A handler that outlives the grace is left behind: the
  // process ends at once then, since nothing that it uses may be destroyed under it.
  int stop(int exit_code) {
    bool finished = http_->stop();
    if (https_) finished = https_->stop() && finished;
    if (config_.save_on_exit) server::save_snapshot(*dispatch_, config_.snapshot);
    if (!dispatch_->stop_journal() && exit_code == 0) exit_code = 1;
    if (!finished) std::_Exit(exit_code);
    return exit_code;
  }

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] std::string https_url() const {
    return https_ ? base_url("https", config_.host, https_->port()) : std::string();
  }

 private:
  // Snapshot and fixtures are a world to begin with, and are in a journal from its first byte on:
  // one that is there has begun already. Nobody is answered before it has.
  void start_journal() {
    if (!dispatch_->load_journal()) {
      if (!config_.snapshot.empty()) server::load_snapshot_if_there(*dispatch_, config_.snapshot);
      send_fixtures(*dispatch_, config_);
    }
    dispatch_->begin_journal();
  }

  server::HttpOptions http_options(int port, bool tls) {
    server::HttpOptions options;
    options.host = config_.host;
    options.port = port;
    options.tls = tls;
    options.tls_cert = config_.tls_cert;
    options.tls_key = config_.tls_key;
    options.refuse = refuse;
    if (!config_.journal.empty()) options.hold = [this] { return dispatch_->unkept(); };
    return options;
  }

  ServeConfig config_;
  std::unique_ptr<server::Dispatch> dispatch_;
  std::unique_ptr<server::HttpServer> http_;
  std::unique_ptr<server::HttpServer> https_;
  std::string url_;
};

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// Before any thread starts, so that every thread inherits the mask and only sigwait sees them.
void block_stop_signals() {
  (void)std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int wait_for_stop_signal() {
  const sigset_t signals = stop_signals();
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

void end_at_once_on_next_signal() {
  std::thread([] {
    wait_for_stop_signal();
    _exit(interrupted_code);
  }).detach();
}

int report_port_taken(const std::exception& error) {
  complain(error.what());
  return port_taken_code;
}

// As the system wants them: ended by a null pointer.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// This process's environment with these variables on top.
std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& variables) {
  std::vector<std::string> environment;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view setting = *each;
    const bool replaced = std::ranges::any_of(variables, [&](const auto& variable) {
      return setting.substr(0, setting.find('=')) == variable.first;
    });
    if (!replaced) environment.emplace_back(setting);
  }
  for (const auto& [name, value] : variables) environment.push_back(concat(name, "=", value));
  return environment;
}

std::optional<pid_t> spawn(const std::vector<std::string>& command,
                           const std::vector<std::string>& environment) {
  const std::vector<char*> arguments = pointers_to(command);
  const std::vector<char*> settings = pointers_to(environment);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, arguments[0], nullptr, &attributes, arguments.data(), settings.data());
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) return std::nullopt;
  return child;
}

int wait_for_child(pid_t child) {
  std::thread([child] {
    while (true) kill(child, wait_for_stop_signal());
  }).detach();
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int serve(const ServeConfig& config) {
  block_stop_signals();
  try {
    Running running(config);
    running.start();
    std::printf("okapi ready on %s\n", running.url().c_str());
    if (!running.https_url().empty()) {
      std::printf("okapi ready on %s\n", running.https_url().c_str());
    }
    (void)std::fflush(stdout);
    wait_for_stop_signal();
    end_at_once_on_next_signal();
    return running.stop(0);
  } catch (const server::PortTaken& error) {
    return report_port_taken(error);
  }
}

int exec(ServeConfig config, const std::vector<std::string>& command) {
  block_stop_signals();
  config.quiet = true;
  try {
    Running running(config);
    running.start();
    std::vector<std::pair<std::string, std::string>> variables = {
        {"OKAPI_URL", running.url()}, {"STRIPE_API_BASE", running.url()}};
    if (!running.https_url().empty())
      variables.emplace_back("OKAPI_HTTPS_URL", running.https_url());
    const std::optional<pid_t> child = spawn(command, environment_with(variables));
    if (!child) {
      complain(concat("cannot run ", command.front(), ": is it installed and on PATH?"));
      return running.stop(127);
    }
    return running.stop(wait_for_child(*child));
  } catch (const server::PortTaken& error) {
    return report_port_taken(error);
  }
}

}  // namespace okapi::cli
