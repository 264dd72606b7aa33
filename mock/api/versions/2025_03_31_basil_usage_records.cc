#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

// okapi.price_details says how a price without a meter sums up its usage records.
Json aggregate_usage(const Lookup& lookup, const Json& price) {
  const Json id = price.value("id", Json());
  if (!id.is_string()) return {};
  const store::Document details =
      lookup.find("okapi.price_details", id.get_ref<const std::string&>());
  return details ? details->value("aggregate_usage", Json()) : Json();
}

void to_older(Json& object, const Lookup& lookup) {
  Json word = aggregate_usage(lookup, object);
  if (object.at("object") == "plan") {
    object["aggregate_usage"] = std::move(word);
  } else if (has(object, "recurring")) {
    object["recurring"]["aggregate_usage"] = std::move(word);
  }
}

// A metered price without a meter is one of usage records.
void lift_metered(FormNode& form, FormNode& recurring) {
  std::optional<FormNode> word = take_node(recurring, "aggregate_usage");
  const FormNode* type = find_node(recurring, "usage_type");
  const bool metered = type != nullptr && type->value == "metered";
  if (!metered || find_node(recurring, "meter") != nullptr) return;
  FormNode lifted = word ? *std::move(word) : form_leaf("sum");
  lifted.is_lifted = true;
  node_at(form, {"_aggregate_usage"}) = std::move(lifted);
}

void to_newer(FormNode& form) {
  FormNode* recurring = find_node(form, "recurring");
  lift_metered(form, recurring != nullptr ? *recurring : form);
}

constexpr std::string_view objects[] = {"plan", "price"};
constexpr std::string_view operations[] = {"plans.create", "prices.create"};
constexpr std::string_view removed_operations[] = {"usage_record_summaries.list",
                                                   "usage_records.create"};

}  // namespace

extern const VersionChange change_2025_03_31_basil_usage_records = {
    .version = "2025-03-31.basil",
    .summary =
        "Usage is reported to meters. Usage records and aggregate_usage are gone, and with "
        "them metered prices without a meter, which older versions still make.",
    .objects = objects,
    .to_older = to_older,
    .operations = operations,
    .to_newer = to_newer,
    .removed_operations = removed_operations};

}  // namespace okapi::api::versions
