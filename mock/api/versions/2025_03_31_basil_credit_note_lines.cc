#include "api/old_shapes.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

void to_older(Json& line, const Lookup&) {
  add_amounts_excluding_tax(line, line.value("unit_amount_decimal", Json()));
  line["tax_amounts"] = old_tax_amounts(line.value("taxes", Json()));
  erase_fields(line, {"taxes"});
}

constexpr std::string_view objects[] = {"credit_note_line_item"};

}  // namespace

extern const VersionChange change_2025_03_31_basil_credit_note_lines = {
    .version = "2025-03-31.basil",
    .summary =
        "A line of a credit note has taxes in place of tax_amounts and the amounts "
        "excluding tax.",
    .objects = objects,
    .to_older = to_older};

}  // namespace okapi::api::versions
