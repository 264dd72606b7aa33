// Binds every resource. The list is written by the build from the files of this folder:
// resources/billing/meters.cc has register_billing_meters.
#pragma once

#include "api/operation.h"

namespace okapi::resources {

void register_all(api::Registry& registry);

}  // namespace okapi::resources
