// The threads of a server. Each loop has one; when a handler keeps its thread for long (a clock
// that advances a year), the watch gives the loop to a spare thread, made when there is none, so
// that all other clients go on being served. Nearly max_threads handlers may be long at a time;
// with more, the rest of the clients wait for one of them to end.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "server/loop.h"

namespace okapi::server {

class Crew {
 public:
  static constexpr std::size_t max_threads = 256;

  explicit Crew(Service& service) : service_(service) {}
  ~Crew();  // joins: waits for handlers, however long they take

  void start();
  // Waits until all loops have ended; false when a handler still runs then.
  [[nodiscard]] bool wait_for_end();

 private:
  void work();
  void watch();
  bool look_at_loops(std::vector<std::uint64_t>& turns);
  void relieve(Loop& loop, std::uint64_t turn);
  [[nodiscard]] bool find_spare();
  void drive(Loop& loop);
  [[nodiscard]] bool hurries();

  Service& service_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable ended_;
  std::deque<Loop*> waiting_;  // for a thread
  std::vector<std::thread> threads_;
  std::thread watch_;
  std::size_t spare_ = 0;  // threads that wait for a loop
  std::size_t away_ = 0;   // threads in a handler whose loop was given to another
  std::size_t loops_ended_ = 0;
  std::atomic<bool> closed_ = false;
};

}  // namespace okapi::server
