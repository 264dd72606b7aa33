// WebSockets that clients open on the API's own port: frames, pings and closing are Boost.Beast's.
// All of them run on one thread, which starts with the first. What they say is for others
// (cli_sessions.h); a broken frame ends its own socket and nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/request.h"

namespace okapi::server {

class WebSockets {
 public:
  using Id = std::uint64_t;
  // Called on the sockets' thread: opened once, closed once, and also when it never opened.
  struct Callbacks {
    std::function<void(Id)> opened;
    std::function<void(Id, std::string_view text)> received;
    std::function<void(Id)> closed;
  };

  WebSockets();
  ~WebSockets();

  [[nodiscard]] static bool is_upgrade(const api::Request& request);
  // The answer that makes a WebSocket of the request's connection; `protocol` is agreed upon.
  [[nodiscard]] api::Response accept(const api::Request& request, std::string protocol,
                                     Callbacks callbacks);
  // From any thread. `done` is called on the sockets' thread when the text was handed to the
  // network, or was not because the socket is gone or its client reads nothing.
  void send(Id id, std::string text, std::function<void(bool sent)> done = {});
  // Nothing is called after it returns.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace okapi::server
