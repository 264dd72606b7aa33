#include "server/io_thread.h"

#include <atomic>

#include <doctest/doctest.h>

namespace okapi::server {
namespace {

TEST_CASE("a thread that hands itself work ends when it is stopped in the middle of it") {
  for (int round = 0; round < 20; ++round) {
    IoThread thread;
    std::atomic<bool> begun = false;
    std::atomic<bool> stopping = false;
    thread.run([&] {
      begun = true;
      begun.notify_all();
      stopping.wait(false);
      for (int i = 0; i < 10'000; ++i) thread.run([] {});
    });
    begun.wait(false);
    stopping = true;
    stopping.notify_all();
    thread.stop();
  }
}

TEST_CASE("what is handed over after the stop is not run") {
  IoThread thread;
  thread.stop();
  bool ran = false;
  thread.run([&] { ran = true; });
  thread.stop();
  CHECK(!ran);
}

}  // namespace
}  // namespace okapi::server
