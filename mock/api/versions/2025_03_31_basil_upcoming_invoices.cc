#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

// What would change was told flat: subscription_items[0][price].
void lift_details(FormNode& form) {
  for (const std::string_view name :
       {"billing_cycle_anchor", "cancel_at", "cancel_at_period_end", "cancel_now",
        "default_tax_rates", "items", "proration_behavior", "proration_date", "resume_at",
        "start_date", "trial_end"}) {
    move_node(form, "subscription_" + std::string(name), {"subscription_details", name});
  }
}

// The lines alone: what is expanded in them stands in the whole invoice's lines.
void lift_lines(FormNode& form) {
  lift_details(form);
  // Differs: all lines come at once, whatever the page; no preview has many.
  for (const std::string_view name : {"limit", "starting_after", "ending_before"}) {
    take_node(form, name);
  }
  FormNode* paths = find_node(form, "expand");
  if (paths == nullptr) return;
  if (paths->is_leaf) paths->value = "lines." + paths->value;
  for (auto& [index, path] : paths->children) path.value = "lines." + path.value;
}

Json lines_of(Json invoice) {
  Json lines = std::move(invoice["lines"]);
  lines["url"] = "/v1/invoices/upcoming/lines";
  return lines;
}

constexpr OldCall calls[] = {
    {.method = "GET",
     .path = "/v1/invoices/upcoming",
     .operation = "invoices.create_preview",
     .to_newer = lift_details},
    {.method = "GET",
     .path = "/v1/invoices/upcoming/lines",
     .operation = "invoices.create_preview",
     .to_newer = lift_lines,
     .answer = lines_of},
};

}  // namespace

extern const VersionChange change_2025_03_31_basil_upcoming_invoices = {
    .version = "2025-03-31.basil",
    .summary =
        "The upcoming invoice is previewed with POST /v1/invoices/create_preview; GET "
        "/v1/invoices/upcoming and its lines are gone.",
    .calls = calls};

}  // namespace okapi::api::versions
