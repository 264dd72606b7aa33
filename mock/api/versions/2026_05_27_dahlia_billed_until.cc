#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"subscription_item"};
constexpr std::string_view added[] = {"billed_until"};

}  // namespace

extern const VersionChange change_2026_05_27_dahlia_billed_until = {
    .version = "2026-05-27.dahlia",
    .summary = "A subscription item has billed_until.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
