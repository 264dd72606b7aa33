// Posts webhooks over HTTP and HTTPS, all from one thread: a receiver that hangs costs a socket and
// nobody's time. The only file behind this header that includes Boost.Beast.
#pragma once

#include <memory>

#include "events/webhook_sender.h"

namespace okapi::server {

struct WebhookSenderSettings {
  std::int64_t timeout_ms = 10'000;  // from connecting to the end of the answer
  bool allow_remote = false;         // --allow-remote-webhooks
};

// The thread starts with the first call.
[[nodiscard]] std::unique_ptr<events::WebhookSender> make_webhook_sender(
    const WebhookSenderSettings& settings);

}  // namespace okapi::server
