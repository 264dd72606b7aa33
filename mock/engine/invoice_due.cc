#include "engine/invoice_due.h"

namespace okapi::engine {

void invoice_due(const Json& invoice, std::vector<store::Due>& due) {
  if (maybe_boolean(invoice, "_gave_up")) return;
  const std::string clock = maybe_text(invoice, "test_clock").value_or("");
  const std::string& status = text(invoice, "status");
  if (status == "draft") {
    const auto at = maybe_integer(invoice, "automatically_finalizes_at");
    if (at && maybe_boolean(invoice, "auto_advance")) {
      due.push_back({.at = *at, .rank = 6, .action = "finalize", .clock = clock});
    }
    return;
  }
  if (status != "open") return;
  if (maybe_boolean(invoice, "_collect")) {
    due.push_back({.at = 0, .rank = 0, .action = "collect", .clock = ""});
  }
  if (const auto at = maybe_integer(invoice, "next_payment_attempt")) {
    due.push_back({.at = *at, .rank = 7, .action = "retry", .clock = clock});
  }
  const auto due_date = maybe_integer(invoice, "due_date");
  if (due_date && text(invoice, "collection_method") == "send_invoice" &&
      !maybe_boolean(invoice, "_overdue")) {
    due.push_back({.at = *due_date, .rank = 8, .action = "overdue", .clock = clock});
  }
  if (const auto days = maybe_integer(invoice, "_will_be_due_days")) {
    due.push_back(
        {.at = *due_date - *days * day, .rank = 9, .action = "notice_due_date", .clock = clock});
  }
  if (const auto days = maybe_integer(invoice, "_overdue_days")) {
    due.push_back(
        {.at = *due_date + *days * day, .rank = 9, .action = "notice_overdue", .clock = clock});
  }
}

}  // namespace okapi::engine
