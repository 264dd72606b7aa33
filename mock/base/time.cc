#include "base/time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace okapi {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

// Beyond these years no field of Stripe goes; they keep every sum of spans far from overflow.
constexpr int first_year = 1900;
constexpr int last_year = 9999;

year_month_day to_date(int year, int month, int day) {
  return std::chrono::year{year} / std::chrono::month{static_cast<unsigned>(month)} /
         std::chrono::day{static_cast<unsigned>(day)};
}

template <std::size_t size, typename... Values>
std::string print(const char* format, Values... values) {
  std::array<char, size> buffer;
  const int length = std::snprintf(buffer.data(), buffer.size(), format, values...);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

// Takes exactly `width` digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, width)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(width);
  return value;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// "Z", "+02:00", "-0530": seconds east of UTC.
std::optional<Seconds> take_offset(std::string_view& text) {
  if (take(text, "Z") || take(text, "z")) return 0;
  const bool west = text.starts_with('-');
  if (!take(text, "+") && !take(text, "-")) return std::nullopt;
  const std::optional<int> hours = take_digits(text, 2);
  take(text, ":");
  const std::optional<int> minutes = take_digits(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const Seconds east = *hours * hour + *minutes * minute;
  return west ? -east : east;
}

std::optional<Seconds> parse_rfc3339(std::string_view text) {
  Civil civil;
  const std::optional<int> year = take_digits(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const std::optional<int> month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const std::optional<int> day_of_month = take_digits(text, 2);
  if (!day_of_month || *month < 1 || *month > 12) return std::nullopt;
  if (*day_of_month < 1 || *day_of_month > days_in_month(*year, *month)) return std::nullopt;
  civil = {.year = *year, .month = *month, .day = *day_of_month};
  if (text.empty()) return from_civil(civil);

  if (!take(text, "T") && !take(text, "t") && !take(text, " ")) return std::nullopt;
  const std::optional<int> hours = take_digits(text, 2);
  if (!hours || !take(text, ":")) return std::nullopt;
  const std::optional<int> minutes = take_digits(text, 2);
  if (!minutes || !take(text, ":")) return std::nullopt;
  const std::optional<int> seconds = take_digits(text, 2);
  if (!seconds || *hours > 23 || *minutes > 59 || *seconds > 59) return std::nullopt;
  if (take(text, ".")) {
    const std::size_t fraction = std::min(text.find_first_not_of("0123456789"), text.size());
    if (fraction == 0) return std::nullopt;
    text.remove_prefix(fraction);  // whole seconds only, as every v1 field has them
  }
  const std::optional<Seconds> east = take_offset(text);
  if (!east || !text.empty()) return std::nullopt;
  civil.hour = *hours;
  civil.minute = *minutes;
  civil.second = *seconds;
  return from_civil(civil) - *east;
}

struct Unit {
  std::string_view name;
  int months = 0;
  Seconds seconds = 0;
};

// Longest names first: "mo" before "m".
constexpr std::array units = {
    Unit{.name = "mo", .months = 1},       Unit{.name = "y", .months = 12},
    Unit{.name = "w", .seconds = 7 * day}, Unit{.name = "d", .seconds = day},
    Unit{.name = "h", .seconds = hour},    Unit{.name = "m", .seconds = minute},
    Unit{.name = "s", .seconds = 1},
};

constexpr std::int64_t most_months = std::int64_t{12} * 1000;
constexpr Seconds most_seconds = Seconds{1000} * 366 * day;

// One term of a span: "2h".
std::optional<Seconds> add_term(Seconds from, std::string_view& span) {
  const std::optional<std::int64_t> count = take_number(span);
  if (!count || *count < 0) return std::nullopt;
  const auto unit = std::ranges::find_if(units, [&](const Unit& u) { return take(span, u.name); });
  if (unit == units.end()) return std::nullopt;
  if (unit->months > 0) {
    if (*count > most_months / unit->months) return std::nullopt;
    return add_months(from, static_cast<int>(*count) * unit->months);
  }
  if (*count > most_seconds / unit->seconds) return std::nullopt;
  return from + *count * unit->seconds;
}

}  // namespace

Civil to_civil(Seconds at) {
  const std::chrono::sys_seconds time{std::chrono::seconds{at}};
  const sys_days midnight = std::chrono::floor<std::chrono::days>(time);
  const year_month_day date{midnight};
  const auto within = static_cast<int>((time - midnight).count());
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<int>(static_cast<unsigned>(date.month())),
          .day = static_cast<int>(static_cast<unsigned>(date.day())),
          .hour = within / 3600,
          .minute = within / 60 % 60,
          .second = within % 60};
}

Seconds from_civil(const Civil& civil) {
  const sys_days midnight{to_date(civil.year, civil.month, civil.day)};
  return midnight.time_since_epoch().count() * day + civil.hour * hour + civil.minute * minute +
         civil.second;
}

int days_in_month(int year, int month) {
  const std::chrono::year_month_day_last last{
      std::chrono::year{year},
      std::chrono::month_day_last{std::chrono::month{static_cast<unsigned>(month)}}};
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

Seconds add_months(Seconds anchor, int months) {
  Civil civil = to_civil(anchor);
  const int counted = civil.year * 12 + (civil.month - 1) + months;
  civil.year = counted >= 0 ? counted / 12 : (counted - 11) / 12;
  civil.month = counted - civil.year * 12 + 1;
  civil.day = std::min(civil.day, days_in_month(civil.year, civil.month));
  return from_civil(civil);
}

std::string to_rfc3339(Seconds at) {
  const Civil c = to_civil(at);
  return print<48>("%04d-%02d-%02dT%02d:%02d:%02d.000Z", c.year, c.month, c.day, c.hour, c.minute,
                   c.second);
}

std::string to_day_text(Seconds at) {
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil c = to_civil(at);
  return print<32>("%02d %s %d", c.day, months.at(static_cast<std::size_t>(c.month - 1)), c.year);
}

std::optional<Seconds> parse_time(std::string_view text) {
  std::string_view rest = text;
  const std::optional<std::int64_t> number = take_number(rest);
  const std::optional<Seconds> at = number && rest.empty() ? number : parse_rfc3339(text);
  constexpr Civil first{.year = first_year};
  constexpr Civil after{.year = last_year + 1};
  if (!at || *at < from_civil(first) || *at >= from_civil(after)) return std::nullopt;
  return at;
}

std::optional<Seconds> add_span(Seconds from, std::string_view span) {
  if (span.empty()) return std::nullopt;
  std::optional<Seconds> at = from;
  const Seconds end = from_civil({.year = last_year + 1});
  while (at && !span.empty()) {
    at = add_term(*at, span);
    if (at && *at >= end) return std::nullopt;
  }
  return at;
}

Seconds wall_clock() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

std::int64_t monotonic_microseconds() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

}  // namespace okapi
