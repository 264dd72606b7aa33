#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"subscription"};
constexpr std::string_view added[] = {"invoice_settings.custom_fields",
                                      "invoice_settings.description", "invoice_settings.footer"};

}  // namespace

extern const VersionChange change_2026_06_24_dahlia_invoice_texts_of_subscriptions = {
    .version = "2026-06-24.dahlia",
    .summary =
        "The invoice settings of a subscription have custom_fields, description and "
        "footer.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
