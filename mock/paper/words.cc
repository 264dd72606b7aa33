#include "paper/words.h"

#include <array>

#include "base/text.h"
#include "billing/currency.h"

namespace okapi::paper {
namespace {

constexpr std::array<std::string_view, 12> months = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

std::string_view month_of(const Civil& civil) {
  return months[static_cast<std::size_t>(civil.month - 1)];
}

// "Nov 24".
std::string month_and_day(Seconds at) {
  const Civil civil = to_civil(at);
  return concat(month_of(civil).substr(0, 3), " ", std::to_string(civil.day));
}

std::string number_text(const Json& number) {
  std::string written = number.is_string() ? number.get<std::string>() : number.dump();
  if (written.find('.') == written.npos) return written;
  written.erase(written.find_last_not_of('0') + 1);
  if (written.ends_with('.')) written.pop_back();
  return written;
}

}  // namespace

std::string money(std::string_view currency, std::int64_t amount) {
  return billing::price_text(currency, Decimal::from_integer(amount));
}

std::string long_day(Seconds at) {
  const Civil civil = to_civil(at);
  return concat(month_of(civil), " ", std::to_string(civil.day), ", ", std::to_string(civil.year));
}

std::string short_day(Seconds at) {
  return concat(month_and_day(at), ", ", std::to_string(to_civil(at).year));
}

std::string days_between(Seconds start, Seconds end) {
  const bool same_year = to_civil(start).year == to_civil(end).year;
  return concat(same_year ? month_and_day(start) : short_day(start), " – ", short_day(end));
}

std::vector<std::string> address_lines(const Json& address) {
  std::vector<std::string> lines;
  if (!address.is_object()) return lines;
  const auto part = [&](const char* name) { return maybe_text(address, name).value_or(""); };
  const auto add = [&](std::string line) {
    if (!line.empty()) lines.push_back(std::move(line));
  };
  add(part("line1"));
  add(part("line2"));
  std::string place = part("city");
  for (const char* name : {"state", "postal_code"}) {
    const std::string more = part(name);
    if (more.empty()) continue;
    if (!place.empty()) place += name == std::string_view("state") ? ", " : " ";
    place += more;
  }
  add(std::move(place));
  add(part("country"));
  return lines;
}

std::string coupon_text(const Json& coupon) {
  std::string off;
  if (has(coupon, "percent_off")) {
    off = number_text(coupon.at("percent_off")) + "% off";
  } else if (const auto amount = maybe_integer(coupon, "amount_off")) {
    off = money(maybe_text(coupon, "currency").value_or("usd"), *amount) + " off";
  }
  const auto name = maybe_text(coupon, "name");
  if (!name) return off;
  return off.empty() ? *name : concat(*name, " (", off, ")");
}

std::string tax_rate_text(const Json& rate) {
  std::string name = maybe_text(rate, "display_name").value_or("Tax");
  if (!has(rate, "percentage")) return name;
  return concat(name, " (", number_text(rate.at("percentage")), "%",
                maybe_boolean(rate, "inclusive") ? " inclusive)" : ")");
}

}  // namespace okapi::paper
