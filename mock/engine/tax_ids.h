// Tax ids of customers and of the account: their formats, their verification, and what of them
// invoices show.
#pragma once

#include <string>

#include "api/operation.h"

namespace okapi::engine {

// {type, value} of a customer, or of the account (`customer` empty). Emits customer.tax_id.created.
// Throws tax_id_invalid for a value that cannot be one.
store::Document add_tax_id(store::Transaction& tx, const std::string& customer, const Json& params);
// tax_id_data of a customer's creation.
void add_tax_ids(store::Transaction& tx, const std::string& customer, const Json& params);
void remove_tax_id(store::Transaction& tx, const store::Document& tax_id);

// customer_tax_ids of an invoice: [{type, value}], oldest first.
[[nodiscard]] Json shown_tax_ids(const store::Transaction& tx, const std::string& customer);

// A step of time: the authority has answered.
void verify_tax_id(store::Transaction& tx, const store::Document& tax_id,
                   const api::Settings& settings);
void tax_id_due(const Json& tax_id, std::vector<store::Due>& due);

}  // namespace okapi::engine
