// The socket: cpp-httplib's parser inside our own epoll loop (performance 1, 2), plain and TLS. Knows
// nothing of Stripe: it hands requests to a function and sends what that returns.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "api/request.h"

namespace okapi::server {

struct HttpOptions {
  std::string host = "127.0.0.1";
  int port = 12111;        // 0 picks a free one
  bool tls = false;
  std::string tls_cert;    // PEM file; empty: a self-signed certificate made at start
  std::string tls_key;
  int workers = 0;         // 0: from the number of cores
  std::size_t max_body = 1 << 20;
  std::size_t max_file_body = 16 << 20;  // for POST /v1/files
  int read_timeout_seconds = 10;         // for a request that has begun
  int idle_timeout_seconds = 300;
  // Answers what the parser refuses (413, 431, 400, 408) in the API's own error shape.
  std::function<api::Response(int status, const std::string& reason)> refuse;
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
  ~HttpServer();  // stops

  [[nodiscard]] int port() const;
  void start();
  // Stops accepting, lets requests in work finish (at most 2 s), closes idle connections at once.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace okapi::server
