// Revisions of invoices that stand (from_invoice): a draft with the same lines, which may be
// changed; when it is finalized it takes the place of the original, which becomes void.
#pragma once

#include "engine/bill.h"

namespace okapi::engine {

// The original that from_invoice of the parameters names, empty without. Throws for one that cannot
// be revised.
[[nodiscard]] store::Document original_of(store::Transaction& tx, const Json& params);
// Makes the bill a revision: its lines as invoice items of their own, and what was set by hand.
void copy_original(store::Transaction& tx, Bill& bill, const Json& original);
// Finalization of the revision.
void replace_original(store::Transaction& tx, const Json& revision);

}  // namespace okapi::engine
