// Disputes: what the test cards for them make of a charge that has succeeded, and how evidence
// decides them (api-conventions 9.2; docs, testing disputes).
#pragma once

#include "api/operation.h"

namespace okapi::engine {

// After a charge went through: a dispute, an inquiry or an early fraud warning, where its card is
// one of those.
void follow_charge(store::Transaction& tx, const store::Document& charge,
                   const store::Document& payment_method);

// Merges evidence and submits it unless told otherwise. The words winning_evidence and
// losing_evidence decide the dispute.
store::Document submit_evidence(store::Transaction& tx, const store::Document& dispute,
                                const Json& params);
// Gives in. A dispute that is lost ends the subscription that was paid, where the settings say so.
store::Document close_dispute(store::Transaction& tx, const store::Document& dispute,
                              const api::Settings& settings);

// Steps of time: the decision after evidence, the deadline without.
void decide_dispute(store::Transaction& tx, const store::Document& dispute,
                    const api::Settings& settings);
void pass_deadline(store::Transaction& tx, const store::Document& dispute,
                   const api::Settings& settings);
void dispute_due(const Json& dispute, std::vector<store::Due>& due);

}  // namespace okapi::engine
