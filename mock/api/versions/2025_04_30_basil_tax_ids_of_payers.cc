#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"charge", "confirmation_token", "payment_method"};
constexpr std::string_view added[] = {"billing_details.tax_id",
                                      "payment_method_preview.billing_details.tax_id"};

}  // namespace

extern const VersionChange change_2025_04_30_basil_tax_ids_of_payers = {
    .version = "2025-04-30.basil",
    .summary = "Billing details have a tax_id.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
