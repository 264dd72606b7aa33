#include "api/old_shapes.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void restore_parent(Json& invoice) {
  const Json details = at_path(invoice, {"parent", "subscription_details"});
  const bool of_subscription = details.is_object();
  invoice["quote"] = at_path(invoice, {"parent", "quote_details", "quote"});
  invoice["subscription"] = of_subscription ? details.value("subscription", Json()) : Json();
  // Stripe: the hash is there for every invoice (recorded 2023).
  invoice["subscription_details"] = {
      {"metadata", of_subscription ? details.value("metadata", Json()) : Json()}};
  if (of_subscription && has(details, "subscription_proration_date")) {
    invoice["subscription_proration_date"] = details.at("subscription_proration_date");
  }
}

void restore_payment(Json& invoice, const Lookup& lookup) {
  OldPayment payment = payment_of_invoice(invoice, lookup);
  invoice["charge"] = std::move(payment.charge);
  invoice["paid"] = maybe_text(invoice, "status") == "paid";
  invoice["paid_out_of_band"] = payment.out_of_band;
  invoice["payment_intent"] = std::move(payment.payment_intent);
}

void to_older(Json& invoice, const Lookup& lookup) {
  restore_parent(invoice);
  restore_payment(invoice, lookup);
  const Json taxes = invoice.value("total_taxes", Json());
  const bool taxed = taxes.is_array() && !taxes.empty();
  invoice["tax"] = taxed ? Json(sum_of_taxes(taxes, false)) : Json();
  invoice["total_tax_amounts"] = old_tax_amounts(taxes);
  invoice["discount"] = first_discount(invoice, lookup);
  invoice["application_fee_amount"] = nullptr;
  invoice["transfer_data"] = nullptr;
  erase_fields(invoice,
               {"amount_overpaid", "confirmation_secret", "parent", "payments", "total_taxes"});
}

constexpr std::string_view objects[] = {"invoice"};
constexpr OldReference references[] = {{"charge", "charge"},
                                       {"payment_intent", "payment_intent"},
                                       {"quote", "quote"},
                                       {"subscription", "subscription"},
                                       {"discount", "discount"}};

}  // namespace

extern const VersionChange change_2025_03_31_basil_invoices = {
    .version = "2025-03-31.basil",
    .summary =
        "An invoice tells where it comes from in parent and what pays it in payments; the "
        "fields for one subscription, one payment and one tax are gone.",
    .objects = objects,
    .to_older = to_older,
    .references = references};

}  // namespace okapi::api::versions
