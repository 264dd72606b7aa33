#include "store/persistent_map.h"

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using okapi::store::PersistentMap;

namespace {

template <typename Key, typename Value>
std::map<Key, Value> entries_of(const PersistentMap<Key, Value>& map, const Key& least) {
  std::map<Key, Value> entries;
  map.ascend(least, [&](const Key& key, const Value& value) {
    entries.emplace_hint(entries.end(), key, value);
    return true;
  });
  return entries;
}

template <typename Key, typename Value>
bool same(const PersistentMap<Key, Value>& map, const std::map<Key, Value>& oracle) {
  return map.size() == oracle.size() && entries_of(map, Key()) == oracle;
}

// A tree whose nodes hold at least a quarter of 16 is at most log4(n) + 2 high.
bool is_shallow(const PersistentMap<std::uint64_t, std::uint64_t>& map) {
  return map.height() <= std::log2(static_cast<double>(map.size()) + 1) / 2 + 2;
}

}  // namespace

TEST_CASE("a persistent map is a map, and its copies stay as they were") {
  using Map = PersistentMap<std::uint64_t, std::uint64_t>;
  using Oracle = std::map<std::uint64_t, std::uint64_t>;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const std::uint64_t keys = seed % 3 == 0 ? 40 : seed % 3 == 1 ? 3'000 : 100'000;
    Map map;
    Oracle oracle;
    std::vector<std::pair<Map, Oracle>> copies;
    for (int step = 0; step < 12'000; ++step) {
      // The share of erasures swings, so that the trees grow and are emptied again.
      const bool erasing = random() % 10 < (step / 3'000 % 2 == 0 ? 2U : 7U);
      const std::uint64_t key = random() % keys;
      if (erasing) {
        REQUIRE(map.erase(key) == (oracle.erase(key) == 1));
      } else {
        const std::uint64_t value = random();
        map.set(key, value);
        oracle[key] = value;
      }
      const std::uint64_t probe = random() % keys;
      const auto found = oracle.find(probe);
      const std::uint64_t* value = map.find(probe);
      REQUIRE((value == nullptr) == (found == oracle.end()));
      if (value != nullptr) REQUIRE(*value == found->second);
      if (step % 1'000 == 0) {
        REQUIRE(same(map, oracle));
        REQUIRE(is_shallow(map));
        copies.emplace_back(map, oracle);
      }
    }
    for (const auto& [copy, as_it_was] : copies) CHECK(same(copy, as_it_was));
  }
}

namespace {

struct Sum {
  std::uint64_t sum = 0;
  std::uint64_t count = 0;
  void add(std::uint64_t value) { add(Sum{.sum = value, .count = 1}); }
  void add(const Sum& other) {
    sum += other.sum;
    count += other.count;
  }
  friend bool operator==(const Sum&, const Sum&) = default;
};

using SummedMap = PersistentMap<std::uint64_t, std::uint64_t, Sum>;

Sum sum_between(const std::map<std::uint64_t, std::uint64_t>& entries, std::uint64_t from,
                std::uint64_t to) {
  Sum sum;
  for (const auto& [key, value] : entries) {
    if (from <= key && key < to) sum.add(value);
  }
  return sum;
}

}  // namespace

TEST_CASE("totals are those of the entries, whatever was written in whatever way") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const std::uint64_t keys = seed % 2 == 0 ? 100 : 20'000;
    SummedMap map;
    std::map<std::uint64_t, std::uint64_t> oracle;
    std::vector<std::pair<SummedMap, std::map<std::uint64_t, std::uint64_t>>> copies;
    for (std::uint64_t step = 0; step < 9'000; ++step) {
      const bool erasing = random() % 10 < (step / 3'000 % 2 == 0 ? 2U : 7U);
      const std::uint64_t key = random() % 3 == 0 ? keys + step : random() % keys;
      if (erasing) {
        map.erase(key);
        oracle.erase(key);
      } else if (const auto [last, value] = map.edit_last(key); value != nullptr && step % 2 == 0) {
        *value += 5;
        oracle[*last] += 5;
        map.refresh(std::uint64_t{*last});
      } else {
        map.set(key, step);
        oracle[key] = step;
      }
      if (step % 50 == 0) {
        const std::uint64_t from = random() % (keys + step);
        const std::uint64_t to = random() % (keys + step + 2);
        REQUIRE(map.total_between(from, to) == sum_between(oracle, from, to));
        REQUIRE(map.total_between(std::uint64_t{0}, to) == sum_between(oracle, 0, to));
      }
      if (step % 1'000 == 0) copies.emplace_back(map, oracle);
    }
    for (const auto& [copy, as_it_was] : copies) {
      CHECK(copy.total_between(std::uint64_t{0}, keys / 2) == sum_between(as_it_was, 0, keys / 2));
    }
  }
}

