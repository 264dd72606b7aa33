// An event loop of Boost.Asio on one thread, which starts with the first call: okapi has none while
// nobody needs it.
#pragma once

#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace okapi::server {

class IoThread {
 public:
  IoThread() : work_(io_.get_executor()) {}
  ~IoThread() { stop(); }
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  [[nodiscard]] boost::asio::io_context& context() { return io_; }

  // From any thread; `call` runs on this one, unless it has been stopped.
  template <typename Call>
  void run(Call call) {
    {
      const std::scoped_lock guard(lock_);
      if (!thread_.joinable() && !io_.stopped()) thread_ = std::thread([this] { io_.run(); });
    }
    boost::asio::post(io_, std::move(call));
  }

  // From any other thread. Nothing is called after it returns.
  void stop() {
    io_.stop();
    std::thread ended;
    {
      const std::scoped_lock guard(lock_);
      ended.swap(thread_);
    }
    // Without the lock: what the thread is at may want to run() something, and would wait for it.
    if (ended.joinable()) ended.join();
  }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::mutex lock_;
  std::thread thread_;
};

}  // namespace okapi::server
