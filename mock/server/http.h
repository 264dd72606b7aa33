// The socket: HTTP/1.1 in our own epoll loops (connections.h), plain and TLS. Knows nothing of
// Stripe: it hands requests to a function and sends what that returns.
//
// Differs: performance.md 1 proposes the packaged cpp-httplib 0.11.4 as the parser. Measured, its
// process_request answers 414 to a query of 9,000 bytes, 400 to a second '?', 416 to a broken Range
// and 200 to a header line without a colon, and all of that before its set-up callback can help; a
// loop that must know where a request ends has read the head and the chunks already. So head.h and
// body.h are the only parser here, at less than a tenth of the cost.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "api/request.h"

namespace okapi::server {

// Calls back once, from any thread, perhaps at once. False: what an answer says could not be kept.
using Hold = std::function<void(std::function<void(bool kept)> call)>;

struct HttpOptions {
  std::string host = "127.0.0.1";
  int port = 12111;  // 0 picks a free one
  bool tls = false;
  std::string tls_cert;  // PEM file; empty: a self-signed certificate made at start
  std::string tls_key;
  int workers = 0;  // 0: from the number of cores
  std::size_t max_body = 1 << 20;
  std::size_t max_file_body = 16 << 20;                  // for POST /v1/files
  std::size_t max_snapshot_body = std::size_t{4} << 30;  // for PUT /_okapi/snapshot
  int read_timeout_ms = 10'000;  // for a request that has begun, and for a reader that stalls
  int idle_timeout_ms = 300'000;
  int stop_grace_ms = 2'000;  // for requests in work when stop() is called
  // Answers what the transport refuses (400, 408, 413, 414, 417, 431, 500, 501, 505) in the API's
  // own error shape. The connection ends after that answer.
  std::function<api::Response(int status, const std::string& reason)> refuse;
  // Asked after every request: what its answer has to wait for, keeping no thread; empty: nothing.
  // When it could not be kept, the client is refused (503).
  std::function<Hold()> hold = {};
};

struct PortTaken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class HttpServer {
 public:
  using Handle = std::function<api::Response(const api::Request&)>;

  // Binds and listens (connections queue up) but serves only from start(). Throws PortTaken, or
  // std::runtime_error with one sentence that says what to do.
  HttpServer(HttpOptions options, Handle handle);
  // Stops, and waits for handlers that still run: they may use what `handle` refers to.
  ~HttpServer();

  [[nodiscard]] int port() const;
  void start();
  // Stops accepting, lets requests in work finish (at most stop_grace_ms), closes idle connections
  // at once. False when a handler was still running after that.
  bool stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace okapi::server
