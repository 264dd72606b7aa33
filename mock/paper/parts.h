// Pieces that several kinds of sheets are put together from.
#pragma once

#include "paper/sheet.h"

namespace okapi::paper {

// Who is billed, as an invoice or a customer says it: name, address, email, phone, tax ids.
struct PartyFields {
  const char* name;
  const char* address;
  const char* email;
  const char* phone;
};
[[nodiscard]] std::vector<std::string> party_of(const Json& object, const PartyFields& fields);
[[nodiscard]] std::vector<std::string> customer_party(const Json& customer);

// Rows of {amount, discount} and of total_taxes as entries of the totals.
void add_discounts(std::vector<Entry>& totals, const Json& rows, std::string_view currency,
                   const Lookup& lookup);
void add_taxes(std::vector<Entry>& totals, const Json& rows, std::string_view currency,
               const Lookup& lookup);
// "5 × Hypernian (at $1.00 / month)" stays as it is; the period and the taxes are its note.
[[nodiscard]] Row line_row(const Json& line, std::string_view currency, const Lookup& lookup);

}  // namespace okapi::paper
