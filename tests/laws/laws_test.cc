// Random histories and the laws that must hold in all of them. OKAPI_HISTORIES says how many (as
// many as fit into ten seconds unless said), OKAPI_SEED which is the first (another in every run
// unless said). A failing one is printed as a transcript, with what plays it again.
#include "tests/laws/laws.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include <doctest/doctest.h>

namespace okapi::laws {
namespace {

constexpr int steps = 100;
constexpr std::chrono::seconds time_to_play{10};

std::optional<std::uint64_t> number_from(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

// Below a billion, so that it is easily typed.
std::uint64_t another_seed() { return std::random_device()() % 1'000'000'000; }

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
  const std::uint64_t first = number_from("OKAPI_SEED").value_or(another_seed());
  const std::optional<std::uint64_t> count = number_from("OKAPI_HISTORIES");
  const auto end = std::chrono::steady_clock::now() + time_to_play;
  const auto goes_on = [&](std::uint64_t played) {
    return count ? played < *count : std::chrono::steady_clock::now() < end;
  };
  std::atomic<std::uint64_t> next = 0;
  std::atomic<std::uint64_t> played = 0;
  std::atomic<int> failed = 0;
  std::mutex lock;
  std::vector<Failure> failures;
  const auto work = [&] {
    for (std::uint64_t i = next++; goes_on(i) && failed < 3; i = next++) {
      const std::uint64_t seed = first + i;
      Failure failure = play(seed);
      // By the seed, so that one that is played again alone is played in the same way.
      if (failure.broken.empty() && seed % 20 == 0) failure = play_twice(seed);
      ++played;
      if (failure.broken.empty()) continue;
      ++failed;
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
    FAIL_CHECK("again: sh tests/laws/run.sh 1 " << failure.seed << "\n"
                                                << told << "\n"
                                                << failure.transcript);
  }
  MESSAGE(played.load() << " histories from seed " << first);
  CHECK(played.load() > 0);
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
