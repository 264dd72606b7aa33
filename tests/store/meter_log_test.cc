#include "store/meter_log.h"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

using namespace okapi;
using store::MeterEntry;
using store::MeterLog;
using store::MeterPoint;
using store::WindowAggregate;

namespace {

Decimal number(const std::string& text) {
  const std::optional<Decimal> parsed = Decimal::parse(text);
  REQUIRE_MESSAGE(parsed.has_value(), text);
  return *parsed;
}

MeterEntry event(const std::string& identifier, Seconds at, const std::string& value,
                 std::uint64_t received) {
  return {.meter = "mtr_1",
          .customer = "cus_1",
          .identifier = identifier,
          .point = {.at = at, .value = number(value), .received = received},
          .received_at = at};
}

// What a log must equal: a list and nothing clever.
class NaiveLog {
 public:
  void append(const MeterEntry& entry) { entries_.push_back(entry); }

  [[nodiscard]] std::optional<MeterEntry> find(const std::string& identifier, Seconds now) const {
    std::optional<MeterEntry> found;
    for (const MeterEntry& entry : entries_) {
      if (entry.identifier == identifier && entry.received_at > now - day) found = entry;
    }
    return found;
  }

  bool cancel(const std::string& identifier, Seconds now) {
    const std::optional<MeterEntry> entry = find(identifier, now);
    if (!entry) return false;
    std::erase_if(entries_, [&](const MeterEntry& each) {
      return each.point.received == entry->point.received;
    });
    return true;
  }

  [[nodiscard]] std::vector<MeterPoint> points(const std::string& meter,
                                               const std::string& customer, Seconds start,
                                               Seconds end) const {
    std::vector<MeterPoint> found;
    for (const MeterEntry& each : entries_) {
      const bool inside = start <= each.point.at && each.point.at < end;
      if (inside && each.meter == meter && each.customer == customer) found.push_back(each.point);
    }
    std::ranges::sort(found, {}, [](const MeterPoint& p) { return std::tuple(p.at, p.received); });
    return found;
  }

  [[nodiscard]] std::vector<std::string> customers(const std::string& meter) const {
    std::set<std::string> found;
    for (const MeterEntry& each : entries_) {
      if (each.meter == meter) found.insert(each.customer);
    }
    return {found.begin(), found.end()};
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  std::vector<MeterEntry> entries_;
};

void check_same(const MeterPoint& actual, const MeterPoint& expected) {
  REQUIRE(actual.at == expected.at);
  REQUIRE(actual.value == expected.value);
  REQUIRE(actual.received == expected.received);
}

void check_window(const MeterLog& log, const NaiveLog& naive, const std::string& customer,
                  Seconds start, Seconds end) {
  CAPTURE(start);
  CAPTURE(end);
  const std::vector<MeterPoint> expected = naive.points("mtr_1", customer, start, end);
  const std::vector<MeterPoint> actual = log.points("mtr_1", customer, start, end);
  REQUIRE(actual.size() == expected.size());
  Decimal sum;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    check_same(actual[i], expected[i]);
    sum += expected[i].value;
  }
  const WindowAggregate window = log.aggregate("mtr_1", customer, start, end);
  REQUIRE(window.sum == sum);
  REQUIRE(window.count == static_cast<std::int64_t>(expected.size()));
  REQUIRE(window.last.has_value() == !expected.empty());
  if (window.last) check_same(*window.last, expected.back());
}

// How events arrive: what the random walk below draws from.
struct Habit {
  std::string name;
  Seconds spread = 0;  // of timestamps behind the present
  int steps = 0;
  int wide = 0;  // one of so many values does not pack; 0: none
};

class Walk {
 public:
  Walk(const Habit& habit, std::uint64_t seed) : habit_(habit), engine_(seed) {}

  void step() {
    now_ += static_cast<Seconds>(below(habit_.spread / 50 + 2));
    switch (below(40)) {
      case 0:
        cancel();
        break;
      case 1:
        copies_.emplace_back(log_, naive_);
        break;
      case 2:
        restore();
        break;
      case 3:
        look();
        break;
      default:
        append();
        break;
    }
  }

  void check_all() {
    for (const auto& [log, naive] : copies_) check(log, naive);
    check(log_, naive_);
  }
  [[nodiscard]] const MeterLog& log() const { return log_; }

 private:
  std::uint64_t below(std::int64_t bound) { return engine_() % static_cast<std::uint64_t>(bound); }

  std::string draw_value() {
    if (habit_.wide > 0 && below(habit_.wide) == 0) return "12345678901234567.890123456789";
    const std::uint64_t digits = below(1'000'000);
    switch (below(4)) {
      case 0:
        return "-" + std::to_string(digits);
      case 1:
        return std::to_string(digits) + ".000000000001";
      case 2:
        return std::to_string(digits) + ".5";
      default:
        return std::to_string(digits);
    }
  }

