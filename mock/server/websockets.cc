#include "server/websockets.h"

#include <chrono>
#include <deque>
#include <map>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <sys/socket.h>

#include "base/ascii.h"
#include "server/io_thread.h"

namespace okapi::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t largest_message = 1 << 20;
constexpr std::size_t most_unsent = 4 << 20;  // bytes that wait for a client that does not read

constexpr std::chrono::seconds shake_time(5);

struct Outgoing {
  std::string text;
  std::function<void(bool)> done;
};

tcp protocol_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4();
}

}  // namespace

struct WebSockets::Impl {
  class Socket;
  using Handshake = http::request<http::string_body>;

  void open(int socket, const Handshake& handshake, const std::string& protocol,
            const Callbacks& callbacks);

  IoThread io;
  std::map<Id, std::shared_ptr<Socket>> sockets;  // of the thread
  Id newest = 0;                                  // likewise
};

// Lives in the map while it is open, and in the handlers that wait for it.
class WebSockets::Impl::Socket : public std::enable_shared_from_this<Socket> {
 public:
  Socket(Impl& owner, Id id, int socket, Callbacks callbacks)
      : owner_(owner),
        id_(id),
        stream_(tcp::socket(owner.io.context(), protocol_of(socket), socket)),
        callbacks_(std::move(callbacks)) {}

  void start(Handshake handshake, std::string protocol) {
    handshake_ = std::move(handshake);
    websocket::stream_base::timeout times =
        websocket::stream_base::timeout::suggested(beast::role_type::server);
    times.handshake_timeout = shake_time;  // of closing, too
    stream_.set_option(times);
    stream_.set_option(websocket::stream_base::decorator(
        [protocol = std::move(protocol)](websocket::response_type& answer) {
          if (!protocol.empty()) answer.set(http::field::sec_websocket_protocol, protocol);
        }));
    stream_.read_message_max(largest_message);
    stream_.async_accept(handshake_, [self = shared_from_this()](const error_code& error) {
      if (error) return self->end();
      self->callbacks_.opened(self->id_);
      self->read();
    });
  }

  void send(Outgoing outgoing) {
    if (ended_ || unsent_ + outgoing.text.size() > most_unsent) {
      if (outgoing.done) outgoing.done(false);
      return end();
    }
    unsent_ += outgoing.text.size();
    outgoing_.push_back(std::move(outgoing));
    if (outgoing_.size() == 1) write();
  }

 private:
  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](const error_code& error, std::size_t) {
      if (error) return self->end();
      const std::string text = beast::buffers_to_string(self->buffer_.data());
      self->buffer_.consume(self->buffer_.size());
      self->callbacks_.received(self->id_, text);
      self->read();
    });
  }

  void write() {
    stream_.text(true);
    stream_.async_write(asio::buffer(outgoing_.front().text),
                        [self = shared_from_this()](const error_code& error, std::size_t) {
                          if (error) return self->end();
                          Outgoing sent = std::move(self->outgoing_.front());
                          self->outgoing_.pop_front();
                          self->unsent_ -= sent.text.size();
                          if (!self->outgoing_.empty()) self->write();
                          if (sent.done) sent.done(true);
                        });
  }

  void end() {
    if (std::exchange(ended_, true)) return;
    beast::get_lowest_layer(stream_).close();
    // Their texts stay where they are: a write that is under way may still look at the first.
    for (Outgoing& lost : outgoing_) {
      if (lost.done) std::exchange(lost.done, {})(false);
    }
    callbacks_.closed(id_);
    owner_.sockets.erase(id_);
  }

  Impl& owner_;
  Id id_;
  websocket::stream<beast::tcp_stream> stream_;
  Handshake handshake_;
  Callbacks callbacks_;
  beast::flat_buffer buffer_;
  std::deque<Outgoing> outgoing_;
  std::size_t unsent_ = 0;
  bool ended_ = false;
};

void WebSockets::Impl::open(int socket, const Handshake& handshake, const std::string& protocol,
                            const Callbacks& callbacks) {
  const Id id = ++newest;
  const auto opened = std::make_shared<Socket>(*this, id, socket, callbacks);
  sockets[id] = opened;
  opened->start(handshake, protocol);
}

WebSockets::WebSockets() : impl_(std::make_unique<Impl>()) {}

WebSockets::~WebSockets() { stop(); }

bool WebSockets::is_upgrade(const api::Request& request) {
  return request.method == "GET" &&
         equal_ignoring_case(api::header(request.headers, "Upgrade"), "websocket");
}

api::Response WebSockets::accept(const api::Request& request, std::string protocol,
                                 Callbacks callbacks) {
  Impl::Handshake handshake;
  handshake.method(http::verb::get);
  handshake.target(request.target);
  handshake.version(11);
  for (const auto& [name, value] : request.headers) handshake.insert(name, value);
  api::Response response;
  response.status = 400;
  response.upgrade = [this, handshake = std::move(handshake), protocol = std::move(protocol),
                      callbacks = std::move(callbacks)](int socket) {
    impl_->io.run([this, socket, handshake, protocol, callbacks] {
      impl_->open(socket, handshake, protocol, callbacks);
    });
  };
  return response;
}

void WebSockets::send(Id id, std::string text, std::function<void(bool)> done) {
  impl_->io.run([this, id, text = std::move(text), done = std::move(done)]() mutable {
    const auto found = impl_->sockets.find(id);
    if (found != impl_->sockets.end()) {
      const std::shared_ptr<Impl::Socket> socket = found->second;
      socket->send({std::move(text), std::move(done)});
    } else if (done) {
      done(false);
    }
  });
}

void WebSockets::stop() { impl_->io.stop(); }

}  // namespace okapi::server
