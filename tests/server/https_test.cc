// TLS: the same transport behind a certificate.
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "server/http.h"
#include "tests/server/raw_client.h"

namespace okapi::server {
namespace {

using namespace std::chrono_literals;
using tests::RawClient;
using tests::Reply;

api::Response echo(const api::Request& request) {
  api::Response response;
  response.body = (request.secure ? "secure [" : "plain [") + request.body + "]";
  if (request.target == "/big") response.body.assign(4 << 20, 'b');
  return response;
}

HttpOptions tls_options() {
  HttpOptions options;
  options.port = 0;
  options.workers = 1;
  options.tls = true;
  return options;
}

struct Server {
  explicit Server(HttpOptions options = tls_options()) : http(std::move(options), echo) {
    http.start();
  }
  HttpServer http;
};

class TlsClient {
 public:
  explicit TlsClient(int port, int max_version = TLS1_3_VERSION) : raw_(port) {
    SSL_CTX_set_max_proto_version(context_.get(), max_version);
    session_.reset(SSL_new(context_.get()));
    SSL_set_fd(session_.get(), raw_.socket());
    SSL_set_tlsext_host_name(session_.get(), "localhost");
    connected_ = SSL_connect(session_.get()) == 1;
    ERR_clear_error();
  }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] SSL* session() const { return session_.get(); }

  [[nodiscard]] std::string ask(const std::string& request) {
    SSL_write(session_.get(), request.data(), int(request.size()));
    std::string text;
    std::size_t head = 0;
    while ((head = text.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more(text)) return text;
    }
    const std::size_t at = text.find("Content-Length: ");
    const std::size_t length = std::strtoul(text.c_str() + at + 16, nullptr, 10);
    while (text.size() < head + 4 + length && read_more(text)) {
    }
    return text;
  }
  [[nodiscard]] bool at_end() {
    std::string text;
    return !read_more(text);
  }

 private:
  bool read_more(std::string& text) {
    char buffer[16'384];
    const int count = SSL_read(session_.get(), buffer, sizeof buffer);
    if (count > 0) text.append(buffer, std::size_t(count));
    return count > 0;
  }

  RawClient raw_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()),
                                                             &SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> session_{nullptr, &SSL_free};
  bool connected_ = false;
};

const std::string get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

bool ends_with(const std::string& text, const std::string& end) { return text.ends_with(end); }

TEST_CASE("requests and answers of every size pass through TLS") {
  Server server;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.http.port(), version);
    REQUIRE(client.connected());
    CHECK(ends_with(client.ask(get), "secure []"));
    CHECK(ends_with(client.ask(get), "secure []"));
    const std::string body(200'000, 'x');
    CHECK(
        ends_with(client.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + body),
                  "secure [" + body + "]"));
    CHECK(client.ask("GET /big HTTP/1.1\r\nHost: x\r\n\r\n").size() > (4 << 20));
  }
}

TEST_CASE("older versions of TLS are refused") {
  Server server;
  CHECK_FALSE(TlsClient(server.http.port(), TLS1_1_VERSION).connected());
}

TEST_CASE("the certificate made at start is one for this machine") {
  Server server;
  TlsClient client(server.http.port());
  REQUIRE(client.connected());
  X509* certificate = SSL_get0_peer_certificate(client.session());
  CHECK(X509_check_host(certificate, "localhost", 0, 0, nullptr) == 1);
  CHECK(X509_check_ip_asc(certificate, "127.0.0.1", 0) == 1);
  CHECK(X509_check_ip_asc(certificate, "::1", 0) == 1);
  CHECK(X509_check_host(certificate, "api.stripe.com", 0, 0, nullptr) == 0);
  CHECK(X509_verify(certificate, X509_get0_pubkey(certificate)) == 1);
}

TEST_CASE("plain HTTP on the HTTPS port is told so") {
  Server server;
  RawClient client(server.http.port());
  const Reply reply = client.ask(get);
  CHECK(reply.status == 400);
  CHECK(reply.body == "This port speaks HTTPS; the request came as plain HTTP.");
  CHECK(client.at_end());
}

TEST_CASE("a handshake that stalls keeps nobody waiting and is given up") {
  HttpOptions options = tls_options();
  options.read_timeout_ms = 100;
  Server server(options);
  RawClient silent(server.http.port());
  RawClient stalled(server.http.port());
  stalled.send("\x16\x03\x01\x01");
  TlsClient other(server.http.port());
  REQUIRE(other.connected());
  CHECK(ends_with(other.ask(get), "secure []"));
  CHECK(stalled.at_end());
  CHECK(silent.at_end());
}

TEST_CASE("junk instead of a handshake ends the connection") {
  Server server;
  RawClient client(server.http.port());
  client.send("\x16\x03\x01" + std::string(100, 'x'));
  CHECK(client.receive().status == 0);
}

TEST_CASE("stop ends idle TLS connections at once") {
  Server server;
  TlsClient client(server.http.port());
  CHECK(ends_with(client.ask(get), "secure []"));
  const auto start = std::chrono::steady_clock::now();
  CHECK(server.http.stop());
  CHECK(std::chrono::steady_clock::now() - start < 300ms);
  CHECK(client.at_end());
}

TEST_CASE("a certificate that cannot be used is reported with its file") {
  HttpOptions options = tls_options();
  const auto message = [&] {
    try {
      const Server server(options);
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  options.tls_cert = "no-such-file.pem";
  CHECK(message() == "a certificate needs its key: give --tls-cert and --tls-key together");
  options.tls_key = "no-such-key.pem";
  CHECK(message().find("cannot read a PEM certificate from no-such-file.pem") == 0);
}

}  // namespace
}  // namespace okapi::server
