#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"checkout.session", "invoice", "quote"};
constexpr std::string_view added[] = {"automatic_tax.provider"};

}  // namespace

extern const VersionChange change_2025_04_30_basil_tax_providers = {
    .version = "2025-04-30.basil",
    .summary = "Automatic tax names its provider.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
