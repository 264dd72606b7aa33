#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"invoiceitem"};
constexpr std::string_view added[] = {"frozen_fields"};

}  // namespace

extern const VersionChange change_2026_08_26_dahlia_frozen_fields = {
    .version = "2026-08-26.dahlia",
    .summary = "An invoice item lists its frozen_fields.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
