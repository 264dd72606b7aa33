// A request and its answer as the conventions see them: raw target, raw body, headers. No HTTP
// library type reaches further in than server/http.cc.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace okapi::api {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;   // as sent: "GET"
  std::string target;   // raw, with query, not decoded
  std::string body;     // raw, already de-chunked
  Headers headers;      // names as sent; look up with header()
  bool secure = false;  // arrived over TLS
  std::string remote;   // address of the peer, for the request log

  [[nodiscard]] std::string_view path() const;   // raw, before the first '?'
  [[nodiscard]] std::string_view query() const;  // raw, after it; empty without
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  Headers headers;
  bool close = false;  // end the connection after this answer
  bool drop = false;   // end the connection instead of answering (a fault that was asked for)
  // Takes the plain socket of the connection instead of an answer, and closes it in the end: the
  // client asked for another protocol. Where there is none to give (TLS), the answer is sent.
  std::function<void(int socket)> upgrade = {};
  // It waited for another request: those with the same number do, so one thread had better serve
  // the clients that send them.
  std::optional<std::size_t> queue = {};
};

// Case-insensitive; empty when absent.
[[nodiscard]] std::string_view header(const Headers& headers, std::string_view name);

}  // namespace okapi::api
