// A visit to the customer portal: the session, what its configuration allows, and where its pages
// lie.
#pragma once

#include <string>

#include "hosted/view.h"
#include "hosted/visit.h"

namespace okapi::hosted {

struct Portal {
  explicit Portal(const Visit& of);

  const Visit& visit;
  store::Document session;
  store::Document configuration;
  std::string customer;

  [[nodiscard]] const Json& feature(std::string_view name) const;
  [[nodiscard]] bool allows(std::string_view name) const;
  [[nodiscard]] Json flow() const { return session->at("flow"); }
  // Of this customer; throws a 404 for anybody else's.
  [[nodiscard]] Json subscription(const std::string& id) const;
  // Values that every page of the portal has.
  [[nodiscard]] Json values(const std::string& title) const;
  [[nodiscard]] api::Response shown(const std::string& name, Json values, int status = 200) const;
};

// "Hypernian", "$20.00 per month" of an item or price.
[[nodiscard]] std::string plan_name(const Portal& portal, const Json& price);
[[nodiscard]] std::string plan_price(const Json& price, const Json& quantity);

// The pages, from portal_home.cc and portal_plans.cc. `alert`: what went wrong before.
[[nodiscard]] api::Response portal_home(const Portal& portal, const std::string& alert);
[[nodiscard]] api::Response portal_card(const Portal& portal, const std::string& card_error);
[[nodiscard]] api::Response portal_details(const Portal& portal, const std::string& alert);
[[nodiscard]] api::Response portal_plans(const Portal& portal, const std::string& id,
                                         const std::string& alert);
[[nodiscard]] api::Response portal_cancel(const Portal& portal, const std::string& id,
                                          const std::string& alert);
[[nodiscard]] api::Response portal_pause(const Portal& portal, const std::string& id,
                                         const std::string& alert);
// `items`: [{id, price, quantity}] as the subscription shall have them.
[[nodiscard]] api::Response portal_confirm(const Portal& portal, const std::string& id,
                                           const Json& items, const std::string& alert);
// Whether a change waits for the end of the period, as `schedule_at_period_end` has it.
[[nodiscard]] bool waits_for_period_end(const Portal& portal, const Json& subscription,
                                        const Json& items);
// The coupon that the flow offers to whom wants to cancel this subscription; empty: none.
[[nodiscard]] std::string offered_coupon(const Portal& portal, const std::string& id);
// items as form parameters of an update, with the proration that the configuration asks for.
[[nodiscard]] Form update_form(const Portal& portal, const Json& items, const std::string& prefix);

}  // namespace okapi::hosted
