#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"subscription_schedule", "quote"};
constexpr std::string_view added[] = {"default_settings.invoice_settings.custom_fields",
                                      "default_settings.invoice_settings.description",
                                      "default_settings.invoice_settings.footer",
                                      "phases.invoice_settings.custom_fields",
                                      "phases.invoice_settings.description",
                                      "phases.invoice_settings.footer",
                                      "invoice_settings.custom_fields",
                                      "invoice_settings.description",
                                      "invoice_settings.footer"};

}  // namespace

extern const VersionChange change_2026_07_29_dahlia_invoice_texts_of_schedules = {
    .version = "2026-07-29.dahlia",
    .summary =
        "The invoice settings of schedules and quotes have custom_fields, description "
        "and footer.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
