#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_newer(FormNode& form) {
  node_at(form, {"payment_behavior"}) = form_leaf("resume_on_payment_success");
}

constexpr std::string_view operations[] = {"subscriptions.resume"};
constexpr std::string_view added_params[] = {"payment_behavior"};

}  // namespace

extern const VersionChange change_2026_09_30_endive_resume_payment_behavior = {
    .version = "2026-09-30.endive",
    .summary = "Resuming a subscription takes payment_behavior; before, it waited for the payment.",
    .operations = operations,
    .added_params = added_params,
    .to_newer = to_newer};

}  // namespace okapi::api::versions
