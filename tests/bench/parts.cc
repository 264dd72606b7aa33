// parts charge | parts meter COUNT [identifiers]: what a part costs where the socket would hide it.
// Each line is a name, the median of some rounds, the least and the greatest.
//   charge   a graduated price of five tiers, all of them reached: nanoseconds
//   meter    COUNT usage events of one customer, with identifiers or without: bytes an event, and
//            nanoseconds for the sum of a window with 10,000 of them
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "billing/rate.h"
#include "store/meter_log.h"

namespace {

using namespace okapi;
using Clock = std::chrono::steady_clock;

constexpr int rounds = 7;
volatile std::int64_t kept = 0;  // so that no result can be left out

// Nanoseconds of one of `times`, round by round.
void print_times(const char* name, int times, const std::function<std::int64_t(int)>& once) {
  std::vector<double> each;
  for (int round = 0; round < rounds; ++round) {
    std::int64_t sum = 0;
    const Clock::time_point began = Clock::now();
    for (int i = 0; i < times; ++i) sum += once(i);
    each.push_back(std::chrono::duration<double, std::nano>(Clock::now() - began).count() / times);
    kept = kept + sum;
  }
  std::ranges::sort(each);
  std::printf("%s %.1f %.1f %.1f\n", name, each[rounds / 2], each.front(), each.back());
}

Decimal decimal(std::string_view text) { return Decimal::parse(text).value(); }

billing::Tier tier(std::optional<Decimal> up_to, std::string_view unit_amount) {
  return {.up_to = up_to, .unit_amount = decimal(unit_amount), .flat_amount = {}};
}

void charge() {
  const billing::Rate price = {
      .unit_amount = {},
      .package = {},
      .tiers = {tier(decimal("100"), "0"), tier(decimal("1000"), "5"),
                tier(decimal("10000"), "4.5"), tier(decimal("100000"), "3.25"), tier({}, "0.125")}};
  std::vector<Decimal> quantities;
  for (int i = 0; i < 1024; ++i) quantities.push_back(Decimal::from_integer(100'001 + 977 * i));
  print_times("charge_ns", 200'000, [&](int i) {
    return billing::total_of(
        billing::rate(price, quantities[static_cast<std::size_t>(i) % quantities.size()]));
  });
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void meter(int count, bool with_identifiers) {
  constexpr Seconds start = 1'767'225'600;
  constexpr int window = 10'000;
  const double before = resident_bytes();
  store::MeterLog log;
  for (int i = 0; i < count; ++i) {
    // Three a second, in the order in which they arrive: 10 million are 39 days.
    const Seconds at = start + i / 3;
    log.append({.meter = "mtr_bench",
                .customer = "cus_bench",
                .identifier = with_identifiers ? "event_" + std::to_string(i) : "",
                .point = {.at = at,
                          .value = Decimal::from_integer(1 + i % 7),
                          .received = static_cast<std::uint64_t>(i) + 1},
                .received_at = start});
  }
  const double each = (resident_bytes() - before) / count;
  std::printf("bytes %.1f %.1f %.1f\n", each, each, each);
  std::mt19937 random(1);
  std::uniform_int_distribution<Seconds> place(0, std::max(0, count / 3 - window / 3));
  print_times("window_ns", 20'000, [&](int) {
    const Seconds from = start + place(random);
    return log.aggregate("mtr_bench", "cus_bench", from, from + window / 3).count;
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view part = argc > 1 ? argv[1] : "";
  const int count = argc > 2 ? std::atoi(argv[2]) : 0;
  if (part == "charge") {
    charge();
  } else if (part == "meter" && count > 0) {
    meter(count, argc > 3);
  } else {
    std::fprintf(stderr, "usage: parts charge | parts meter COUNT [identifiers]\n");
    return 2;
  }
  return 0;
}
