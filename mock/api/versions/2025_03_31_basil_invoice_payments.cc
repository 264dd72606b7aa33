#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view added_operations[] = {"invoice_payments.list",
                                                 "invoice_payments.retrieve"};

}  // namespace

extern const VersionChange change_2025_03_31_basil_invoice_payments = {
    .version = "2025-03-31.basil",
    .summary = "Invoice payments can be retrieved and listed.",
    .added_operations = added_operations};

}  // namespace okapi::api::versions
