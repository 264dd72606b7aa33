// What the webhook queue needs of the world outside: somebody who posts, and a timer, both on one
// thread. The server's sender speaks HTTP; tests bring their own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace okapi::events {

// A client that takes events on a connection of its own, and what it is told beside the body.
struct Listener {
  std::string id;
  std::string event;
  std::string type;
  std::string api_version;  // empty: the account's
  bool thin = false;
};

struct WebhookRequest {
  std::string line;                  // requests of one line may share a connection
  std::optional<Listener> listener;  // it is for that client; there is no url
  std::string url;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

struct WebhookReply {
  int status = 0;     // 0: no answer
  std::string error;  // why there was none, one sentence
  std::string body;   // its first kilobytes
  std::int64_t microseconds = 0;
};

class WebhookSender {
 public:
  virtual ~WebhookSender() = default;
  // `done` is called once, on the sender's thread.
  virtual void post(WebhookRequest request, std::function<void(const WebhookReply&)> done) = 0;
  virtual void after(std::int64_t milliseconds, std::function<void()> call) = 0;
  // Nothing is called after it returns.
  virtual void stop() = 0;
};

}  // namespace okapi::events
