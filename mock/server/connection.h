// One client: its socket, what has come in and not been understood, what has to go out and was not
// taken yet. Everything is non-blocking; when to call what is the loop's business (loop.h).
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/request.h"
#include "server/body.h"
#include "server/head.h"
#include "server/tls.h"

namespace okapi::server {

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// A request whose head is read and whose body is still arriving.
struct PartialRequest {
  api::Request request;
  BodyReader body;
};

struct Connection {
  enum class Phase { idle, reading, working, writing, lingering };
  enum class Received { something, nothing, not_tls, end };

  Descriptor socket;
  std::string remote;
  std::unique_ptr<TlsSession> tls;  // null: plain
  std::string in;                   // received, not yet understood
  std::unique_ptr<PartialRequest> partial;
  std::string out;           // to be sent when the socket takes it
  std::size_t out_sent = 0;  // of `out`
  std::size_t lingered = 0;  // bytes thrown away while lingering
  Phase phase = Phase::idle;
  std::int64_t deadline = 0;   // in milliseconds: when this phase ends by force
  std::uint32_t interest = 0;  // as registered with epoll
  Framing framing;             // of the request being answered
  bool without_body = false;   // which is a HEAD
  bool closing = false;        // after `out` is sent
  bool lingers = false;        // reads on before it closes, or the answer would be lost
  bool broken = false;
  bool yields = false;  // has more requests, but others come first
  bool held = false;    // `out` leaves with the answers to others
  int waits = 0;        // how often its requests waited for those of others, lately
  std::optional<std::size_t> queue;  // in which they wait, once that is often
  std::list<Connection>::iterator self;

  // Receives into `buffer` and points `input` at what the client said; `plain` backs it under TLS.
  [[nodiscard]] Received receive(std::string& plain, char* buffer, std::size_t size,
                                 std::string_view& input);
  // Sends head and body in one system call; what the socket does not take stays in `out`. All of
  // it stays there while that is held.
  void send(std::string_view head, std::string_view body);
  void flush();
  [[nodiscard]] bool has_output() const { return !out.empty(); }
  // Not while an answer waits to be taken: a client that does not read is not worked for.
  [[nodiscard]] bool takes_requests() const {
    constexpr std::size_t most_held = 64 << 10;
    return out.size() <= (held ? most_held : 0) && !closing && !broken;
  }
  // Says that no more will be sent.
  void end_output();
};

}  // namespace okapi::server
