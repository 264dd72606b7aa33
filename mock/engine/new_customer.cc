#include "engine/new_customer.h"

#include <algorithm>
#include <cctype>

#include "api/operation.h"

namespace okapi::engine {
namespace {

std::string new_invoice_prefix(store::Transaction& tx) {
  std::string prefix = tx.new_id("", 8);
  std::ranges::transform(prefix, prefix.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return prefix;
}

Json blank_customer() {
  Json customer = api::blank_object("customer");
  customer.update({{"address", nullptr},
                   {"balance", 0},
                   {"currency", nullptr},
                   {"customer_account", nullptr},
                   {"default_source", nullptr},
                   {"delinquent", false},
                   {"description", nullptr},
                   {"discount", nullptr},
                   {"email", nullptr},
                   {"invoice_settings",
                    {{"custom_fields", nullptr},
                     {"default_payment_method", nullptr},
                     {"footer", nullptr},
                     {"rendering_options", nullptr}}},
                   {"metadata", Json::object()},
                   {"name", nullptr},
                   {"next_invoice_sequence", 1},
                   {"phone", nullptr},
                   {"preferred_locales", Json::array()},
                   {"shipping", nullptr},
                   {"tax_exempt", "none"},
                   {"test_clock", nullptr}});
  return customer;
}

}  // namespace

Json new_customer(store::Transaction& tx) {
  // Made once: creating customers is what tests and fixtures do most.
  static const Json blank = blank_customer();
  Json customer = blank;
  customer["created"] = tx.now();
  customer["id"] = api::new_id(tx, "customer");
  customer["invoice_prefix"] = new_invoice_prefix(tx);
  return customer;
}

Json whole_address(const Json& given) {
  Json address = {{"city", nullptr},  {"country", nullptr},     {"line1", nullptr},
                  {"line2", nullptr}, {"postal_code", nullptr}, {"state", nullptr}};
  if (given.is_object()) address.update(given);
  return address;
}

}  // namespace okapi::engine
