// Test clocks whose advance takes longer than a request may: one thread does a step at a time of
// each account in turn, so that everybody else is answered meanwhile.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace okapi::server {

struct World;

class ClockWorker {
 public:
  // One step of the clocks of an account; false when none advances any more.
  using Step = std::function<bool(World& world)>;

  explicit ClockWorker(Step step);
  ~ClockWorker();  // ends after the step it is at; what is left stays in the account
  ClockWorker(const ClockWorker&) = delete;
  ClockWorker& operator=(const ClockWorker&) = delete;

  // From `wait` on. Twice is as good as once.
  void take(World& world, std::chrono::milliseconds wait);
  [[nodiscard]] bool has(const World& world) const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Job {
    World* world = nullptr;
    Time from;
  };
  void run();
  bool work_on(World& world);  // a slice; false when it is done

  Step step_;
  mutable std::mutex lock_;
  std::condition_variable changed_;
  std::list<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;  // begins with the first job
};

}  // namespace okapi::server
