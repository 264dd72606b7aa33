// The fields of an invoice that a caller sets: at creation, on a draft, and the few that may still
// change afterwards (subscriptions-invoices 3.1, 3.4).
#pragma once

#include "store/account.h"

namespace okapi::engine {

struct InvoiceEdit {
  bool creating = false;
  bool draft = true;
};
void edit_invoice(store::Transaction& tx, Json& invoice, const Json& params,
                  const InvoiceEdit& edit);
// Stripe: "Finalized invoices can't be updated in this way". Throws for the first frozen field.
void check_frozen_fields(const Json& params);
// Connect on invoices is answered 501.
void refuse_unsupported_invoice(const Json& params);

}  // namespace okapi::engine
