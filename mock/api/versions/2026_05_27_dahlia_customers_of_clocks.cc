#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view operations[] = {"test_helpers.test_clocks.create"};
constexpr std::string_view added_params[] = {"customer"};

}  // namespace

extern const VersionChange change_2026_05_27_dahlia_customers_of_clocks = {
    .version = "2026-05-27.dahlia",
    .summary = "A test clock takes a customer when it is created.",
    .operations = operations,
    .added_params = added_params};

}  // namespace okapi::api::versions
