// What the Stripe CLI asks of Stripe beside the API itself (api-conventions 12): sessions to listen
// on (cli_sessions.h), logging in, and sending an event again.
#pragma once

#include <string>
#include <string_view>

#include "api/request.h"

namespace okapi::events {
class WebhookQueue;
}

namespace okapi::server {

struct Options;
class Accounts;
class CliSessions;

class StripeCli {
 public:
  struct Parts {
    const Options& options;
    Accounts& accounts;
    CliSessions& sessions;
    events::WebhookQueue& webhooks;
  };
  explicit StripeCli(const Parts& parts) : parts_(parts) {}

  [[nodiscard]] static bool is_path(const api::Request& request);
  // Throws api::ApiError.
  [[nodiscard]] api::Response handle(const api::Request& request);

 private:
  [[nodiscard]] api::Response resend(const api::Request& request, std::string_view event);
  [[nodiscard]] api::Response begin_login(const api::Request& request) const;
  [[nodiscard]] api::Response login() const;

  Parts parts_;
};

}  // namespace okapi::server
