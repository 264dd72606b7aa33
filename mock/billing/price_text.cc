#include "billing/price_text.h"

#include "base/check.h"
#include "base/text.h"
#include "billing/currency.h"

namespace okapi::billing {
namespace {

constexpr std::string_view times = " × ";

std::string word_of(Interval interval) {
  switch (interval) {
    case Interval::day:
      return "day";
    case Interval::week:
      return "week";
    case Interval::month:
      return "month";
    case Interval::year:
      return "year";
  }
  OKAPI_UNREACHABLE();
}

// "31 credit × Gitpod Usage".
std::string counted(Decimal quantity, const LineWords& words) {
  std::string text = quantity.text();
  if (!words.unit_label.empty()) text += ' ' + words.unit_label;
  return concat(text, times, words.product);
}

// "$0.001 / month".
std::string rate_text(Decimal unit_amount, const LineWords& words) {
  return concat(price_text(words.currency, unit_amount), " / ", interval_text(words.recurrence));
}

// Stripe: "3 × Product", and the product alone for one (recorded, docs prorations). Guess: the unit
// label, which no recorded text shows, is left out.
std::string changed(Decimal quantity, const LineWords& words) {
  if (quantity == Decimal::from_integer(1)) return words.product;
  return concat(quantity.text(), times, words.product);
}

}  // namespace

std::string interval_text(const Recurrence& recurrence) {
  std::string word = word_of(recurrence.interval);
  if (recurrence.interval_count == 1) return word;
  return concat("every ", std::to_string(recurrence.interval_count), " ", word, "s");
}

std::string line_text(const RatedLine& line, const LineWords& words) {
  const std::string rate = rate_text(line.unit_amount, words);
  switch (line.kind) {
    case LineKind::per_unit:
      return concat(counted(line.quantity, words), " (at ", rate, ")");
    case LineKind::package:
      // Stripe: the quantity is the usage, not the packages, and has no label.
      return concat(line.quantity.text(), times, words.product, " (at ",
                    price_text(words.currency, line.unit_amount), " per ",
                    std::to_string(words.divide_by), " units / ", interval_text(words.recurrence),
                    ")");
    case LineKind::tier_unit:
      return concat(counted(line.quantity, words), " (Tier ", std::to_string(line.tier), " at ",
                    rate, ")");
    case LineKind::tier_flat:
      return concat(words.product, " (Tier ", std::to_string(line.tier), " at ", rate, ")");
  }
  OKAPI_UNREACHABLE();
}

std::string free_trial_text(Decimal quantity, const LineWords& words) {
  return concat("Free trial for ", counted(quantity, words));
}

std::string classic_trial_text(const LineWords& words) {
  return concat("Trial period for ", words.product);
}

std::string classic_metered_trial_text(Decimal quantity, const LineWords& words) {
  return concat(counted(quantity, words), " (Free trial)");
}

std::string unused_time_text(Decimal quantity, const LineWords& words, Seconds at) {
  return concat("Unused time on ", changed(quantity, words), " after ", to_day_text(at));
}

std::string remaining_time_text(Decimal quantity, const LineWords& words, Seconds at) {
  return concat("Remaining time on ", changed(quantity, words), " after ", to_day_text(at));
}

}  // namespace okapi::billing
