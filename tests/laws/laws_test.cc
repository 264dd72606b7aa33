// Random histories and the laws that must hold in all of them. OKAPI_HISTORIES says how many,
// OKAPI_SEED where they start; a failing one is printed as a transcript.
#include "tests/laws/laws.h"

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>

namespace okapi::laws {
namespace {

constexpr int steps = 100;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct Failure {
  std::uint64_t seed = 0;
  std::vector<std::string> broken;
  std::string transcript;
};

void live(History& history, int count) {
  for (int i = 0; i < count; ++i) history.step();
}

// The laws at every twentieth step, so that a failure stands near its cause.
Failure play(std::uint64_t seed) {
  History history(seed);
  for (int done = 0; done < steps; done += 20) {
    live(history, 20);
    const std::vector<std::string> broken = broken_laws(history);
    if (!broken.empty()) return {seed, broken, history.transcript()};
  }
  return {};
}

// Snapshot, restore, continue is continue; and the same seed gives the same bytes.
Failure play_twice(std::uint64_t seed) {
  History history(seed);
  live(history, steps / 2);
  history.save();
  live(history, steps / 2);
  const std::string once = history.bytes();
  history.restore();
  live(history, steps / 2);
  if (history.bytes() != once) {
    return {seed, {"after a restore the same requests gave another state"}, history.transcript()};
  }
  History again(seed);
  live(again, steps);
  if (again.bytes() != once) {
    return {seed, {"the same seed gave other bytes"}, again.transcript()};
  }
  return {};
}

}  // namespace

TEST_CASE("every random history keeps the laws") {
  const std::uint64_t first = number_from("OKAPI_SEED", 20'261'124);
  const std::uint64_t count = number_from("OKAPI_HISTORIES", 100);
  std::atomic<std::uint64_t> next = 0;
  std::mutex lock;
  std::vector<Failure> failures;
  const auto work = [&] {
    for (std::uint64_t i = next++; i < count && failures.size() < 3; i = next++) {
      Failure failure = play(first + i);
      if (failure.broken.empty() && i % 20 == 0) failure = play_twice(first + i);
      if (failure.broken.empty()) continue;
      const std::scoped_lock guard(lock);
      failures.push_back(std::move(failure));
    }
  };
  {
    std::jthread other(work);
    work();
  }
  for (const Failure& failure : failures) {
    std::string told;
    for (const std::string& law : failure.broken) told += law + "\n";
    FAIL_CHECK("seed " << failure.seed << "\n" << told << "\n" << failure.transcript);
  }
  CHECK(failures.empty());
}

TEST_CASE("histories do things: most requests are answered, none is lost") {
  std::map<int, int> answers;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    History history(seed);
    live(history, steps);
    for (const auto& [status, times] : history.answers()) answers[status] += times;
  }
  INFO("200: " << answers[200] << ", 400: " << answers[400] << ", 501: " << answers[501]);
  CHECK(answers[200] > 400);
  CHECK(answers[501] < 20);
}

}  // namespace okapi::laws
