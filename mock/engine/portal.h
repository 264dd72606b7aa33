// The customer portal: what a configuration lets customers do, and sessions that lead there
// (api-conventions 10.2). The pages themselves stand in hosted/.
#pragma once

#include "api/operation.h"

namespace okapi::engine {

// `base_url`: where this server's own pages stand.
store::Document create_portal_configuration(store::Transaction& tx, const Json& params,
                                            const std::string& base_url);
store::Document update_portal_configuration(store::Transaction& tx,
                                            const store::Document& configuration,
                                            const Json& params, const std::string& base_url);
// Throws for a customer or subscription that is not there, and for a flow that the configuration
// does not allow.
store::Document create_portal_session(store::Transaction& tx, const Json& params,
                                      const std::string& base_url);

}  // namespace okapi::engine
