#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"invoice"};
constexpr std::string_view added[] = {"amount_paid_off_stripe"};

}  // namespace

extern const VersionChange change_2026_05_27_dahlia_payments_off_stripe = {
    .version = "2026-05-27.dahlia",
    .summary = "An invoice has amount_paid_off_stripe.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
