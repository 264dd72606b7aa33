#include "server/loop.h"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/time.h"
#include "server/answer.h"

namespace okapi::server {
namespace {

constexpr int max_events = 64;
constexpr int max_accepts = 64;              // before the connections at hand are served
constexpr int max_answers = 64;              // to one connection before the others have their turn
constexpr std::int64_t accept_pause = 50;    // ms, when descriptors have run out
constexpr std::int64_t linger_time = 1'000;  // ms
constexpr std::size_t max_kept_body = 256 << 10;  // a thread's buffer, for the next request
constexpr std::size_t max_lingered = 32 << 20;

std::int64_t milliseconds() { return monotonic_microseconds() / 1000; }

Descriptor checked(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return Descriptor(fd);
}

std::string address_text(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
  } else if (address.ss_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text,
              sizeof text);
  }
  return text;
}

std::size_t body_limit(const HttpOptions& options, const api::Request& request) {
  if (request.method == "POST" && request.path() == "/v1/files") return options.max_file_body;
  if (request.method == "PUT" && request.path() == "/_okapi/snapshot") {
    return options.max_snapshot_body;
  }
  return options.max_body;
}

std::int64_t time_allowed(const HttpOptions& options, Connection::Phase phase) {
  switch (phase) {
    case Connection::Phase::idle:
      return options.idle_timeout_ms;
    case Connection::Phase::reading:
      return options.read_timeout_ms;
    case Connection::Phase::working:
      return 0;
    case Connection::Phase::writing:
      return options.read_timeout_ms;
    case Connection::Phase::lingering:
      return linger_time;
  }
  OKAPI_UNREACHABLE();
}

api::Response call_handler(const Service& service, const api::Request& request) {
  try {
    return service.handle(request);
  } catch (const std::exception&) {
    // dispatch never throws; whatever else sits behind `handle` must not end the server.
    return refusal_response(service.options, {500, "The request could not be handled."});
  }
}

}  // namespace

Loop::Loop(Service& service)
    : service_(service),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_event_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &wake_event_;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_event_.get(), &event);
  set_accepting(true);
}

Loop::End Loop::run(Bench& bench) {
  if (current_ != nullptr) {
    set_aside(*std::exchange(current_, nullptr));
    wake();  // the thread before may have left in the middle of the inbox
  }
  send_held();
  std::array<epoll_event, max_events> events;
  for (;;) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), max_events, wait_time());
    now_ = milliseconds();
    holds_ = count > 1;
    for (int i = 0; i < count; ++i) {
      if (!serve(events[std::size_t(i)], bench)) return End::taken_over;
    }
    send_held();
    expire();
    if (service_.stopping && wind_down()) return End::stopped;
  }
}

bool Loop::serve(const epoll_event& event, Bench& bench) {
  if (event.data.ptr == &service_.listener) {
    accept_some();
    return true;
  }
  if (event.data.ptr == &wake_event_) return read_inbox(bench);
  return serve_connection(*static_cast<Connection*>(event.data.ptr), event.events, bench);
}

// --- time

