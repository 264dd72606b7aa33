#include "engine/event_sessions.h"

#include "api/error.h"
#include "base/text.h"

namespace okapi::engine {
namespace {

constexpr std::string_view kind = "okapi.meter_event_session";
constexpr std::string_view token_prefix = "mes_token_";
constexpr std::string_view account_prefix = "acct_";
constexpr Seconds lifetime = 15 * minute;

}  // namespace

EventSession open_event_session(store::Transaction& tx) {
  const std::string account = tx.account_id().substr(account_prefix.size());
  const std::string prefix = concat(token_prefix, account, "_");
  EventSession session{.token = tx.new_id(prefix, static_cast<int>(prefix.size()) + 32),
                       .expires_at = tx.now() + lifetime};
  tx.insert({{"object", kind}, {"id", session.token}, {"expires_at", session.expires_at}});
  return session;
}

void check_event_session(const store::Transaction& tx, std::string_view bearer) {
  if (!bearer.starts_with(token_prefix)) return;
  const store::Document session = tx.find(kind, bearer);
  if (!session) throw api::invalid_api_key(bearer);
  if (integer(*session, "expires_at") <= tx.now()) throw api::meter_event_session_expired();
}

std::string account_of_token(std::string_view bearer) {
  if (!bearer.starts_with(token_prefix)) return {};
  bearer.remove_prefix(token_prefix.size());
  return concat(account_prefix, bearer.substr(0, bearer.find('_')));
}

}  // namespace okapi::engine
