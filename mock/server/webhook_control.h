// What /_okapi/webhooks… shows and does: attempts, dials, once more, waiting. Each takes the
// request as it came and throws api::ApiError.
#pragma once

#include "api/request.h"
#include "base/json.h"
#include "store/account.h"

namespace okapi::events {
class WebhookQueue;
}

namespace okapi::server {

// {"attempts": [newest first], "delivered", "failed", "pending", "dials"}; filters `endpoint`,
// `event`, `limit`.
[[nodiscard]] Json shown_webhooks(const api::Request& request, events::WebhookQueue& webhooks,
                                  const store::Account& account);
// `duplicate` and `drop` in percent, `shuffle` how many may change places, `delay` a span (200ms,
// 3s). What is not sent is off.
Json set_webhook_dials(const api::Request& request, events::WebhookQueue& webhooks,
                       const store::Account& account);
// `event` once more to `endpoint`, or to every endpoint that is enabled.
Json resend_webhook(const api::Request& request, events::WebhookQueue& webhooks,
                    const store::Account& account);
// Until everything is delivered or has failed for good; `timeout` (a span, 30s) ends it earlier.
Json wait_for_webhooks(const api::Request& request, events::WebhookQueue& webhooks,
                       const store::Account& account);

}  // namespace okapi::server