int Loop::wait_time() const {
  std::int64_t next = accept_again_;
  const auto consider = [&](std::int64_t at) { next = next == 0 ? at : std::min(next, at); };
  for (const auto& connections : by_phase_) {
    if (!connections.empty() && connections.front().phase != Phase::working) {
      consider(connections.front().deadline);
    }
  }
  if (stopping_) consider(service_.stop_deadline);
  if (next == 0) return -1;
  // One more, or the last millisecond before a deadline is spent in a circle.
  return int(std::clamp<std::int64_t>(next - now_ + 1, 0, 60'000));
}

void Loop::expire() {
  if (accept_again_ != 0 && now_ >= accept_again_) set_accepting(true);
  for (auto& connections : by_phase_) {
    while (!connections.empty() && connections.front().phase != Phase::working &&
           connections.front().deadline <= now_) {
      expire_connection(connections.front());
    }
  }
}

void Loop::expire_connection(Connection& connection) {
  const bool late = connection.phase == Phase::reading;
  const bool handshaking = connection.tls && !connection.tls->established();
  if (!late || handshaking || connection.closing) return close(connection);
  refuse(connection, {408, "The request did not arrive in time."});
  settle(connection);
}

// Idle connections go at once; true when nobody is left who waits for an answer.
bool Loop::wind_down() {
  if (!std::exchange(stopping_, true)) {
    set_accepting(false);
    accept_again_ = 0;
  }
  for (const Phase phase : {Phase::idle, Phase::reading, Phase::lingering}) {
    while (!in(phase).empty()) close(in(phase).front());
  }
  if (now_ >= service_.stop_deadline) return true;
  return in(Phase::working).empty() && in(Phase::writing).empty();
}

// --- arrivals

void Loop::set_accepting(bool accepting) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLEXCLUSIVE;
  event.data.ptr = &service_.listener;
  ::epoll_ctl(epoll_.get(), accepting ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, service_.listener.get(),
              &event);
  accept_again_ = accepting ? 0 : now_ + accept_pause;
}

void Loop::accept_some() {
  for (int i = 0; i < max_accepts; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int fd = ::accept4(service_.listener.get(), reinterpret_cast<sockaddr*>(&address), &size,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      Connection connection;
      connection.socket = Descriptor(fd);
      connection.remote = address_text(address);
      if (service_.tls) connection.tls = std::make_unique<TlsSession>(*service_.tls);
      Loop& loop = choose_loop();
      if (&loop == this) {
        admit(std::move(connection));
      } else {
        loop.adopt(std::move(connection));
      }
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO) {
      // Out of descriptors or memory: the queue keeps the clients until some are free again.
      return set_accepting(false);
    }
  }
}

// This one, unless another has clearly less to do: handing a connection over wakes a thread, which
// clients that connect for every request would pay for each time.
Loop& Loop::choose_loop() {
  const auto load_of = [](const std::unique_ptr<Loop>& loop) { return loop->load(); };
  Loop& idlest = **std::ranges::min_element(service_.loops, {}, load_of);
  return load() <= idlest.load() + 1 ? *this : idlest;
}

void Loop::adopt(Connection connection) {
  ++load_;
  {
    const std::lock_guard lock(inbox_mutex_);
    arrivals_.push_back(std::move(connection));
  }
  wake();
}

void Loop::wake() const {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is awake.
  [[maybe_unused]] const ssize_t written = ::write(wake_event_.get(), &one, sizeof one);
}

bool Loop::read_inbox(Bench& bench) {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t read = ::read(wake_event_.get(), &count, sizeof count);
  std::list<Connection> arrivals;
  {
    const std::lock_guard lock(inbox_mutex_);
    arrivals.swap(arrivals_);
  }
  for (Connection& connection : arrivals) {
    --load_;
    admit(std::move(connection));
  }
  while (std::optional<Answer> late = next_answer()) {
    Connection& connection = *late->connection;
    enter(connection, Phase::idle);
    respond(connection, late->response, bench);
    if (!consume(connection, connection.in, bench)) return false;
    settle(connection);
  }
  return true;
}

// One by one: while the requests behind an answer are served the loop may be taken over.
std::optional<Loop::Answer> Loop::next_answer() {
  const std::lock_guard lock(inbox_mutex_);
  if (answers_.empty()) return std::nullopt;
  std::optional<Answer> answer = std::move(answers_.back());
  answers_.pop_back();
  return answer;
}

void Loop::admit(Connection connection) {
  ++load_;
  std::list<Connection>& idle = in(Phase::idle);
  idle.push_back(std::move(connection));
  Connection& admitted = idle.back();
  admitted.self = std::prev(idle.end());
  const bool handshaking = admitted.tls && !admitted.tls->established();
  enter(admitted, handshaking ? Phase::reading : Phase::idle);
}

// --- one connection

bool Loop::serve_connection(Connection& connection, std::uint32_t events, Bench& bench) {
  if (connection.phase == Phase::writing) {
    if ((events & EPOLLERR) != 0) connection.broken = true;
    connection.flush();
    connection.yields = false;
    if (!consume(connection, connection.in, bench)) return false;  // what waited behind the answer
  } else if (!receive(connection, bench)) {
    return false;
  }
  settle(connection);
  return true;
}

bool Loop::receive(Connection& connection, Bench& bench) {
  std::string_view input;
  const Connection::Received received =
      connection.receive(bench.plain, bench.received.data(), bench.received.size(), input);
  if (received == Connection::Received::end) connection.broken = true;
  if (received == Connection::Received::not_tls) {
    connection.tls.reset();
    refuse(connection, {400, "This port speaks HTTPS; the request came as plain HTTP."});
  }
  if (received != Connection::Received::something) return true;
  if (connection.phase == Phase::lingering) {
    connection.lingered += input.size();
    if (connection.lingered > max_lingered) connection.broken = true;
    return true;
  }
  if (connection.in.empty()) return consume(connection, input, bench);
  connection.in.append(input);
  return consume(connection, connection.in, bench);
}

// Answers the requests in `input`, which is what arrived or connection.in, and keeps the rest.
bool Loop::consume(Connection& connection, std::string_view input, Bench& bench) {
  const auto keep = [&](std::string_view rest) {
    if (rest.empty()) {
      connection.in = {};
    } else if (connection.in.empty()) {
      connection.in.assign(rest);
    } else {
      connection.in.erase(0, connection.in.size() - rest.size());
    }
  };
  for (int answered = 0; !input.empty() && connection.takes_requests(); ++answered) {
    if (answered == max_answers) {
      connection.yields = true;
      break;
    }
    bool complete = false;
    try {
      complete = read_request(connection, input, bench);
    } catch (const Refusal& refusal) {
      refuse(connection, refusal);
      connection.in = {};
      return true;
    }
    keep(input);  // before the handler: the buffer is its thread's, and that may leave
    if (!complete) return true;
    if (!answer(connection, bench)) return false;
    if (connection.phase == Phase::working) return true;  // held back
    input = connection.in;
  }
  if (connection.held && !connection.takes_requests()) connection.yields = true;
  keep(input);
  return true;
}

// Takes a whole request off the input into bench.request, or what there is of it.
bool Loop::read_request(Connection& connection, std::string_view& input, Bench& bench) {
  if (connection.partial) {
    PartialRequest& partial = *connection.partial;
    if (!partial.body.take(input, partial.request.body)) return false;
    std::swap(bench.request, partial.request);
    connection.partial.reset();
    return true;
  }
  skip_empty_lines(input);
  const std::size_t size = parse_head(input, bench.request, connection.framing);
  if (size == 0) return false;
  input.remove_prefix(size);
  BodyReader body(connection.framing, body_limit(service_.options, bench.request));
  connection.without_body = bench.request.method == "HEAD";
  bench.request.secure = connection.tls != nullptr;
  bench.request.remote = connection.remote;
  if (body.take(input, bench.request.body)) return true;
  if (connection.framing.expects_continue && bench.request.body.empty()) {
    connection.send("HTTP/1.1 100 Continue\r\n\r\n", {});
  }
  connection.partial =
      std::make_unique<PartialRequest>(PartialRequest{std::move(bench.request), std::move(body)});
  bench.request = {};
  return false;
}

bool Loop::answer(Connection& connection, Bench& bench) {
  current_ = &connection;
  const std::uint64_t turn = turn_.fetch_add(1) + 1;
  if (service_.watch_sleeps.load() != 0 && service_.watch_sleeps.exchange(0) != 0) {
    service_.watch_sleeps.notify_one();
  }
  api::Response response = call_handler(service_, bench.request);
  const Hold hold = service_.options.hold ? service_.options.hold() : Hold();
  std::uint64_t expected = turn;
  if (!turn_.compare_exchange_strong(expected, turn + 1)) {
    if (hold) {
      hold_back(connection, std::move(response), hold);
    } else {
      answer_later({&connection, std::move(response)});
    }
    return false;
  }
  current_ = nullptr;
  now_ = milliseconds();
  if (bench.request.body.capacity() > max_kept_body) bench.request.body = {};
  if (hold) {
    set_aside(connection);
    hold_back(connection, std::move(response), hold);
    return true;
  }
  respond(connection, response, bench);
  return true;
}

void Loop::answer_later(Answer answer) {
  {
    const std::lock_guard lock(inbox_mutex_);
    answers_.push_back(std::move(answer));
  }
  wake();
}

// The connection is set aside, here or by the thread that took the loop over.
void Loop::hold_back(Connection& connection, api::Response response, const Hold& hold) {
  hold([this, &connection, held = std::move(response)](bool kept) mutable {
    // A 503 has told of it already.
    if (!kept && held.status != 503) {
      held = refusal_response(
          service_.options,
          {503,
           "What this request did could not be written to the journal, so it may be lost; okapi "
           "says on stderr why."});
    }
    answer_later({&connection, std::move(held)});
  });
}

bool Loop::take_over(std::uint64_t turn) { return turn_.compare_exchange_strong(turn, turn + 1); }

void Loop::respond(Connection& connection, const api::Response& response, Bench& bench) {
  if (response.drop) {
    connection.flush();  // what it was answered before
    connection.broken = true;
    return;
  }
  // What follows the request already is in no protocol that was agreed upon.
  if (response.upgrade && !connection.tls && connection.in.empty()) {
    connection.flush();
    if (!connection.has_output()) return give_away(connection, response);
  }
  if (response.close || !connection.framing.keep_alive || service_.stopping) {
    connection.closing = true;
  }
  write_head(bench.head, response,
             {.closes = connection.closing, .confirms_keep_alive = connection.framing.http_1_0});
  const bool silent = connection.without_body || !may_have_body(response.status);
  if (holds_) hold_output(connection);
  connection.send(bench.head, silent ? std::string_view() : std::string_view(response.body));
  note_wait(connection, response.queue);
  // What comes next has its own time to arrive.
  if (connection.phase == Phase::reading) enter(connection, Phase::idle);
}

// Each answer that is sent wakes a client, which takes the processor from the request after it. So
// the answers of a round leave together.
void Loop::hold_output(Connection& connection) {
  if (std::exchange(connection.held, true)) return;
  held_.push_back(&connection);
}

void Loop::send_held() {
  holds_ = false;
  for (Connection* connection : std::exchange(held_, {})) {
    connection->held = false;
    connection->flush();
    settle(*connection);
  }
}

// Two threads whose requests wait for one another do less than one: what both write to wanders
// between the processors' caches, and so does the lock. So whoever waits often moves to the loop
// where the others of its queue are.
void Loop::note_wait(Connection& connection, std::optional<std::size_t> queue) {
  constexpr int one_wait = 4;
  constexpr int many_waits = 32;
  if (!queue) {
    connection.waits = std::max(connection.waits - 1, 0);
    return;
  }
  connection.waits += one_wait;
  if (connection.waits < many_waits) return;
  connection.waits = 0;
  connection.queue = queue;
}

Loop& Loop::loop_of(const Connection& connection) {
  if (!connection.queue || stopping_) return *this;
  return *service_.loops[*connection.queue % service_.loops.size()];
}

void Loop::hand_over(Connection& connection, Loop& to) {
  forget(connection);
  connection.queue.reset();
  std::list<Connection>& from = in(connection.phase);
  Connection moved = std::move(connection);
  from.erase(moved.self);
  --load_;
  moved.phase = Phase::idle;
  to.adopt(std::move(moved));
}

void Loop::give_away(Connection& connection, const api::Response& response) {
  forget(connection);
  connection.broken = true;  // so that settle() ends it here
  response.upgrade(connection.socket.release());
}

void Loop::refuse(Connection& connection, const Refusal& refusal) {
  const api::Response response = refusal_response(service_.options, refusal);
  std::string head;
  write_head(head, response, {.closes = true});
  connection.partial.reset();
  connection.closing = true;
  connection.lingers = true;
  connection.send(head, response.body);
}

// --- phases

// The one place that decides what a connection waits for next.
void Loop::settle(Connection& connection) {
  if (connection.phase == Phase::working) return;  // its answer is still to come
  if (connection.held) return;                     // until it is sent
  if (connection.broken) return close(connection);
  // One that yields waits for nothing: a socket without output is writable at once.
  if (connection.has_output() || connection.yields) return enter(connection, Phase::writing);
  if (connection.closing) {
    if (!connection.lingers || stopping_) return close(connection);
    if (connection.phase != Phase::lingering) connection.end_output();
    return enter(connection, Phase::lingering);
  }
  const bool handshaking = connection.tls && !connection.tls->established();
  const bool begun = connection.partial || !connection.in.empty() || handshaking;
  if (Loop& loop = loop_of(connection); &loop != this && !begun) return hand_over(connection, loop);
  enter(connection, begun ? Phase::reading : Phase::idle);
}

void Loop::enter(Connection& connection, Phase phase) {
  // A request has to arrive within its time as a whole, however often a byte of it comes.
  const bool deadline_runs = phase == Phase::reading || phase == Phase::lingering;
  if (connection.phase == phase && deadline_runs) return;
  std::list<Connection>& from = in(connection.phase);
  std::list<Connection>& to = in(phase);
  to.splice(to.end(), from, connection.self);
  connection.phase = phase;
  connection.deadline = now_ + time_allowed(service_.options, phase);
  watch_for(connection, phase == Phase::writing ? EPOLLOUT : EPOLLIN);
}

void Loop::watch_for(Connection& connection, std::uint32_t interest) {
  if (connection.interest == interest) return;
  epoll_event event{};
  event.events = interest;
  event.data.ptr = &connection;
  const int operation = connection.interest == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  connection.interest = interest;
  ::epoll_ctl(epoll_.get(), operation, connection.socket.get(), &event);
}

void Loop::forget(Connection& connection) {
  if (connection.interest == 0) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection.socket.get(), nullptr);
  connection.interest = 0;
}

// Its handler still runs elsewhere; until its answer is in the inbox the socket stays untouched.
void Loop::set_aside(Connection& connection) {
  forget(connection);
  std::list<Connection>& working = in(Phase::working);
  working.splice(working.end(), in(connection.phase), connection.self);
  connection.phase = Phase::working;
}

void Loop::close(Connection& connection) {
  --load_;
  if (connection.tls && !connection.broken) connection.end_output();
  // Closing the descriptor is not enough while a process that was forked has it too: epoll would go
  // on telling of a connection that is no more.
  forget(connection);
  in(connection.phase).erase(connection.self);
  if (accept_again_ != 0 && !stopping_) set_accepting(true);
}

}  // namespace okapi::server
