// Tokens of the meter event stream: made with a secret key, good for 15 minutes. A token carries
// the account that it was made in, so that authentication finds the account without a search.
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
// Throws when the bearer is a token whose time is over, or none of this account. Differs: a secret
// key passes, so that the stream can be tried without a session.
void check_event_session(const store::Transaction& tx, std::string_view bearer);
// The account id inside of a token; empty when the bearer is no token.
[[nodiscard]] std::string account_of_token(std::string_view bearer);

}  // namespace okapi::engine
