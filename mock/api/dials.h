// How closely an account keeps to what is a nuisance about the real thing (api-conventions 13):
// rate limits, locks, results that come late. All off by default; set by /_okapi/dials and kept in
// the account's state, so that a reset turns them off and a snapshot keeps them.
#pragma once

#include <cstdint>

#include "base/json.h"
#include "store/account.h"

namespace okapi::api {

struct Dials {
  std::int64_t rate_limit = 0;           // requests a second, of the account; 0: unlimited
  std::int64_t endpoint_rate_limit = 0;  // of one operation
  std::int64_t search_rate_limit = 0;    // of one search
  bool lock_timeouts = false;            // 429 where two requests change one object at once
  // These pass on the account's clock.
  Seconds meter_lag = 0;   // until usage counts
  Seconds search_lag = 0;  // until new objects are found
};

[[nodiscard]] Dials dials_of(const store::Transaction& tx);
// Without a transaction; costs next to nothing where none is set.
[[nodiscard]] Dials dials_of(const store::Account& account);
void set_dials(store::Transaction& tx, const Dials& dials);
[[nodiscard]] Json shown_dials(const Dials& dials);

}  // namespace okapi::api