TEST_CASE("writing to a copy leaves the original alone") {
  PersistentMap<std::uint64_t, std::string> original;
  for (std::uint64_t i = 0; i < 500; ++i) original.set(i, "old");
  PersistentMap<std::uint64_t, std::string> copy = original;
  for (std::uint64_t i = 0; i < 500; i += 2) copy.set(i, "new");
  for (std::uint64_t i = 1; i < 500; i += 2) copy.erase(i);
  CHECK(original.size() == 500);
  CHECK(copy.size() == 250);
  for (std::uint64_t i = 0; i < 500; ++i) {
    REQUIRE(*original.find(i) == "old");
    REQUIRE((copy.find(i) != nullptr) == (i % 2 == 0));
  }
}

TEST_CASE("ranges start where they are told and stop when told") {
  PersistentMap<std::uint64_t, std::uint64_t> map;
  std::map<std::uint64_t, std::uint64_t> oracle;
  std::mt19937_64 random(7);
  for (int i = 0; i < 2'000; ++i) {
    const std::uint64_t key = random() % 10'000;
    map.set(key, key * 2);
    oracle[key] = key * 2;
  }
  for (int i = 0; i < 500; ++i) {
    const std::uint64_t from = random() % 10'100;
    std::vector<std::uint64_t> up;
    std::vector<std::uint64_t> down;
    const auto take = [](std::vector<std::uint64_t>& into) {
      return [&into](std::uint64_t key, std::uint64_t) {
        into.push_back(key);
        return into.size() < 40;
      };
    };
    map.ascend(from, take(up));
    map.descend(from, take(down));
    std::vector<std::uint64_t> expected_up;
    for (auto at = oracle.lower_bound(from); at != oracle.end() && expected_up.size() < 40; ++at) {
      expected_up.push_back(at->first);
    }
    std::vector<std::uint64_t> expected_down;
    for (auto at = oracle.upper_bound(from); at != oracle.begin() && expected_down.size() < 40;) {
      expected_down.push_back((--at)->first);
    }
    REQUIRE(up == expected_up);
    REQUIRE(down == expected_down);
  }
}

TEST_CASE("strings are found by views, without a copy of the key") {
  PersistentMap<std::string, int> map;
  for (int i = 0; i < 1'000; ++i) map.set("key_" + std::to_string(i), i);
  CHECK(*map.find(std::string_view("key_731")) == 731);
  CHECK(map.find(std::string_view("key_1000")) == nullptr);
  CHECK(map.erase(std::string_view("key_731")));
  CHECK(map.find(std::string_view("key_731")) == nullptr);
  CHECK_FALSE(map.erase(std::string_view("key_731")));
}

TEST_CASE("growing keys leave full nodes behind") {
  PersistentMap<std::uint64_t, std::uint64_t> map;
  constexpr std::uint64_t count = 3'300;
  for (std::uint64_t i = 0; i < count; ++i) map.set(i, i);
  CHECK(map.height() == 2);  // 15 entries a node: 15 x 15 x 15 = 3,375 fit under two levels
  for (std::uint64_t i = 0; i < count; ++i) REQUIRE(*map.find(i) == i);
}

TEST_CASE("an emptied map is an empty map") {
  PersistentMap<std::uint64_t, std::string> map;
  CHECK_FALSE(map.erase(std::uint64_t{1}));
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t i = 0; i < 3'000; ++i) map.set(i, "x");
    for (std::uint64_t i = 3'000; i-- > 0;) REQUIRE(map.erase(i));
    CHECK(map.empty());
    CHECK(map.height() == 0);
  }
}
