#include <array>
#include <cerrno>
#include <string>

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/json.h"
#include "server/connection.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/targets.h"
#include "tests/fuzz/world.h"

namespace okapi::fuzz {
namespace {

// The client's end of a session; the sockets' thread has the other.
class Client {
 public:
  explicit Client(World& world) {
    std::array<int, 2> ends{};
    expect(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "no sockets");
    socket_ = server::Descriptor(ends[0]);
    const timeval patience{.tv_sec = 8, .tv_usec = 0};
    ::setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    server::Descriptor theirs(ends[1]);
    int flags = 1;
    ::ioctl(ends[1], FIONBIO, &flags);
    const api::Response session = world.dispatch().handle(
        make_request("POST", "/v1/stripecli/sessions", "websocket_features[]=webhooks"));
    api::Request request = make_request("GET", "/stripecli/socket");
    for (const auto& [name, value] :
         {std::pair{"Upgrade", "websocket"}, std::pair{"Connection", "Upgrade"},
          std::pair{"Sec-WebSocket-Version", "13"},
          std::pair{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}}) {
      request.headers.emplace_back(name, value);
    }
    request.headers.emplace_back("Websocket-Id", text(Json::parse(session.body), "websocket_id"));
    const api::Response upgrade = world.dispatch().handle(request);
    expect(static_cast<bool>(upgrade.upgrade), "no upgrade: " + upgrade.body);
    upgrade.upgrade(theirs.release());
    while (received_.find("\r\n\r\n") == std::string::npos) expect(receive(), "no handshake");
    received_.erase(0, received_.find("\r\n\r\n") + 4);
  }

  // The conversation that the next event's frame is one of.
  [[nodiscard]] std::string next_conversation() {
    constexpr std::string_view field = R"("webhook_conversation_id":")";
    std::size_t at = 0;
    while ((at = received_.find(field)) == std::string::npos ||
           received_.find('"', at + field.size()) == std::string::npos) {
      expect(receive(), "no event");
    }
    at += field.size();
    return received_.substr(at, received_.find('"', at) - at);
  }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;  // the server has ended it
      bytes.remove_prefix(std::size_t(count));
    }
  }
  // Says that nothing more comes and waits for the end.
  void finish() {
    ::shutdown(socket_.get(), SHUT_WR);
    while (receive()) {
    }
  }

 private:
  bool receive() {
    std::array<char, 64 << 10> buffer;
    ssize_t count = 0;
    do {  // a timer of libFuzzer's interrupts it
      count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    } while (count < 0 && errno == EINTR);
    if (count == 0 || (count < 0 && errno == ECONNRESET)) return false;
    expect(count > 0, "the server neither answers nor closes");
    received_.append(buffer.data(), std::size_t(count));
    return true;
  }

  server::Descriptor socket_;
  std::string received_;
};

// A text as clients send it: masked, here with zeros.
std::string frame(std::string_view text) {
  std::string out = "\x81";
  if (text.size() < 126) {
    out += static_cast<char>(0x80 | text.size());
  } else {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(text.size() >> 8 & 255);
    out += static_cast<char>(text.size() & 255);
  }
  return out.append(4, '\0').append(text);
}

// CONVERSATION in a message is that of the event that was sent before.
std::string filled(std::string text, const std::string& conversation) {
  constexpr std::string_view name = "CONVERSATION";
  const std::size_t at = text.find(name);
  return at == std::string::npos ? text : text.replace(at, name.size(), conversation);
}

}  // namespace

void websocket(std::string_view input) {
  static World world;
  const bool raw = take_line(input) == "raw";
  Client client(world);
  (void)world.dispatch().handle(make_request("POST", "/v1/customers", "name=Ada"));
  const std::string conversation = client.next_conversation();
  if (raw) {
    client.send(filled(std::string(input), conversation));
  } else {
    while (!input.empty()) {
      client.send(frame(filled(std::string(take_line(input).substr(0, 60'000)), conversation)));
    }
  }
  client.finish();
  const api::Response shown =
      world.dispatch().handle(make_request("GET", "/_okapi/webhooks?limit=1"));
  expect(shown.status == 200 && Json::accept(shown.body), "what was said cannot be shown");
  world.restore();
}

}  // namespace okapi::fuzz
