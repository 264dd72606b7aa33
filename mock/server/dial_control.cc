#include "server/dial_control.h"

#include <limits>

#include "api/dials.h"
#include "api/error.h"
#include "server/accounts.h"
#include "server/control_input.h"
#include "store/committed.h"

namespace okapi::server {
namespace {

constexpr std::int64_t highest_rate = 1'000'000;

void read_rate(const ControlInput& input, std::string_view name, std::int64_t& rate) {
  const std::optional<std::int64_t> given = input.integer(name);
  if (!given) return;
  if (*given < 0) throw api::at_least(name, 0);
  if (*given > highest_rate) throw api::at_most(name, highest_rate);
  rate = *given;
}

void read_span(const ControlInput& input, std::string_view name, Seconds& span) {
  const std::optional<std::string> given = input.text(name);
  if (!given) return;
  const std::optional<Seconds> until = *given == "0" ? Seconds(0) : add_span(0, *given);
  if (!until) throw api::invalid_request("Invalid span. Write it as 30s, 5m or 1h.", name);
  span = *until;
}

}  // namespace

Json change_dials(const api::Request& request, World& world) {
  const ControlInput input(request, {"endpoint_rate_limit", "lock_timeouts", "meter_lag",
                                     "rate_limit", "search_lag", "search_rate_limit"});
  store::Transaction tx(world.store, {});
  api::Dials dials = api::dials_of(tx);
  read_rate(input, "rate_limit", dials.rate_limit);
  read_rate(input, "endpoint_rate_limit", dials.endpoint_rate_limit);
  read_rate(input, "search_rate_limit", dials.search_rate_limit);
  if (input.text("lock_timeouts")) dials.lock_timeouts = input.flag("lock_timeouts");
  read_span(input, "meter_lag", dials.meter_lag);
  const Seconds search_lag_before = dials.search_lag;
  read_span(input, "search_lag", dials.search_lag);
  api::set_dials(tx, dials);
  const Seconds now = tx.clock().now();
  tx.commit();
  // What is there already was there before.
  if (search_lag_before == 0 && dials.search_lag > 0) {
    world.traffic.note_newest(std::numeric_limits<Seconds>::min(),
                              store::newest_sequence(*world.store.committed()));
    world.traffic.note_newest(now, store::newest_sequence(*world.store.committed()));
  }
  return api::shown_dials(dials);
}

}  // namespace okapi::server
