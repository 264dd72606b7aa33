#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

constexpr std::string_view objects[] = {"billing.credit_balance_summary",
                                        "billing.credit_grant",
                                        "billing_portal.session",
                                        "cash_balance",
                                        "checkout.session",
                                        "confirmation_token",
                                        "credit_note",
                                        "customer",
                                        "customer_balance_transaction",
                                        "customer_cash_balance_transaction",
                                        "customer_session",
                                        "discount",
                                        "invoice",
                                        "invoiceitem",
                                        "payment_intent",
                                        "payment_method",
                                        "promotion_code",
                                        "quote",
                                        "setup_attempt",
                                        "setup_intent",
                                        "subscription",
                                        "subscription_schedule",
                                        "tax_id"};
constexpr std::string_view added[] = {"customer_account"};

}  // namespace

extern const VersionChange change_2025_12_15_clover_customer_accounts = {
    .version = "2025-12-15.clover",
    .summary = "Whatever names a customer names a customer_account, too.",
    .objects = objects,
    .added = added};

}  // namespace okapi::api::versions
