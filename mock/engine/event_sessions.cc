#include "engine/event_sessions.h"

#include "api/error.h"

namespace okapi::engine {
namespace {

constexpr std::string_view kind = "okapi.meter_event_session";
constexpr Seconds lifetime = 15 * minute;

}  // namespace

EventSession open_event_session(store::Transaction& tx) {
  EventSession session{.token = tx.new_id("mes_token_", 42), .expires_at = tx.now() + lifetime};
  tx.insert({{"object", kind}, {"id", session.token}, {"expires_at", session.expires_at}});
  return session;
}

void check_event_session(const store::Transaction& tx, std::string_view bearer) {
  const store::Document session = tx.find(kind, bearer);
  if (session && integer(*session, "expires_at") <= tx.now()) {
    throw api::meter_event_session_expired();
  }
}

}  // namespace okapi::engine
