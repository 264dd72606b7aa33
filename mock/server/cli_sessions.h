// The sessions of `stripe listen` and `stripe logs tail` (api-conventions 12.1): a POST opens one,
// its WebSocket carries events or lines of the request log to the client, and back comes what the
// program behind the client answered. To the webhook queue a session is a listener.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "api/request.h"
#include "events/webhook_sender.h"
#include "server/log_filter.h"
#include "server/websockets.h"

namespace okapi::events {
class WebhookQueue;
}

namespace okapi::server {

struct Options;
struct RequestRecord;
struct World;
class Accounts;

class CliSessions {
 public:
  static constexpr std::string_view socket_path = "/stripecli/socket";

  CliSessions(Accounts& accounts, const Options& options);

  // POST /v1/stripecli/sessions. Throws api::ApiError.
  [[nodiscard]] api::Response open(const api::Request& request);
  // The WebSocket of a session.
  [[nodiscard]] api::Response connect(const api::Request& request, events::WebhookQueue& webhooks);
  // Once more, to the listeners of the account; their number.
  std::size_t resend(World& world, const std::string& event, events::WebhookQueue& webhooks);

  // For the queue's sender: hands the request to its listener. `done` as with WebSockets::send.
  void deliver(const events::WebhookRequest& request, std::function<void(bool)> done);
  // Whoever tails the log of the record's account is told.
  void logged(const RequestRecord& record);
  void stop();

 private:
  struct Conversation {  // a delivery whose answer may still come
    std::string id;
    std::string event;
    std::string type;
  };
  struct Session {
    std::string id;
    World* world = nullptr;
    bool webhooks = false;
    bool thin = false;
    bool logs = false;
    std::string forward_url;  // empty: the client prints, and forwards nothing
    LogFilter filter;
    std::uint64_t since = 0;  // events of a greater sequence
    WebSockets::Id socket = 0;
    std::deque<Conversation> conversations;
  };

  [[nodiscard]] std::string new_id(std::string_view prefix);  // these two under the lock
  void make_room();
  void connected(const std::string& id, WebSockets::Id socket, events::WebhookQueue& webhooks);
  void disconnected(const std::string& id, WebSockets::Id socket, events::WebhookQueue& webhooks);
  void received(const std::string& id, std::string_view text, events::WebhookQueue& webhooks);

  Accounts& accounts_;
  const Options& options_;
  std::mutex lock_;
  std::map<std::string, Session, std::less<>> sessions_;
  std::deque<std::string> in_order_;
  std::uint64_t ids_ = 0;
  std::atomic<int> tails_ = 0;  // connected sessions that read the log
  WebSockets sockets_;
};

}  // namespace okapi::server