  void append() {
    const std::string identifier = below(10) == 0 ? "" : "id " + std::to_string(below(5'000));
    if (!identifier.empty()) {
      const bool known = naive_.find(identifier, now_).has_value();
      REQUIRE(log_.find(identifier, now_).has_value() == known);
      if (known) return;
    }
    MeterEntry entry = event(identifier, now_ - static_cast<Seconds>(below(habit_.spread + 1)),
                             draw_value(), ++received_);
    entry.customer = "cus_" + std::to_string(below(3));
    entry.received_at = now_;
    log_.append(entry);
    naive_.append(entry);
  }

  void cancel() {
    const std::string identifier = "id " + std::to_string(below(5'000));
    const std::optional<MeterEntry> expected = naive_.find(identifier, now_);
    const std::optional<MeterEntry> found = log_.find(identifier, now_);
    REQUIRE(found.has_value() == expected.has_value());
    if (found) {
      check_same(found->point, expected->point);
      REQUIRE(found->meter == expected->meter);
      REQUIRE(found->customer == expected->customer);
      REQUIRE(found->identifier == identifier);
      REQUIRE(found->received_at == expected->received_at);
    }
    REQUIRE(log_.cancel(identifier, now_) == naive_.cancel(identifier, now_));
    REQUIRE_FALSE(log_.find(identifier, now_).has_value());
  }

  // A transaction that is dropped, or a snapshot that is brought back.
  void restore() {
    if (copies_.empty()) return;
    const std::size_t index = below(static_cast<std::int64_t>(copies_.size()));
    if (below(2) == 0) {
      copies_.erase(copies_.begin() + static_cast<std::ptrdiff_t>(index));
    } else {
      std::tie(log_, naive_) = copies_[index];
    }
  }

  void look() {
    const Seconds start = now_ - static_cast<Seconds>(below(2 * habit_.spread + 10));
    const Seconds end = start + static_cast<Seconds>(below(habit_.spread + 10));
    check_window(log_, naive_, "cus_" + std::to_string(below(4)), start, end);
  }

  void check(const MeterLog& log, const NaiveLog& naive) {
    REQUIRE(log.size() == naive.size());
    REQUIRE(log.customers("mtr_1") == naive.customers("mtr_1"));
    for (const std::string customer : {"cus_0", "cus_1", "cus_2", "cus_3"}) {
      check_window(log, naive, customer, 0, now_ + 1);
    }
  }

  Habit habit_;
  std::mt19937_64 engine_;
  MeterLog log_;
  NaiveLog naive_;
  std::vector<std::pair<MeterLog, NaiveLog>> copies_;
  Seconds now_ = 1'700'000'000;
  std::uint64_t received_ = 0;
};

}  // namespace

TEST_CASE("a log equals a list of events, through any mixture of writes and copies") {
  const Habit habits[] = {
      {"in time order", 0, 6'000, 0},
      {"all at nearly one moment", 2, 6'000, 0},
      {"late by minutes", 600, 6'000, 50},
      {"late by weeks", 35 * day, 6'000, 5},
      {"a lifetime apart", 200 * 366 * day, 2'000, 0},
  };
  std::uint64_t seed = 7;
  for (const Habit& habit : habits) {
    CAPTURE(habit.name);
    Walk walk(habit, ++seed);
    for (int step = 0; step < habit.steps; ++step) walk.step();
    walk.check_all();
    CHECK(walk.log().size() > 0);
  }
}

TEST_CASE("a window includes its start and excludes its end") {
  MeterLog log;
  log.append(event("a", 100, "25", 1));
  log.append(event("b", 200, "40", 2));
  log.append(event("c", 150, "-5", 3));
  log.append(event("d", 150, "0.5", 4));
  CHECK(log.aggregate("mtr_1", "cus_1", 100, 201).sum.text() == "60.5");
  CHECK(log.aggregate("mtr_1", "cus_1", 100, 200).sum.text() == "20.5");
  CHECK(log.aggregate("mtr_1", "cus_1", 101, 200).sum.text() == "-4.5");
  CHECK(log.aggregate("mtr_1", "cus_1", 101, 200).last->received == 4);
  CHECK(log.aggregate("mtr_1", "cus_1", 201, 300).count == 0);
  CHECK(log.aggregate("mtr_1", "cus_1", 200, 100).count == 0);
  CHECK(log.aggregate("mtr_1", "cus_2", 0, 300).count == 0);
  CHECK(log.aggregate("mtr_2", "cus_1", 0, 300).count == 0);
}

TEST_CASE("an identifier counts for 24 hours from its arrival") {
  MeterLog log;
  log.append(event("a", 1000, "1", 1));
  CHECK(log.find("a", 1000).has_value());
  CHECK(log.find("a", 1000 + day - 1).has_value());
  CHECK_FALSE(log.find("a", 1000 + day).has_value());
  CHECK_FALSE(log.find("b", 1000).has_value());
  CHECK_FALSE(log.find("", 1000).has_value());
  CHECK_FALSE(log.cancel("a", 1000 + day));
  CHECK(log.size() == 1);

  log.append(event("a", 1000 + day, "2", 2));
  CHECK(log.size() == 2);
  CHECK(log.find("a", 1000 + day)->point.received == 2);
  CHECK(log.cancel("a", 1000 + day));
  CHECK(log.points("mtr_1", "cus_1", 0, 1000 + 2 * day).size() == 1);
}

TEST_CASE("a canceled event is gone, and its identifier free") {
  MeterLog log;
  log.append(event("a", 1000, "1", 1));
  CHECK(log.cancel("a", 1000));
  CHECK(log.size() == 0);
  CHECK(log.customers("mtr_1").empty());
  CHECK_FALSE(log.cancel("a", 1000));
  log.append(event("b", 900, "5", 2));
  CHECK(log.aggregate("mtr_1", "cus_1", 0, 2000).sum.text() == "5");
}

TEST_CASE("an event is found for cancellation however far its time is from its arrival") {
  MeterLog log;
  std::uint64_t received = 0;
  for (Seconds at = 0; at < 5'000; ++at) log.append(event("", at, "1", ++received));
  MeterEntry late = event("late", 17, "1000", ++received);
  late.received_at = 5'000;
  log.append(late);
  MeterEntry early = event("early", 4'000'000, "2000", ++received);
  early.received_at = 5'000;
  // Enough others before it that it does not stand in the chunk of its arrival.
  for (Seconds at = 3'000'000; at < 3'001'000; ++at) log.append(event("", at, "0", ++received));
  log.append(early);
  CHECK(log.aggregate("mtr_1", "cus_1", 0, 5'000'000).sum.text() == "8000");
  CHECK(log.cancel("late", 5'000));
  CHECK(log.cancel("early", 5'000));
  CHECK(log.aggregate("mtr_1", "cus_1", 0, 5'000'000).sum.text() == "5000");
}

TEST_CASE("visited entries make an equal log again, deduplication included") {
  MeterLog log;
  std::mt19937_64 engine(11);
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    MeterEntry entry =
        event("id " + std::to_string(i), 100'000 + static_cast<Seconds>(engine() % 5'000),
              std::to_string(i) + ".25", i + 1);
    entry.meter = "mtr_" + std::to_string(i % 2);
    entry.customer = "cus_" + std::to_string(i % 7);
    entry.received_at = 110'000;
    if (i % 5 == 0) entry.identifier.clear();
    log.append(entry);
  }
  log.cancel("id 42", 110'000);

  MeterLog copy;
  log.visit([&](const MeterEntry& entry) { copy.append(entry); });
  CHECK(copy.size() == log.size());
  for (const std::string meter : {"mtr_0", "mtr_1"}) {
    CHECK(copy.customers(meter) == log.customers(meter));
    for (const std::string& customer : log.customers(meter)) {
      const std::vector<MeterPoint> expected = log.points(meter, customer, 0, 200'000);
      const std::vector<MeterPoint> actual = copy.points(meter, customer, 0, 200'000);
      REQUIRE(actual.size() == expected.size());
      for (std::size_t i = 0; i < actual.size(); ++i) check_same(actual[i], expected[i]);
    }
  }
  CHECK_FALSE(copy.find("id 42", 110'000).has_value());
  CHECK_FALSE(copy.find("id 45", 110'000).has_value());
  CHECK(copy.find("id 43", 110'000)->point.received == 44);
  CHECK(copy.find("id 43", 110'000)->received_at == 110'000);
  CHECK(copy.cancel("id 43", 110'000));
}

TEST_CASE("values of any size keep their digits") {
  MeterLog log;
  const std::string values[] = {"0",
                                "-0.000000000001",
                                "999999999999999",
                                "576460752303423487",
                                "576460752303423488",
                                "-576460752303423488",
                                "123456.789012345678",
                                "99999999999999999999.999999999999"};
  std::uint64_t received = 0;
  for (const std::string& value : values) log.append(event("", 1, value, ++received));
  const std::vector<MeterPoint> points = log.points("mtr_1", "cus_1", 0, 2);
  REQUIRE(points.size() == std::size(values));
  for (std::size_t i = 0; i < points.size(); ++i) CHECK(points[i].value.text() == values[i]);
}
