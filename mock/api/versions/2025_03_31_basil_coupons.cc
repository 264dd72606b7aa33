#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

// coupon=x is the one discount; coupon= takes it away. Discounts that were sent, too, win.
void lift_coupon(FormNode& form) {
  for (const std::string_view key : {"coupon", "promotion_code"}) {
    std::optional<FormNode> sent = take_node(form, key);
    if (!sent || find_node(form, "discounts") != nullptr) continue;
    if (sent->is_leaf && sent->value.empty()) {
      node_at(form, {"discounts"}) = form_leaf("");
    } else {
      node_at(form, {"discounts", "0", key}) = *std::move(sent);
    }
  }
}

void lift_phases(FormNode& form) {
  FormNode* phases = find_node(form, "phases");
  if (phases == nullptr) return;
  for (auto& [index, phase] : phases->children) lift_coupon(phase);
}

void to_newer(FormNode& form) {
  lift_coupon(form);
  lift_phases(form);
  if (FormNode* schedule = find_node(form, "schedule_details")) lift_phases(*schedule);
}

constexpr std::string_view operations[] = {
    "subscriptions.create", "subscriptions.update", "subscription_schedules.create",
    "subscription_schedules.update", "invoices.create_preview"};

constexpr RenamedParam renamed[] = {{"coupon", "discounts[0][coupon]"},
                                    {"promotion_code", "discounts[0][promotion_code]"}};

}  // namespace

extern const VersionChange change_2025_03_31_basil_coupons = {
    .version = "2025-03-31.basil",
    .summary =
        "Subscriptions, phases and previews take discounts in place of coupon and "
        "promotion_code.",
    .operations = operations,
    .to_newer = to_newer,
    .renamed = renamed};

}  // namespace okapi::api::versions
