// Where next_action.redirect_to_url leads: a bank would ask its customer here
// (api-conventions 9.4).
#pragma once

#include "api/request.h"

namespace okapi::server {
class Dispatch;
}

namespace okapi::hosted {

// The client secret in the query tells whose intent it is; the buttons go to the control path of
// the same address.
[[nodiscard]] api::Response challenge_page(server::Dispatch& dispatch, const api::Request& request);

}  // namespace okapi::hosted
