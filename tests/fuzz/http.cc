#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <thread>

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/text.h"
#include "server/loop.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/targets.h"

namespace okapi::fuzz {
namespace {

constexpr std::size_t most_segments = 64;
constexpr std::size_t most_body = 4096;

// Says what was understood, so that two readings of the same bytes can be compared.
api::Response echo(const api::Request& request) {
  api::Response response;
  response.body = concat(request.method, " ", request.target, "\n");
  for (const auto& [name, value] : request.headers) {
    response.body += concat(name, "=", value, "\n");
  }
  response.body += request.body;
  response.close = request.path() == "/close";
  response.drop = request.path() == "/drop";
  return response;
}

// One loop on a thread of its own, which gets connections without a listener.
class Server {
 public:
  Server() {
    service_.options.max_body = most_body;
    service_.options.refuse = [](int status, const std::string& /*reason*/) {
      api::Response response;
      response.status = status;
      return response;
    };
    service_.handle = echo;
    service_.loops.push_back(std::make_unique<server::Loop>(service_));
    thread_ = std::thread([this] {
      const auto bench = std::make_unique<server::Bench>();
      (void)service_.loops.front()->run(*bench);
    });
  }
  ~Server() {
    service_.stopping = true;
    service_.loops.front()->wake();
    thread_.join();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // A connection's end; the server has the other. Each segment sent is one that is received.
  [[nodiscard]] server::Descriptor connect() {
    std::array<int, 2> ends{};
    expect(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0, "no sockets");
    server::Descriptor ours(ends[0]);
    // Longer than the loop waits for anybody here; a server that says nothing and does not close
    // has lost the connection.
    const timeval patience{.tv_sec = 8, .tv_usec = 0};
    ::setsockopt(ours.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    server::Connection connection;
    connection.socket = server::Descriptor(ends[1]);
    int flags = 1;
    ::ioctl(ends[1], FIONBIO, &flags);
    service_.loops.front()->adopt(std::move(connection));
    return ours;
  }

 private:
  server::Service service_;
  std::thread thread_;
};

void receive_all(int socket, std::string& into) {
  std::array<char, 256 << 10> buffer;
  for (;;) {
    const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (count > 0) into.append(buffer.data(), std::size_t(count));
    if (count == 0) return;
    // Told once, before what is still there; or a timer of libFuzzer's.
    if (count < 0 && (errno == ECONNRESET || errno == EINTR)) continue;
    expect(count > 0, "the server neither answers nor closes");
  }
}

// Everything the server says to these bytes in segments of that size.
std::string exchange(Server& server, std::string_view bytes, std::size_t segment) {
  const server::Descriptor socket = server.connect();
  while (!bytes.empty()) {
    const std::string_view sent = bytes.substr(0, segment);
    if (::send(socket.get(), sent.data(), sent.size(), MSG_NOSIGNAL) < 0) break;
    bytes.remove_prefix(sent.size());
  }
  ::shutdown(socket.get(), SHUT_WR);
  std::string said;
  receive_all(socket.get(), said);
  return said;
}

// "100 Continue" is said only to a body that has not arrived yet, and what a refusal names depends
// on how much had arrived when it was clear. The handler refuses nothing.
std::string essence(std::string text) {
  constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
  for (std::size_t at = 0; (at = text.find(interim, at)) != std::string::npos;) {
    text.erase(at, interim.size());
  }
  const std::size_t last = text.rfind("HTTP/1.1 ");
  if (last == std::string::npos || text.find_first_of("45", last) != last + 9) return text;
  return text.substr(0, last) + "refused";
}

std::size_t segment_size(std::string_view line, std::size_t all) {
  std::size_t size = 0;
  for (const char c : line.substr(0, 4)) {
    if (c >= '0' && c <= '9') size = size * 10 + static_cast<std::size_t>(c - '0');
  }
  return std::max({size, all / most_segments, std::size_t{1}});
}

}  // namespace

void http(std::string_view input) {
  static Server server;
  const std::size_t segment = segment_size(take_line(input), input.size());
  const std::string whole = essence(exchange(server, input, input.size() + 1));
  const std::string parts = essence(exchange(server, input, segment));
  expect(whole == parts,
         concat("the segments change the meaning:\n", whole, "\n--- and in parts\n", parts));
  expect(whole.empty() || whole == "refused" || whole.starts_with("HTTP/1.1 "),
         "no answer of HTTP: " + whole);
}

}  // namespace okapi::fuzz
