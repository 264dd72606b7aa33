#include "api/dials.h"

namespace okapi::api {
namespace {

constexpr const char* kind = "okapi.dials";
constexpr const char* id = "dials";

Dials read_dials(const store::Document& stored) {
  if (!stored) return {};
  return {.rate_limit = integer(*stored, "rate_limit"),
          .endpoint_rate_limit = integer(*stored, "endpoint_rate_limit"),
          .search_rate_limit = integer(*stored, "search_rate_limit"),
          .lock_timeouts = boolean(*stored, "lock_timeouts"),
          .meter_lag = integer(*stored, "meter_lag"),
          .search_lag = integer(*stored, "search_lag")};
}

}  // namespace

Dials dials_of(const store::Transaction& tx) { return read_dials(tx.find(kind, id)); }

Dials dials_of(const store::Account& account) {
  return account.count(kind) == 0 ? Dials() : read_dials(account.find_committed(kind, id));
}

void set_dials(store::Transaction& tx, const Dials& dials) {
  Json tree = shown_dials(dials);
  tree["id"] = id;
  tree["object"] = kind;
  if (const store::Document stored = tx.find(kind, id)) {
    tx.update(stored, [&](Json& edited) { edited = tree; });
  } else {
    tx.insert(std::move(tree));
  }
}

Json shown_dials(const Dials& dials) {
  return {{"object", kind},
          {"endpoint_rate_limit", dials.endpoint_rate_limit},
          {"lock_timeouts", dials.lock_timeouts},
          {"meter_lag", dials.meter_lag},
          {"rate_limit", dials.rate_limit},
          {"search_lag", dials.search_lag},
          {"search_rate_limit", dials.search_rate_limit}};
}

}  // namespace okapi::api
