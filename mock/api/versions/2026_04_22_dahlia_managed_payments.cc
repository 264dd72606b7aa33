#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"checkout.session", "payment_intent", "payment_link",
                                        "setup_intent", "subscription"};
constexpr std::string_view added[] = {"managed_payments"};

}  // namespace

extern const VersionChange change_2026_04_22_dahlia_managed_payments = {
    .version = "2026-04-22.dahlia",
    .summary = "Subscriptions and intents have managed_payments.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
