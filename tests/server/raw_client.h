// A client that says exactly the bytes it is told to, for what no decent client would send.
#pragma once

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace okapi::tests {

struct Reply {
  int status = 0;  // 0: the connection ended, or nothing came in time
  std::string head;
  std::string body;
};

class RawClient {
 public:
  RawClient() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {}
  explicit RawClient(int port) : RawClient() { connect(port); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { close(); }

  // A small one fills up quickly when nobody reads.
  void set_receive_buffer(int size) const {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  void connect(int port) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;  // the server has ended the connection: what it said tells why
      bytes.remove_prefix(std::size_t(count));
    }
  }

  // The next answer; one to a HEAD has no body whatever its head says.
  [[nodiscard]] Reply receive(bool without_body = false) {
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return {};
    }
    Reply reply;
    reply.status = std::atoi(received_.c_str() + 9);
    reply.head = received_.substr(0, end + 4);
    received_.erase(0, end + 4);
    const std::size_t at = reply.head.find("Content-Length: ");
    if (without_body || at == std::string::npos) return reply;
    const std::size_t length = std::strtoul(reply.head.c_str() + at + 16, nullptr, 10);
    while (received_.size() < length) {
      if (!read_more()) return {};
    }
    reply.body = received_.substr(0, length);
    received_.erase(0, length);
    return reply;
  }
  [[nodiscard]] Reply ask(std::string_view bytes) {
    send(bytes);
    return receive();
  }
  // That many bytes; fewer when the connection ends, or nothing comes in time.
  [[nodiscard]] std::string take(std::size_t count) {
    while (received_.size() < count && read_more()) {
    }
    std::string taken = received_.substr(0, count);
    received_.erase(0, taken.size());
    return taken;
  }
  // True when the server ends the connection, whatever it says before.
  [[nodiscard]] bool ends() {
    while (read_more()) {
    }
    return ended_;
  }
  // True when the server ends the connection and says nothing more before.
  [[nodiscard]] bool at_end() { return received_.empty() && !read_more() && ended_; }
  // True when nothing comes for that long.
  [[nodiscard]] bool silent_for(std::chrono::milliseconds time) const {
    pollfd waiting{socket_, POLLIN, 0};
    return received_.empty() && ::poll(&waiting, 1, int(time.count())) == 0;
  }
  [[nodiscard]] int socket() const { return socket_; }

 private:
  [[nodiscard]] bool read_more() {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, 5'000) != 1) return false;
    std::array<char, 64 << 10> buffer;
    const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    ended_ = count <= 0;
    if (!ended_) received_.append(buffer.data(), std::size_t(count));
    return !ended_;
  }

  int socket_;
  bool ended_ = false;
  std::string received_;
};

}  // namespace okapi::tests
