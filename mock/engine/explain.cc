#include "engine/explain.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "billing/currency.h"

namespace okapi::engine {
namespace {

constexpr std::size_t width = 88;

// Characters as they fill columns: descriptions hold a multiplication sign, names may hold
// anything.
std::size_t columns(const std::string& text) { return character_count(text); }

std::string money(const std::string& currency, std::int64_t amount) {
  return billing::price_text(currency, Decimal::from_integer(amount));
}

// A row with its amount at the right edge.
void row(std::string& out, const std::string& label, const std::string& amount) {
  const std::size_t used = columns(label) + columns(amount);
  out += label;
  out.append(used + 2 < width ? width - used : 2, ' ');
  out += amount;
  out += '\n';
}

std::string when(const Json& period, const char* bound) {
  std::string text = to_rfc3339(integer(period, bound));
  text.resize(std::string_view("2024-10-01T00:00:00").size());
  text[10] = ' ';
  return text;
}

std::string window(const Json& period) {
  return concat(when(period, "start"), " to ", when(period, "end"));
}

std::string counted(std::int64_t number, const char* one) {
  return concat(std::to_string(number), " ", one, number == 1 ? "" : "s");
}

void explain_usage(std::string& out, const Json& usage) {
  out += concat("    usage    ", text(usage, "event_name"), ", ", text(usage, "formula"), " of ",
                counted(integer(usage, "events"), "event"), ", ", window(usage), ": ",
                text(usage, "aggregate"), "\n");
  if (text(usage, "left_out") != "0") {
    out += concat("             less ", text(usage, "left_out"),
                  " billed before this period was cut short: ", text(usage, "quantity"), "\n");
  } else if (text(usage, "quantity") != text(usage, "aggregate")) {
    out += concat("             below zero bills as ", text(usage, "quantity"), "\n");
  }
}

std::string tier_range(const Json& step) {
  const std::string& above = text(step, "above");
  const std::optional<std::string> up_to = maybe_text(step, "up_to");
  if (!up_to) return above == "0" ? "any quantity" : concat("above ", above);
  if (above == "0") return concat("up to ", *up_to);
  return concat("above ", above, " up to ", *up_to);
}

std::string times(const Json& step, const std::string& currency) {
  const Decimal unit_amount = decimal(step, "unit_amount");
  return concat(text(step, "units"), " × ", billing::price_text(currency, unit_amount));
}

// The exact product in minor units, and what one rounding made of it.
std::string rounding(const Json& step) {
  const std::string amount = std::to_string(integer(step, "amount"));
  const std::string& exact = text(step, "exact");
  if (exact == amount) return concat(" = ", amount, " minor units");
  return concat(" = ", exact, " minor units, rounded to ", amount);
}

std::string whole_cent(const Json& step) {
  return concat(", halves down = ", std::to_string(integer(step, "amount")), " minor units");
}

std::string step_text(const Json& step, const std::string& currency) {
  const std::string& kind = text(step, "kind");
  if (kind == "previously_billed") return "billed by an earlier invoice of this period";
  if (kind == "amount") return "an amount of its own";
  if (kind == "proration") return concat(text(step, "exact"), " seconds", whole_cent(step));
  std::string working = concat(times(step, currency), rounding(step));
  if (step.contains("whole_amount")) {
    const std::string intervals =
        step.contains("whole_intervals")
            ? counted(integer(step, "whole_intervals"), "interval") + " and "
            : std::string();
    working = concat(times(step, currency), " for ", intervals,
                     std::to_string(integer(step, "seconds")), " of ",
                     std::to_string(integer(step, "period_seconds")), " seconds", whole_cent(step));
  }
  if (kind == "package") {
    return concat("package of ", std::to_string(integer(step, "divide_by")), ": ",
                  text(step, "quantity"), " rounded ", text(step, "round"), " to ",
                  text(step, "units"), "; ", working);
  }
  if (kind == "tier_unit") {
    return concat("tier ", std::to_string(integer(step, "tier")), ", ",
                  text(step, "tiers_mode") == "volume" ? "volume, " : "", tier_range(step), ": ",
                  working);
  }
  if (kind == "tier_flat") {
    return concat("tier ", std::to_string(integer(step, "tier")), ", flat amount of the tier: ",
                  billing::price_text(currency, decimal(step, "unit_amount")));
  }
  return working;
}

std::string credit_name(const Json& credit) {
  const std::optional<std::string> name = maybe_text(credit, "name");
  const std::string planned = has(credit, "transaction") ? "" : ", not posted yet";
  return concat("    credit   ",
                name ? concat(*name, " (", text(credit, "grant"), ")") : text(credit, "grant"),
                planned);
}

// "10 % of the item (di_…)".
std::string discount_name(const Json& discount) {
  const std::optional<std::string> percent = maybe_text(discount, "percent_off");
  return concat(percent ? concat(*percent, " % ") : std::string("amount "), "of the ",
                text(discount, "level"), " (", text(discount, "discount"), ")");
}

void explain_line(std::string& out, const Json& line, const std::string& currency) {
  row(out, "  " + maybe_text(line, "description").value_or("(no description)"),
      money(currency, integer(line, "amount")));
  out += concat("    period   ", window(line.at("period")), "\n");
  if (has(line, "usage")) explain_usage(out, line.at("usage"));
  for (const Json& step : line.at("steps")) {
    out += concat("    working  ", step_text(step, currency), "\n");
  }
  for (const Json& discount : line.at("discounts")) {
    row(out, concat("    discount ", discount_name(discount)),
        money(currency, -integer(discount, "amount")));
  }
  for (const Json& credit : line.at("credits")) {
    row(out, credit_name(credit), money(currency, -integer(credit, "amount")));
  }
  for (const Json& tax : line.at("taxes")) {
    const bool inside = boolean(tax, "inclusive");
    row(out,
        concat("    tax      ", text(tax, "percentage"), inside ? " % inside " : " % on ",
               money(currency, integer(tax, "base"))),
        money(currency, integer(tax, "amount")));
  }
}

void total_row(std::string& out, const Json& explanation, const char* label, const char* field,
               int sign) {
  const std::int64_t amount = integer(explanation, field) * sign;
  if (amount == 0) return;
  row(out, concat("  ", label), money(text(explanation, "currency"), amount));
}

void explain_totals(std::string& out, const Json& explanation) {
  const std::string& currency = text(explanation, "currency");
  row(out, "  Subtotal", money(currency, integer(explanation, "subtotal")));
  total_row(out, explanation, "Discounts", "discounts", -1);
  total_row(out, explanation, "Billing credits", "credits", -1);
  total_row(out, explanation, "Tax", "tax", 1);
  total_row(out, explanation, "Shipping", "shipping", 1);
  row(out, "  Total", money(currency, integer(explanation, "total")));
  total_row(out, explanation, "Customer balance", "applied_balance", 1);
  total_row(out, explanation, "Below the minimum charge, left to the next invoice", "carried_over",
            -1);
  if (has(explanation, "credit_notes")) {
    for (const Json& note : explanation.at("credit_notes")) {
      const bool before = integer(note, "pre_payment") != 0;
      row(out,
          concat("  Credit note ", text(note, "number"),
                 before ? "" : ", after payment, given back"),
          money(currency, -integer(note, "amount")));
    }
  }
  row(out, "  Amount due", money(currency, integer(explanation, "amount_due")));
}

}  // namespace

std::string explanation_text(const Json& explanation) {
  std::string out = concat("Invoice ", text(explanation, "id"));
  if (const auto number = maybe_text(explanation, "number")) out += concat(" (", *number, ")");
  out += concat(", ", text(explanation, "billing_reason"), ", ", text(explanation, "currency"),
                ", ", text(explanation, "customer"), "\n");
  out += concat("  ", window(explanation.at("period")), "\n\n");
  for (const Json& line : explanation.at("lines")) {
    explain_line(out, line, text(explanation, "currency"));
    out += '\n';
  }
  if (explanation.at("lines").empty()) out += "  no lines\n\n";
  explain_totals(out, explanation);
  return out;
}

}  // namespace okapi::engine
