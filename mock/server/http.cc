#include "server/http.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/time.h"
#include "server/crew.h"
#include "server/loop.h"
#include "server/tls.h"

namespace okapi::server {
namespace {

constexpr int backlog = 1024;  // of clients that connect at once

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses resolve(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const std::string service = std::to_string(port);
  if (const int error = getaddrinfo(host.c_str(), service.c_str(), &hints, &found); error != 0) {
    throw std::runtime_error("cannot find the address of host '" + host +
                             "': " + gai_strerror(error) + "; give --host an address");
  }
  return {found, &freeaddrinfo};
}

// "localhost" is both ::1 and 127.0.0.1; clients written for other mocks expect the latter.
const addrinfo& preferred(const Addresses& addresses) {
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    if (address->ai_family == AF_INET) return *address;
  }
  return *addresses;
}

[[noreturn]] void throw_cannot_listen(const HttpOptions& options) {
  const std::string where = options.host + ":" + std::to_string(options.port);
  if (errno == EADDRINUSE) {
    throw PortTaken("port " + std::to_string(options.port) + " on " + options.host +
                    " is taken; stop what listens there or choose another with --port");
  }
  throw std::runtime_error("cannot listen on " + where + ": " +
                           std::generic_category().message(errno));
}

Descriptor listen_on(const HttpOptions& options) {
  const Addresses addresses = resolve(options.host, options.port);
  const addrinfo& address = preferred(addresses);
  Descriptor listener(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (listener.get() < 0) throw_cannot_listen(options);
  const int on = 1;
  const int off = 0;
  // Not SO_REUSEPORT: a second server on the same port would start silently and get half the
  // requests.
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Accepted sockets inherit it. Without it an answer in two segments waits 40 ms for the client's
  // delayed acknowledgement.
  ::setsockopt(listener.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (address.ai_family == AF_INET6) {
    ::setsockopt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (::bind(listener.get(), address.ai_addr, address.ai_addrlen) != 0 ||
      ::listen(listener.get(), backlog) != 0) {
    throw_cannot_listen(options);
  }
  return listener;
}

int port_of(const Descriptor& listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

int loop_count(const HttpOptions& options) {
  if (options.workers > 0) return options.workers;
  return std::clamp(int(std::thread::hardware_concurrency()), 1, 8);
}

}  // namespace

struct HttpServer::Impl {
  Impl(HttpOptions options, Handle handle) : crew(service) {
    service.listener = listen_on(options);
    if (options.tls) service.tls = std::make_unique<TlsContext>(options.tls_cert, options.tls_key);
    service.options = std::move(options);
    service.handle = std::move(handle);
    for (int i = 0; i < loop_count(service.options); ++i) {
      service.loops.push_back(std::make_unique<Loop>(service));
    }
  }

  Service service;
  Crew crew;  // after what its threads use
};

HttpServer::HttpServer(HttpOptions options, Handle handle)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handle))) {}

HttpServer::~HttpServer() { stop(); }

int HttpServer::port() const { return port_of(impl_->service.listener); }

void HttpServer::start() { impl_->crew.start(); }

bool HttpServer::stop() {
  Service& service = impl_->service;
  service.stop_deadline = monotonic_microseconds() / 1000 + service.options.stop_grace_ms;
  service.stopping = true;
  ::shutdown(service.listener.get(), SHUT_RD);  // new clients are refused from here on
  for (const auto& loop : service.loops) loop->wake();
  return impl_->crew.wait_for_end();
}

}  // namespace okapi::server
