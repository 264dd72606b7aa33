// Documents to billing values, one reader per billing type. The field names of a price that money
// depends on are spelled here and in resources/prices.cc, nowhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "billing/period.h"
#include "billing/rate.h"
#include "store/account.h"

namespace okapi::engine {

// What a price says about money in one currency.
struct PriceTerms {
  std::string id;
  std::string product;
  std::string currency;
  billing::Rate rate;
  bool recurring = false;
  billing::Recurrence recurrence;  // of a recurring price
  bool metered = false;
  std::string meter;  // empty: no usage can reach it
};

// Reads the price and what is kept beside it (price_details). `currency` empty: the price's own.
// Nullopt when the price does not know the currency.
[[nodiscard]] std::optional<PriceTerms> find_price_terms(const store::Transaction& tx,
                                                         const Json& price,
                                                         const std::string& currency);
// The same for a price id, where both have been checked before.
[[nodiscard]] PriceTerms price_terms(const store::Transaction& tx, std::string_view price,
                                     const std::string& currency);

// `recurring` of a price.
[[nodiscard]] billing::Recurrence read_recurrence(const Json& recurring);

// Flexible billing (the default) or classic.
[[nodiscard]] bool is_flexible(const Json& subscription);

}  // namespace okapi::engine
