#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view added_operations[] = {"invoices.attach_payment"};

}  // namespace

extern const VersionChange change_2025_05_28_basil_attached_payments = {
    .version = "2025-05-28.basil",
    .summary = "A payment can be attached to an invoice.",
    .added_operations = added_operations};

}  // namespace okapi::api::versions
