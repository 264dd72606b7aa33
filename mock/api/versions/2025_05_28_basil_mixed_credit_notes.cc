#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& note, const Lookup&) {
  // Guess: what touched a payment at all was called so.
  if (note.value("type", "") == "mixed") note["type"] = "post_payment";
}

constexpr std::string_view objects[] = {"credit_note"};
constexpr std::string_view added[] = {"post_payment_amount", "pre_payment_amount"};

}  // namespace

extern const VersionChange change_2025_05_28_basil_mixed_credit_notes = {
    .version = "2025-05-28.basil",
    .summary =
        "A credit note may be both before and after the payment, and says how much of each "
        "it is.",
    .objects = objects,
    .added = added,
    .to_older = to_older};

}  // namespace okapi::api::versions
