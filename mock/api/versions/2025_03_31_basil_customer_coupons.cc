#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_newer(FormNode& form) {
  for (const std::string_view key : {"coupon", "promotion_code"}) {
    std::optional<FormNode> sent = take_node(form, key);
    if (!sent) continue;
    if (sent->is_leaf && sent->value.empty()) {
      FormNode none = form_leaf("");
      none.is_lifted = true;
      node_at(form, {"_discounts"}) = std::move(none);
    } else {
      node_at(form, {"_discounts", "0", key}) = *std::move(sent);
    }
  }
}

constexpr std::string_view operations[] = {"customers.create", "customers.update"};
constexpr RenamedParam renamed[] = {{"coupon", "_discounts[0][coupon]"},
                                    {"promotion_code", "_discounts[0][promotion_code]"}};

}  // namespace

extern const VersionChange change_2025_03_31_basil_customer_coupons = {
    .version = "2025-03-31.basil",
    .summary =
        "A customer takes no coupon any more; what older versions send becomes _discounts, "
        "a parameter of okapi's own.",
    .operations = operations,
    .to_newer = to_newer,
    .renamed = renamed};

}  // namespace okapi::api::versions
