#include "server/clock_worker.h"

#include <algorithm>

namespace okapi::server {
namespace {

// So long an account has the thread while another one waits.
constexpr std::chrono::milliseconds slice{20};

}  // namespace

ClockWorker::ClockWorker(Step step) : step_(std::move(step)) {}

ClockWorker::~ClockWorker() {
  {
    const std::lock_guard guard(lock_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ClockWorker::take(World& world, std::chrono::milliseconds wait) {
  const std::lock_guard guard(lock_);
  if (std::ranges::find(jobs_, &world, &Job::world) != jobs_.end()) return;
  jobs_.push_back({.world = &world, .from = std::chrono::steady_clock::now() + wait});
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
}

bool ClockWorker::has(const World& world) const {
  const std::lock_guard guard(lock_);
  return std::ranges::find(jobs_, &world, &Job::world) != jobs_.end();
}

void ClockWorker::run() {
  std::unique_lock guard(lock_);
  while (!stopping_) {
    const auto next = std::ranges::min_element(jobs_, {}, &Job::from);
    if (next == jobs_.end()) {
      changed_.wait(guard);
      continue;
    }
    if (next->from > std::chrono::steady_clock::now()) {
      changed_.wait_until(guard, next->from);
      continue;
    }
    // It stays in the list, so that nobody else begins with it meanwhile.
    World& world = *next->world;
    guard.unlock();
    const bool goes_on = work_on(world);
    guard.lock();
    if (goes_on) {
      next->from = std::chrono::steady_clock::now();  // behind all that wait
    } else {
      jobs_.erase(next);
    }
  }
}

bool ClockWorker::work_on(World& world) {
  const Time until = std::chrono::steady_clock::now() + slice;
  while (std::chrono::steady_clock::now() < until) {
    if (!step_(world)) return false;
    // The account's lock is free here for a moment; a request that waits for it shall get it.
    std::this_thread::yield();
  }
  return true;
}

}  // namespace okapi::server
