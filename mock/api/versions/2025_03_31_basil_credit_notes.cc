#include "api/form_edit.h"
#include "api/old_shapes.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& note, const Lookup&) {
  const auto refunds = note.find("refunds");
  const bool refunded = refunds != note.end() && refunds->is_array() && !refunds->empty();
  note["refund"] = refunded ? refunds->front().value("refund", Json()) : Json();
  note["tax_amounts"] = old_tax_amounts(note.value("total_taxes", Json()));
  erase_fields(note, {"refunds", "total_taxes"});
}

void to_newer(FormNode& form) { move_node(form, "refund", {"refunds", "0", "refund"}); }

constexpr std::string_view objects[] = {"credit_note"};
constexpr OldReference references[] = {{"refund", "refund"}};
constexpr std::string_view operations[] = {"credit_notes.create", "credit_notes.preview",
                                           "credit_notes.list_preview_line_items"};

}  // namespace

extern const VersionChange change_2025_03_31_basil_credit_notes = {
    .version = "2025-03-31.basil",
    .summary =
        "A credit note has a list of refunds in place of one, and total_taxes in place of "
        "tax_amounts.",
    .objects = objects,
    .to_older = to_older,
    .references = references,
    .operations = operations,
    .to_newer = to_newer};

}  // namespace okapi::api::versions
