#include "base/ids.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "base/check.h"

using namespace okapi;

TEST_CASE("ids that count up are readable and tell seeds apart") {
  const IdSource plain{.counting = true};
  CHECK(make_id(plain, "cus_", 18, 1) == "cus_00000000000001");
  CHECK(make_id(plain, "cus_", 18, 42) == "cus_00000000000042");
  const IdSource seeded{.counting = true, .seed = 7};
  CHECK(make_id(seeded, "cus_", 18, 1) == "cus_00007000000001");
  CHECK(make_id(seeded, "cus_", 18, 1) == make_id(seeded, "cus_", 18, 1));
  CHECK(make_id(seeded, "in_", 27, 1) != make_id(plain, "in_", 27, 1));
}

TEST_CASE("ids have prefix, length and alphabet of Stripe's") {
  for (const bool counting : {false, true}) {
    for (const int length : {5, 10, 14, 18, 27, 44, 60}) {
      const std::string id = make_id({.counting = counting, .seed = 3}, "in_", length, 12'345);
      CAPTURE(id);
      CHECK(id.size() == static_cast<std::size_t>(length));
      CHECK(id.starts_with("in_"));
      CHECK(id.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                                 3) == std::string::npos);
    }
  }
  CHECK_THROWS_AS((void)make_id({}, "in_", 3, 1), Bug);
}

TEST_CASE("no two numbers have the same id") {
  struct Case {
    int length = 0;
    std::uint64_t count = 0;  // as many as the digits allow where they are few
  };
  const Case cases[] = {{3, 62 * 62}, {4, 238'328}, {10, 100'000}, {14, 100'000}, {27, 100'000}};
  for (const Case& c : cases) {
    for (const std::uint64_t seed : {0ULL, 1ULL, 0xffff'ffff'ffff'ffffULL}) {
      CAPTURE(c.length);
      CAPTURE(seed);
      std::set<std::string> seen;
      for (std::uint64_t number = 0; number < c.count; ++number) {
        seen.insert(make_id({.seed = seed}, "x", c.length, number));
      }
      CHECK(seen.size() == c.count);
    }
  }
}

TEST_CASE("seeds scatter differently") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    seen.insert(make_id({.seed = seed}, "cus_", 18, 1));
  }
  CHECK(seen.size() == 1000);
}

TEST_CASE("the number of an id can be read off its digits") {
  for (const bool counting : {false, true}) {
    for (const std::uint64_t seed : {0ULL, 7ULL, 0xffff'ffff'ffff'ffffULL}) {
      const IdSource source{.counting = counting, .seed = seed};
      for (const std::uint64_t number : {1ULL, 62ULL, 999'999'999ULL}) {
        for (const int length : {14, 18, 27, 44}) {
          const std::string id = make_id(source, "in_", length, number);
          CAPTURE(id);
          CHECK(number_of_id(source, id.substr(3)) == number);
        }
      }
    }
  }
  CHECK(number_of_id({}, "0123456789") == std::nullopt);   // fewer than a number needs
  CHECK(number_of_id({}, "0123456789-") == std::nullopt);  // no digits at all
  CHECK(number_of_id({.counting = true}, "0123456789a") == std::nullopt);
  // Whatever stands there, nothing bad comes of it.
  CHECK(number_of_id({}, "zzzzzzzzzzzzzz").has_value());
}

TEST_CASE("ids that were made one after the other are neighbours") {
  for (const bool counting : {false, true}) {
    const IdSource source{.counting = counting, .seed = 11};
    for (std::uint64_t number = 1; number < 100; ++number) {
      const std::uint64_t here = neighbourhood_of_id(make_id(source, "evt_", 28, number));
      const std::uint64_t next = neighbourhood_of_id(make_id(source, "evt_", 28, number + 1));
      CHECK((here ^ next) == (number ^ (number + 1)));
    }
  }
}
