// The connections of one epoll set and the thread that serves them. A handler runs on that thread,
// as the way without a hand-over costs least. When one takes long, another thread takes the whole
// loop over (crew.h) and the handler's answer comes back through the inbox, so that nobody else
// waits.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.h"
#include "server/connection.h"
#include "server/head.h"
#include "server/http.h"
#include "server/tls.h"

struct epoll_event;

namespace okapi::server {

class Loop;

// What a thread brings along: buffers whose content matters only between two waits.
struct Bench {
  std::array<char, 64 << 10> received;
  std::string plain;
  std::string head;
  api::Request request;
};

// What the loops of one server share.
struct Service {
  HttpOptions options;
  HttpServer::Handle handle;
  Descriptor listener;
  std::unique_ptr<TlsContext> tls;  // null: plain
  std::vector<std::unique_ptr<Loop>> loops;
  std::atomic<int> watch_sleeps = 0;  // the crew's watch waits until a handler starts
  std::atomic<bool> stopping = false;
  std::int64_t stop_deadline = 0;  // set before `stopping`
};

class Loop {
 public:
  explicit Loop(Service& service);

  enum class End { stopped, taken_over };
  // Serves until the server stops or, while a handler ran, another thread was told to take over.
  End run(Bench& bench);

  // From any thread.
  void adopt(Connection connection);
  void wake() const;
  [[nodiscard]] std::size_t load() const { return load_.load(std::memory_order_relaxed); }
  // Grows with every handler; odd while one runs.
  [[nodiscard]] std::uint64_t turn() const { return turn_.load(); }
  // True: the handler of that turn still runs, its thread will leave the loop when it is done, and
  // the caller must see to it that another thread calls run().
  [[nodiscard]] bool take_over(std::uint64_t turn);

 private:
  using Phase = Connection::Phase;
  struct Answer {
    Connection* connection;
    api::Response response;
  };

  [[nodiscard]] int wait_time() const;
  [[nodiscard]] bool serve(const epoll_event& event, Bench& bench);
  [[nodiscard]] bool wind_down();
  void expire();
  void expire_connection(Connection& connection);

  void accept_some();
  [[nodiscard]] Loop& choose_loop();
  void admit(Connection connection);
  void set_accepting(bool accepting);
  [[nodiscard]] std::optional<Answer> next_answer();

  // These five return false when the loop has been taken over meanwhile: nothing of it may be
  // touched.
  [[nodiscard]] bool read_inbox(Bench& bench);
  [[nodiscard]] bool serve_connection(Connection& connection, std::uint32_t events, Bench& bench);
  [[nodiscard]] bool receive(Connection& connection, Bench& bench);
  [[nodiscard]] bool consume(Connection& connection, std::string_view input, Bench& bench);
  [[nodiscard]] bool answer(Connection& connection, Bench& bench);

  [[nodiscard]] bool read_request(Connection& connection, std::string_view& input, Bench& bench);
  void answer_later(Answer answer);
  void hold_back(Connection& connection, api::Response response, const Hold& hold);
  void respond(Connection& connection, const api::Response& response, Bench& bench);
  void hold_output(Connection& connection);
  void send_held();
  void note_wait(Connection& connection, std::optional<std::size_t> queue);
  [[nodiscard]] Loop& loop_of(const Connection& connection);
  void hand_over(Connection& connection, Loop& to);
  void give_away(Connection& connection, const api::Response& response);
  void refuse(Connection& connection, const Refusal& refusal);

  void settle(Connection& connection);
  void enter(Connection& connection, Phase phase);
  void watch_for(Connection& connection, std::uint32_t interest);
  void forget(Connection& connection);
  void set_aside(Connection& connection);
  void close(Connection& connection);
  [[nodiscard]] std::list<Connection>& in(Phase phase) { return by_phase_[std::size_t(phase)]; }

  Service& service_;
  Descriptor epoll_;
  Descriptor wake_event_;
  std::atomic<std::uint64_t> turn_ = 0;
  std::atomic<std::size_t> load_ = 0;

  // Of the thread that runs the loop.
  std::array<std::list<Connection>, 5> by_phase_;  // each in the order of its deadlines
  Connection* current_ = nullptr;                  // whose handler runs
  std::vector<Connection*> held_;                  // whose answers are
  bool holds_ = false;                             // in the middle of a round that has several
  std::int64_t now_ = 0;
  std::int64_t accept_again_ = 0;  // 0: accepting
  bool stopping_ = false;

  // Of everybody.
  std::mutex inbox_mutex_;
  std::list<Connection> arrivals_;
  std::vector<Answer> answers_;
};

}  // namespace okapi::server
