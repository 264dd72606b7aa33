#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& intent, const Lookup& lookup) {
  Json data = Json::array();
  const std::string id = maybe_text(intent, "id").value_or("");
  for (const store::Document& charge : lookup.where("charge", "payment_intent", id)) {
    data.insert(data.begin(), whole_object(lookup, "charge", charge.id()));
  }
  intent["charges"] = {{"object", "list"},
                       {"has_more", false},
                       {"total_count", data.size()},
                       {"url", "/v1/charges?payment_intent=" + id},
                       {"data", std::move(data)}};
  intent.erase("latest_charge");
}

constexpr std::string_view objects[] = {"payment_intent"};

}  // namespace

extern const VersionChange change_2022_11_15_latest_charge = {
    .version = "2022-11-15",
    .summary = "A PaymentIntent names its latest_charge; before, it held the list of its charges.",
    .objects = objects,
    .to_older = to_older};

}  // namespace okapi::api::versions
