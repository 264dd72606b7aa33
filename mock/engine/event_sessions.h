// Sessions of the meter event stream: tokens that are good for 15 minutes. Whose they are, the
// server remembers; whether they still are, the account knows.
#pragma once

#include <string>
#include <string_view>

#include "store/account.h"

namespace okapi::engine {

struct EventSession {
  std::string token;
  Seconds expires_at = 0;
};
[[nodiscard]] EventSession open_event_session(store::Transaction& tx);
// Throws when the bearer is a token whose time is over. Differs: a secret key passes, so that the
// stream can be tried without a session.
void check_event_session(const store::Transaction& tx, std::string_view bearer);

}  // namespace okapi::engine
