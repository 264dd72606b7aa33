#include "base/once.h"

#include <stdexcept>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace okapi {
namespace {

TEST_CASE("many threads call it, one does it, all see what was done") {
  for (int round = 0; round < 200; ++round) {
    Once once;
    int calls = 0;
    std::atomic<int> seen = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        once.call([&] { ++calls; });
        seen += calls;
      });
    }
    threads.clear();
    CHECK(calls == 1);
    CHECK(seen == 4);
    CHECK(once.done());
  }
}

TEST_CASE("a call that throws was none") {
  Once once;
  CHECK_THROWS_AS(once.call([] { throw std::runtime_error("full"); }), std::runtime_error);
  CHECK(!once.done());
  bool called = false;
  once.call([&] { called = true; });
  CHECK(called);
}

TEST_CASE("what is set is not called") {
  Once once;
  once.set_done();
  bool called = false;
  once.call([&] { called = true; });
  CHECK(!called);
}

}  // namespace
}  // namespace okapi
