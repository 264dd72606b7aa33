// Payment links: an offer that makes a Checkout Session for everybody who visits it
// (api-conventions 10.3).
#pragma once

#include <string>

#include "engine/checkout/session.h"

namespace okapi::engine {

store::Document create_link(store::Transaction& tx, const Json& params,
                            const std::string& base_url);
store::Document update_link(store::Transaction& tx, const store::Document& link,
                            const Json& params);

struct LinkVisit {
  std::string email = {};  // prefilled_email
  std::string client_reference_id = {};
  std::string promotion_code = {};  // prefilled_promo_code; one that is no good is passed over
};
// The session of a visit. Throws where the link takes no more of them.
store::Document visit_link(store::Transaction& tx, const store::Document& link,
                           const LinkVisit& visit, const SessionOrigin& origin);
// A session of the link was completed; the last one that is allowed closes it.
void count_completed(store::Transaction& tx, const std::string& link);

}  // namespace okapi::engine
