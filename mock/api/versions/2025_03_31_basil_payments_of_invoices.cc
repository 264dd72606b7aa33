#include "api/old_shapes.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& object, const Lookup& lookup) {
  const bool is_intent = object.at("object") == "payment_intent";
  object["invoice"] =
      invoice_of_payment(object.value(is_intent ? "id" : "payment_intent", Json()), lookup);
}

constexpr std::string_view objects[] = {"charge", "payment_intent"};
constexpr OldReference references[] = {{"invoice", "invoice"}};

}  // namespace

extern const VersionChange change_2025_03_31_basil_payments_of_invoices = {
    .version = "2025-03-31.basil",
    .summary = "Charges and PaymentIntents no longer name the invoice that they pay.",
    .objects = objects,
    .to_older = to_older,
    .references = references};

}  // namespace okapi::api::versions
