#include "api/version_change.h"

namespace okapi::api::versions {

extern const VersionChange change_2025_09_30_clover_flexible_by_default = {
    .version = "2025-09-30.clover",
    .summary =
        "A subscription that names no billing_mode is flexible: behaviour, before it was "
        "classic.",
    .behaviour = Behaviour::classic_billing};

}  // namespace okapi::api::versions
