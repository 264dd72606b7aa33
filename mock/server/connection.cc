#include "server/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace okapi::server {
namespace {

constexpr std::size_t max_record = 16 << 10;
constexpr char tls_handshake = 0x16;  // the first byte of every TLS connection

bool is_would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Connection::Received Connection::receive(std::string& plain, char* buffer, std::size_t size,
                                         std::string_view& input) {
  const ssize_t count = ::recv(socket.get(), buffer, size, 0);
  if (count < 0) return is_would_block(errno) ? Received::nothing : Received::end;
  if (count == 0) return Received::end;
  input = {buffer, std::size_t(count)};
  if (!tls) return Received::something;
  if (tls->fresh() && input.front() != tls_handshake) return Received::not_tls;
  plain.clear();
  const bool alive = tls->receive(input, plain, out);
  flush();
  input = plain;
  if (!plain.empty()) return Received::something;
  return alive ? Received::nothing : Received::end;
}

void Connection::send(std::string_view head, std::string_view body) {
  if (broken) return;
  if (tls) {
    // As one record when it fits into one: a record costs more than copying its text.
    const bool joined = head.size() + body.size() <= max_record;
    const std::string whole = joined ? std::string(head).append(body) : std::string();
    const bool sent = joined ? tls->send(whole, out) : tls->send(head, out) && tls->send(body, out);
    if (!sent) broken = true;
    if (!held) flush();
    return;
  }
  std::size_t sent = 0;
  if (out.empty() && !held) {
    // sendmsg and not writev, for MSG_NOSIGNAL: a client that has gone must not end the process.
    std::array<iovec, 2> parts{{{const_cast<char*>(head.data()), head.size()},
                                {const_cast<char*>(body.data()), body.size()}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t count = ::sendmsg(socket.get(), &message, MSG_NOSIGNAL);
    if (count < 0 && !is_would_block(errno)) broken = true;
    if (count > 0) sent = std::size_t(count);
    if (broken || sent == head.size() + body.size()) return;
  }
  out.append(head.substr(std::min(sent, head.size())));
  out.append(body.substr(sent > head.size() ? sent - head.size() : 0));
}

void Connection::flush() {
  while (!broken && out_sent < out.size()) {
    const ssize_t count =
        ::send(socket.get(), out.data() + out_sent, out.size() - out_sent, MSG_NOSIGNAL);
    if (count < 0 && is_would_block(errno)) return;
    if (count < 0) broken = true;
    if (count > 0) out_sent += std::size_t(count);
  }
  out = {};  // gives the memory back, too: most connections are idle most of the time
  out_sent = 0;
}

void Connection::end_output() {
  if (tls) {
    tls->close(out);
    flush();
  }
  ::shutdown(socket.get(), SHUT_WR);
}

}  // namespace okapi::server
