#include "api/version_change.h"

namespace okapi::api::versions {

extern const VersionChange change_2025_03_31_basil_lists_without_counts = {
    .version = "2025-03-31.basil",
    .summary =
        "A list no longer counts what it would give in total: behaviour, "
        "expand[]=total_count is refused.",
    .behaviour = Behaviour::counts_lists};

}  // namespace okapi::api::versions
