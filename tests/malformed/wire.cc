#include "tests/malformed/wire.h"

#include <array>
#include <cstdlib>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace okapi::malformed {
namespace {

constexpr int patience_ms = 5'000;

class Socket {
 public:
  explicit Socket(int port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (descriptor_ < 0 || ::connect(descriptor_, generic, sizeof address) != 0) {
      throw std::runtime_error("cannot connect to port " + std::to_string(port));
    }
  }
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Stops early when the server has had enough and closed.
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void end_sending() const { ::shutdown(descriptor_, SHUT_WR); }

  // False at the end, at an error and when nothing comes for too long.
  bool receive(std::string& into, bool& timed_out) const {
    pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, patience_ms) == 0) {
      timed_out = true;
      return false;
    }
    std::array<char, 16'384> buffer;
    const ssize_t got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    into.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }

 private:
  int descriptor_;
};

std::string head_of(const api::Request& request) {
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : request.headers) head += name + ": " + value + "\r\n";
  return head;
}

std::string chunk(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string size;
  for (std::size_t left = text.size(); left > 0; left /= 16) size.insert(0, 1, digits[left % 16]);
  return size + "\r\n" + std::string(text) + "\r\n";
}

std::string broken_chunks(const std::string& body, Random& random) {
  const std::string good = body.empty() ? "" : chunk(body);
  switch (random.below(10)) {
    case 0:
      return "zz\r\n" + body + "\r\n0\r\n\r\n";
    case 1:
      return "-1\r\n" + body + "\r\n0\r\n\r\n";
    case 2:
      return "FFFFFFFFFFFFFFFFF\r\n" + body;
    case 3:
      return "7fffffffffffffff\r\n" + body;
    case 4:
      return good;  // without the last chunk
    case 5:
      return good + "0\r\n";  // without the end
    case 6:
      return "5\r\nabcdefgh\r\n0\r\n\r\n";
    case 7:
      return "\r\n" + good + "0\r\n\r\n";
    case 8:
      return "5;" + std::string(random.below(20'000), 'e') + "\r\nabcde\r\n0\r\n\r\n";
    default:
      return good + "0\r\n" + "X: " + std::string(random.below(20'000), 't') + "\r\n\r\n";
  }
}

}  // namespace

std::string to_wire(const api::Request& request, Random& random, std::string& what) {
  std::string head = head_of(request);
  const std::string length = std::to_string(request.body.size());
  const std::string plain = head +
                            (request.body.empty() ? "" : "Content-Length: " + length + "\r\n") +
                            "\r\n" + request.body;
  switch (random.below(14)) {
    case 0:
      what += ", broken chunking";
      return head + "Transfer-Encoding: chunked\r\n\r\n" + broken_chunks(request.body, random);
    case 1:
      what += ", length and chunks";
      return head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("abc") +
             "0\r\n\r\n";
    case 2:
      what += ", cut off";
      return plain.substr(0, random.below(plain.size()));
    case 3:
      what += ", a length that is too long";
      return head + "Content-Length: " + std::to_string(request.body.size() + 10) + "\r\n\r\n" +
             request.body;
    case 4: {
      static constexpr auto lengths = std::to_array<std::string_view>(
          {"-1", "abc", "99999999999999999999999", "1e3", "0x10", " ", "3, 3", "+3", "9999999999"});
      what += ", no length";
      return head + "Content-Length: " + std::string(random.pick(lengths)) + "\r\n\r\n" +
             request.body;
    }
    case 5:
      what += ", two lengths";
      return head + "Content-Length: 3\r\nContent-Length: 30\r\n\r\n" + request.body;
    case 6: {
      static constexpr auto lines = std::to_array<std::string_view>(
          {"no colon here\r\n", " folded: x\r\n", ": empty\r\n", "bad name: x\r\n", "\x01: x\r\n",
           "X: a\rb\r\n", "X: a\nY: b\r\n", "X\t: y\r\n", "Host: a\r\nHost: b\r\n"});
      what += ", a bad header line";
      return head + std::string(random.pick(lines)) + "\r\n" + request.body;
    }
    case 7:
      what += ", a NUL in the head";
      head[random.below(head.size())] = '\0';
      return head + "\r\n" + request.body;
    case 8: {
      static constexpr auto starts = std::to_array<std::string_view>(
          {"\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
           "GET  / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02", "GET / HTTP/1.1 x\r\n\r\n",
           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", " GET / HTTP/1.1\r\n\r\n",
           "get / http/1.1\r\n\r\n"});
      what += ", a bad request line";
      return std::string(random.pick(starts));
    }
    case 9:
      what += ", random bytes";
      return random.bytes(1 + random.below(5'000));
    case 10:
      what += ", a long request line";
      return "GET /" + std::string(20'000 + random.below(50'000), 'a') + " HTTP/1.1\r\n\r\n";
    case 11:
      what += ", pipelined twice";
      return plain + plain;
    default:
      return plain;
  }
}

WireAnswer exchange(int port, const std::string& bytes) {
  const Socket socket(port);
  socket.send(bytes);
  socket.end_sending();
  std::string text;
  WireAnswer answer;
  while (socket.receive(text, answer.timed_out)) {
  }
  const std::size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.") || end == text.npos) return answer;
  answer.head = text.substr(0, end);
  answer.status = std::atoi(answer.head.substr(9, 3).c_str());
  // Pipelined requests have further answers behind the first.
  const std::size_t length = answer.head.find("Content-Length: ");
  const std::size_t size =
      length == text.npos ? text.npos : std::stoul(answer.head.substr(length + 16));
  answer.body = text.substr(end + 4, size);
  return answer;
}

}  // namespace okapi::malformed
