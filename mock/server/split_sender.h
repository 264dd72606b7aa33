// Sends webhooks where they belong: to addresses by HTTP, to listeners by their sessions.
#pragma once

#include <memory>

#include "events/webhook_sender.h"

namespace okapi::server {

class CliSessions;

// `sessions` outlives the sender and is stopped before it goes.
[[nodiscard]] std::unique_ptr<events::WebhookSender> make_split_sender(
    std::unique_ptr<events::WebhookSender> http, CliSessions& sessions);

}  // namespace okapi::server
