#include "server/crew.h"

#include <chrono>
#include <memory>
#include <system_error>

namespace okapi::server {
namespace {

// A handler is long when the watch finds it twice, so after 3 to 6 ms. Ordinary ones take 0.01 to
// 0.5.
constexpr std::chrono::milliseconds tick(3);
// While one is, others are likely: requests of the same account wait for its lock, one after
// another.
constexpr std::chrono::microseconds hurried_tick(500);
constexpr int quiet_ticks = 50;  // then the watch sleeps until a handler starts: idle costs no CPU

}  // namespace

Crew::~Crew() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  work_.notify_all();
  service_.watch_sleeps = 0;
  service_.watch_sleeps.notify_all();
  if (watch_.joinable()) watch_.join();
  for (std::thread& thread : threads_) thread.join();
}

void Crew::start() {
  const std::lock_guard lock(mutex_);
  for (const auto& loop : service_.loops) {
    waiting_.push_back(loop.get());
    threads_.emplace_back([this] { work(); });
  }
  watch_ = std::thread([this] { watch(); });
}

bool Crew::wait_for_end() {
  constexpr std::chrono::milliseconds slack(100);
  std::unique_lock lock(mutex_);
  if (threads_.empty()) return true;
  const std::chrono::milliseconds grace(service_.options.stop_grace_ms);
  // A thread whose answer the loop has sent may still be on its way back.
  return ended_.wait_for(lock, grace + slack,
                         [this] { return loops_ended_ == service_.loops.size() && away_ == 0; });
}

void Crew::work() {
  const auto bench = std::make_unique_for_overwrite<Bench>();
  std::unique_lock lock(mutex_);
  for (;;) {
    ++spare_;
    work_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    --spare_;
    if (waiting_.empty()) return;
    Loop& loop = *waiting_.front();
    waiting_.pop_front();
    lock.unlock();
    const Loop::End end = loop.run(*bench);
    lock.lock();
    if (end == Loop::End::taken_over) --away_;
    if (end == Loop::End::stopped) ++loops_ended_;
    ended_.notify_all();
  }
}

void Crew::watch() {
  std::vector<std::uint64_t> turns(service_.loops.size());
  int quiet = 0;
  while (!closed_) {
    std::this_thread::sleep_for(hurries() ? hurried_tick : tick);
    quiet = look_at_loops(turns) ? 0 : quiet + 1;
    if (quiet < quiet_ticks) continue;
    service_.watch_sleeps = 1;
    // A handler that started before it could see that flag is seen here.
    if (!closed_ && !look_at_loops(turns)) service_.watch_sleeps.wait(1);
    service_.watch_sleeps = 0;
    quiet = 0;
  }
}

bool Crew::hurries() {
  const std::lock_guard lock(mutex_);
  return away_ > 0;
}

// True when something happened since the last look.
bool Crew::look_at_loops(std::vector<std::uint64_t>& turns) {
  bool busy = false;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    Loop& loop = *service_.loops[i];
    const std::uint64_t turn = loop.turn();
    const bool in_handler = turn % 2 == 1;
    if (in_handler && turn == turns[i]) relieve(loop, turn);
    busy = busy || in_handler || turn != turns[i];
    turns[i] = turn;
  }
  return busy;
}

void Crew::relieve(Loop& loop, std::uint64_t turn) {
  const std::lock_guard lock(mutex_);
  if (!find_spare() || !loop.take_over(turn)) return;
  ++away_;
  drive(loop);
}

bool Crew::find_spare() {
  if (spare_ > waiting_.size()) return true;
  if (threads_.size() >= max_threads) return false;
  try {
    threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    return false;  // no more threads to be had: the loop waits for its handler
  }
  return true;
}

void Crew::drive(Loop& loop) {
  waiting_.push_back(&loop);
  work_.notify_one();
}

}  // namespace okapi::server
