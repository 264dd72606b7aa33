// Something that is done once, by whoever needs it first, while others wait. std::call_once makes a
// system call each time to wake those who wait; this one only when somebody does.
#pragma once

#include <atomic>
#include <cstdint>

namespace okapi {

class Once {
 public:
  // True from the moment on when everybody sees what the call did.
  [[nodiscard]] bool done() const { return state_.load(std::memory_order_acquire) == State::done; }
  // As if it had been called.
  void set_done() { state_.store(State::done, std::memory_order_release); }

  // A call that throws was none: the next one tries again. A call must not want itself.
  template <typename Call>
  void call(Call&& call) {
    while (!done()) {
      State seen = State::idle;
      if (state_.compare_exchange_strong(seen, State::running, std::memory_order_acquire)) {
        Run run(state_);
        call();
        run.end = State::done;
      } else if (seen == State::running) {
        state_.wait(State::running, std::memory_order_acquire);
      }
    }
  }

 private:
  enum class State : std::uint8_t { idle, running, done };
  struct Run {
    explicit Run(std::atomic<State>& of) : state(of) {}
    ~Run() {
      state.store(end, std::memory_order_release);
      state.notify_all();
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    std::atomic<State>& state;
    State end = State::idle;
  };

  std::atomic<State> state_ = State::idle;
};

}  // namespace okapi
