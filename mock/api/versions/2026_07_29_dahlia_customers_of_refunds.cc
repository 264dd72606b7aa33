#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"refund"};
constexpr std::string_view added[] = {"customer", "customer_account"};

}  // namespace

extern const VersionChange change_2026_07_29_dahlia_customers_of_refunds = {
    .version = "2026-07-29.dahlia",
    .summary = "A refund names its customer.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
