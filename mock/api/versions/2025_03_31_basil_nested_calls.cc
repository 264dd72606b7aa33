#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void only_cards(FormNode& form) { node_at(form, {"object"}) = form_leaf("card"); }
void only_bank_accounts(FormNode& form) { node_at(form, {"object"}) = form_leaf("bank_account"); }

constexpr OldCall calls[] = {
    {"GET", "/v1/customers/{=customer}/subscriptions", "subscriptions.list"},
    {"POST", "/v1/customers/{=customer}/subscriptions", "subscriptions.create"},
    {"GET", "/v1/customers/{}/subscriptions/{id}", "subscriptions.retrieve"},
    {"POST", "/v1/customers/{}/subscriptions/{id}", "subscriptions.update"},
    {"DELETE", "/v1/customers/{}/subscriptions/{id}", "subscriptions.cancel"},
    {"DELETE", "/v1/customers/{}/subscriptions/{id}/discount", "subscriptions.delete_discount"},
    {"GET", "/v1/customers/{id}/cards", "customers.list_sources", only_cards},
    {"POST", "/v1/customers/{id}/cards", "customers.create_source"},
    {"GET", "/v1/customers/{id}/cards/{id}", "customers.retrieve_source"},
    {"POST", "/v1/customers/{id}/cards/{id}", "customers.update_source"},
    {"DELETE", "/v1/customers/{id}/cards/{id}", "customers.delete_source"},
    {"GET", "/v1/customers/{id}/bank_accounts", "customers.list_sources", only_bank_accounts},
    {"POST", "/v1/customers/{id}/bank_accounts", "customers.create_source"},
    {"GET", "/v1/customers/{id}/bank_accounts/{id}", "customers.retrieve_source"},
    {"POST", "/v1/customers/{id}/bank_accounts/{id}", "customers.update_source"},
    {"DELETE", "/v1/customers/{id}/bank_accounts/{id}", "customers.delete_source"},
    {"POST", "/v1/customers/{id}/bank_accounts/{id}/verify", "customers.verify_source"},
    {"GET", "/v1/charges/{=charge}/refunds", "refunds.list"},
    {"POST", "/v1/charges/{=charge}/refunds", "refunds.create"},
    {"GET", "/v1/charges/{}/refunds/{id}", "refunds.retrieve"},
    {"POST", "/v1/charges/{}/refunds/{id}", "refunds.update"},
    {"GET", "/v1/balance/history", "balance_transactions.list"},
    {"GET", "/v1/balance/history/{id}", "balance_transactions.retrieve"},
};

}  // namespace

// Guess: Stripe does not say when it stops answering these. Its description of 2024-04-10 has
// them, the SDKs of basil and later do not.
extern const VersionChange change_2025_03_31_basil_nested_calls = {
    .version = "2025-03-31.basil",
    .summary =
        "Subscriptions, cards and bank accounts of a customer, refunds of a charge and the "
        "balance's history have no paths of their own.",
    .calls = calls};

}  // namespace okapi::api::versions
