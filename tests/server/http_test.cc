// The transport from outside: what a client may send and what becomes of it. One case for each trap
// of performance.md 2.
#include "server/http.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/server/raw_client.h"

namespace okapi::server {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using tests::RawClient;
using tests::Reply;

// Answers with the request as it was understood; the paths below do something else.
api::Response echo(const api::Request& request) {
  api::Response response;
  response.body = request.method + " " + request.target + "\n";
  for (const auto& [name, value] : request.headers)
    response.body.append(name).append("=").append(value).append("\n");
  response.body += "[" + request.body + "] from " + request.remote;
  if (request.target == "/close") response.close = true;
  if (request.target == "/drop") response.drop = true;
  if (request.target == "/empty") response.status = 204;
  if (request.target == "/big") response.body.assign(8 << 20, 'b');
  if (request.target == "/throw") throw std::runtime_error("secret detail");
  if (request.target == "/inject") response.headers = {{"X-Echo", "a\r\nX-Evil: 1"}};
  return response;
}

HttpOptions quick_options() {
  HttpOptions options;
  options.port = 0;
  options.workers = 1;
  options.max_body = 100'000;
  options.max_file_body = 300'000;
  options.refuse = [](int status, const std::string& reason) {
    api::Response response;
    response.status = status;
    response.body = R"({"error":")" + reason + "\"}";
    return response;
  };
  return options;
}

struct Server {
  explicit Server(HttpOptions options = quick_options(), HttpServer::Handle handle = echo)
      : http(std::move(options), std::move(handle)) {
    http.start();
  }
  [[nodiscard]] int port() const { return http.port(); }
  HttpServer http;
};

std::string get(const std::string& target, const std::string& headers = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

std::string post(const std::string& target, const std::string& body) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

long open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

// Waits until no more than that many are open.
bool falls_to(long count) {
  const auto start = Clock::now();
  while (open_descriptors() > count && Clock::now() - start < 5s) std::this_thread::sleep_for(5ms);
  return open_descriptors() <= count;
}

// Handlers of /hold wait here, as an advancing clock would.
struct Gate {
  std::promise<void> promise;
  std::shared_future<void> opened = promise.get_future().share();
  std::atomic<int> waiting = 0;

  HttpServer::Handle handle() {
    return [this](const api::Request& request) {
      if (request.target == "/hold") {
        ++waiting;
        opened.wait_for(20s);
      }
      return echo(request);
    };
  }
  void wait_for(int count) const {
    while (waiting < count) std::this_thread::yield();
  }
  void open() { promise.set_value(); }
};

TEST_CASE("a request arrives as it was sent") {
  Server server;
  RawClient client(server.port());
  struct Case {
    std::string name, request, expected;
  };
  const std::string long_query = "/v1/customers?" + std::string(9'000, 'q');
  const std::string long_body(9'000, 'b');
  const Case cases[] = {
      {"a query of 9000 bytes", get(long_query), "GET " + long_query + "\n"},
      {"a second question mark", get("/v1?email=a?b"), "GET /v1?email=a?b\n"},
      {"an escape in the path", get("/v1/a%2Fb"), "GET /v1/a%2Fb\n"},
      {"an escape in a header", get("/", "Idempotency-Key: a%2Fb\r\n"), "Idempotency-Key=a%2Fb\n"},
      {"a header twice", get("/", "A: 1\r\na: 2\r\n"), "A=1\na=2\n"},
      {"a name that CGI knows", get("/", "REMOTE_ADDR: 6.6.6.6\r\n"), "REMOTE_ADDR=6.6.6.6\n"},
      {"the peer's real address", get("/", "REMOTE_ADDR: 6.6.6.6\r\n"), "from 127.0.0.1"},
      {"a Range", get("/", "Range: bytes=0-3\r\n"), "GET /\n"},
      {"a broken Range", get("/", "Range: bytes=z\r\n"), "GET /\n"},
      {"an absolute target", get("http://api.stripe.com/v1/x?y"), "GET /v1/x?y\n"},
      {"OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS *\n"},
      {"a method of no standard", "FROB / HTTP/1.1\r\nHost: x\r\n\r\n", "FROB /\n"},
      {"a form of 9000 bytes", post("/v1/customers", long_body), "[" + long_body + "]"},
      {"a body with NUL", post("/", std::string("a\0b", 3)), std::string("[a\0b]", 5)},
      {"empty lines before it", "\r\n\r\n" + get("/"), "GET /\n"},
      {"spaces around a value", get("/", "A: \t b c \t\r\n"), "A=b c\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Reply reply = client.ask(c.request);
    CHECK(reply.status == 200);
    CHECK(contains(reply.body, c.expected));
  }
}

TEST_CASE("a POST without a length has no body and is answered at once") {
  Server server;
  RawClient client(server.port());
  const Reply reply = client.ask("POST /v1/customers HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(contains(reply.body, "[]"));
}

TEST_CASE("requests that arrive together are all answered, in order") {
  Server server;
  RawClient client(server.port());
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += post("/" + std::to_string(i), "x" + std::to_string(i));
  client.send(requests);
  for (int i = 0; i < 200; ++i) {
    const Reply reply = client.receive();
    REQUIRE(contains(reply.body, "POST /" + std::to_string(i) + "\n"));
    REQUIRE(contains(reply.body, "[x" + std::to_string(i) + "]"));
  }
}

TEST_CASE("where segments are cut makes no difference") {
  Server server;
  const std::string chunked =
      "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "6;ext=1\r\nemail=\r\n7\r\na@b.com\r\n0\r\nX-Trailer: 1\r\n\r\n";
  const std::string requests = chunked + post("/p", "name=x") + get("/g") + chunked;
  for (const std::size_t size : {std::size_t(1), std::size_t(7), requests.size()}) {
    CAPTURE(size);
    RawClient client(server.port());
    for (std::size_t at = 0; at < requests.size(); at += size) {
      client.send(std::string_view(requests).substr(at, size));
    }
    CHECK(contains(client.receive().body, "[email=a@b.com]"));
    CHECK(contains(client.receive().body, "[name=x]"));
    CHECK(contains(client.receive().body, "GET /g\n"));
    CHECK(contains(client.receive().body, "[email=a@b.com]"));
  }
}

TEST_CASE("a GET with a body in a segment of its own does not spoil the next request") {
  Server server;
  RawClient client(server.port());
  client.send(get("/first", "Content-Length: 7\r\n"));
  CHECK(client.silent_for(20ms));
  client.send("limit=1" + get("/second"));
  CHECK(contains(client.receive().body, "[limit=1]"));
  CHECK(contains(client.receive().body, "GET /second\n"));
}

TEST_CASE("a client that expects 100-continue is told to go on") {
  Server server;
  RawClient client(server.port());
  const std::string head =
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  CHECK(client.ask(head).status == 100);
  CHECK(contains(client.ask("abc").body, "[abc]"));
  // What is there already needs no invitation.
  CHECK(client.ask(head + "abc").status == 200);
}

TEST_CASE("a body that would be refused is not invited") {
  Server server;
  RawClient client(server.port());
  CHECK(client
            .ask("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                 "Content-Length: 100001\r\n\r\n")
            .status == 413);
}

TEST_CASE("broken requests are refused in the API's shape and end the connection") {
  Server server;
  struct Case {
    std::string name, request;
    int status;
  };
  const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto with = [](const std::string& lines) { return get("/", lines); };
  const Case cases[] = {
      {"a method in lower case", "get / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a TLS handshake, at its first byte", "\x16\x03\x01", 400},
      {"no target", "GET HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a target that is no path", "GET v1 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a space in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a NUL in the target", std::string("GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n", 30), 400},
      {"a line feed before the path", "GET http://a\nb/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"no version", "GET /\r\nHost: x\r\n\r\n", 400},
      {"another version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"lines without CR", "GET / HTTP/1.1\nHost: x\n\n", 400},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", with("Host: y\r\n"), 400},
      {"a header without a colon", with("nonsense\r\n"), 400},
      {"a space before the colon", with("A : b\r\n"), 400},
      {"a folded header", with("A: b\r\n c\r\n"), 400},
      {"a header without a name", with(": b\r\n"), 400},
      {"a control character in a value", with("A: b\x01\r\n"), 400},
      {"a bare CR in a value", with("A: b\rC: d\r\n"), 400},
      {"a length that is no number", with("Content-Length: 1x\r\n"), 400},
      {"a negative length", with("Content-Length: -1\r\n"), 400},
      {"an empty length", with("Content-Length:\r\n"), 400},
      {"two lengths", with("Content-Length: 1\r\nContent-Length: 2\r\n"), 400},
      {"length and chunks", with("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"another transfer encoding", with("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {"another expectation", with("Expect: miracles\r\n"), 417},
      {"a chunk without a size", chunked + "\r\n", 400},
      {"a chunk size that is no number", chunked + "5x\r\nhello\r\n0\r\n\r\n", 400},
      {"a chunk longer than its size", chunked + "2\r\nhello\r\n0\r\n\r\n", 400},
      {"a chunk size that wraps", chunked + "10000000000000005\r\nhello\r\n0\r\n\r\n", 413},
      {"an endless chunk extension", chunked + "5;" + std::string(300, 'x'), 400},
      {"endless trailers", chunked + "0\r\n" + std::string(9'000, 'x'), 431},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    RawClient client(server.port());
    const Reply reply = client.ask(c.request);
    CHECK(reply.status == c.status);
    CHECK(contains(reply.body, "{\"error\":"));
    CHECK(contains(reply.head, "Connection: close\r\n"));
    CHECK(client.at_end());
  }
  RawClient client(server.port());
  CHECK(client.ask(get("/")).status == 200);
}

TEST_CASE("what is too long is refused before it is stored") {
  Server server;
  struct Case {
    std::string name, request;
    int status;
  };
  std::string headers;
  for (int i = 0; i < 101; ++i) headers += "X-" + std::to_string(i) + ": 1\r\n";
  std::string chunks = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 101; ++i) chunks += "3e8\r\n" + std::string(1'000, 'x') + "\r\n";
  const Case cases[] = {
      {"a request line", get("/" + std::string(16'400, 'x')), 414},
      {"a request line without an end", "GET /" + std::string(17'000, 'x'), 414},
      {"a header", get("/", "A: " + std::string(70'000, 'x') + "\r\n"), 431},
      {"headers without an end", "GET / HTTP/1.1\r\nA: " + std::string(70'000, 'x'), 431},
      {"a flood of headers", get("/", headers), 431},
      {"an announced body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n", 413},
      {"a length beyond 64 bits", get("/", "Content-Length: 99999999999999999999999\r\n"), 413},
      {"a chunked body", chunks, 413},
      {"a file", post("/v1/files", std::string(300'001, 'x')), 413},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    RawClient client(server.port());
    CHECK(client.ask(c.request).status == c.status);
    CHECK(client.at_end());
  }
}

TEST_CASE("what is just short enough is taken") {
  Server server;
  RawClient client(server.port());
  CHECK(client.ask(get("/" + std::string(16'300, 'x'))).status == 200);
  CHECK(client.ask(get("/", "A: " + std::string(60'000, 'x') + "\r\n")).status == 200);
  CHECK(client.ask(post("/", std::string(100'000, 'x'))).status == 200);
  CHECK(client.ask(post("/v1/files?x=y", std::string(300'000, 'x'))).status == 200);
}

TEST_CASE("the refusal of a body reaches a client that goes on sending") {
  HttpOptions options = quick_options();
  Server server(options);
  RawClient client(server.port());
  // Larger than what the sockets buffer: closed at once, the connection would be reset and the
  // answer lost.
  client.send(post("/", std::string(16 << 20, 'x')));
  CHECK(client.receive().status == 413);
}

TEST_CASE("answers without a body have none on the wire") {
  Server server;
  RawClient client(server.port());
  client.send("HEAD /v1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const Reply head = client.receive(true);
  CHECK(contains(head.head, "Content-Length: 41\r\n"));
  CHECK(client.ask(get("/empty")).status == 204);
  CHECK(client.ask(get("/next")).status == 200);  // nothing was left over from the two before
}

TEST_CASE("a connection is kept as long as both sides want it") {
  Server server;
  SUBCASE("HTTP/1.1 keeps it without a limit") {
    RawClient client(server.port());
    for (int i = 0; i < 1'000; ++i) REQUIRE(client.ask(get("/")).status == 200);
  }
  SUBCASE("the client asks to close") {
    RawClient client(server.port());
    const Reply reply = client.ask(get("/", "Connection: TE, Close\r\n"));
    CHECK(contains(reply.head, "Connection: close\r\n"));
    CHECK(client.at_end());
  }
  SUBCASE("the handler asks to close") {
    RawClient client(server.port());
    const Reply reply = client.ask(get("/close") + get("/never"));
    CHECK(contains(reply.head, "Connection: close\r\n"));
    CHECK(client.at_end());
  }
  SUBCASE("the handler asks to end it without an answer") {
    RawClient client(server.port());
    client.send(get("/drop"));
    CHECK(client.at_end());
  }
  SUBCASE("HTTP/1.0 closes") {
    RawClient client(server.port());
    CHECK(client.ask("GET / HTTP/1.0\r\n\r\n").status == 200);
    CHECK(client.at_end());
  }
  SUBCASE("HTTP/1.0 keeps when told so") {
    RawClient client(server.port());
    const std::string request = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    CHECK(contains(client.ask(request).head, "Connection: keep-alive\r\n"));
    CHECK(client.ask(request).status == 200);
  }
}

TEST_CASE("a client that closes its sending side still gets its answer") {
  Server server;
  RawClient client(server.port());
  client.send(get("/"));
  ::shutdown(client.socket(), SHUT_WR);
  CHECK(client.receive().status == 200);
  CHECK(client.at_end());
}

TEST_CASE("an exception of the handler says nothing to the client") {
  Server server;
  RawClient client(server.port());
  const Reply reply = client.ask(get("/throw"));
  CHECK(reply.status == 500);
  CHECK_FALSE(contains(reply.head + reply.body, "secret"));
}

TEST_CASE("a header value cannot write headers of its own") {
  Server server;
  RawClient client(server.port());
  CHECK(contains(client.ask(get("/inject")).head, "X-Echo: a  X-Evil: 1\r\n"));
}

TEST_CASE("answers do not wait for the client's acknowledgement") {
  Server server;
  RawClient client(server.port());
  const auto start = Clock::now();
  for (int i = 0; i < 50; ++i) REQUIRE(client.ask(get("/")).status == 200);
  CHECK(Clock::now() - start < 1s);  // with Nagle's algorithm 50 x 40 ms
}

TEST_CASE("a port that is taken is reported") {
  Server server;
  HttpOptions options = quick_options();
  options.port = server.port();
  CHECK_THROWS_AS(Server{options}, PortTaken);
  CHECK_THROWS_AS(Server{options}, PortTaken);  // not SO_REUSEPORT: never two
}

TEST_CASE("an address that is none is reported") {
  HttpOptions options = quick_options();
  options.host = "no such host";
  CHECK_THROWS_AS(Server{options}, std::runtime_error);
}

TEST_CASE("a port is free again at once") {
  int port = 0;
  {
    Server server;
    port = server.port();
    RawClient client(port);
    CHECK(client.ask(get("/", "Connection: close\r\n")).status == 200);  // leaves TIME_WAIT
  }
  HttpOptions options = quick_options();
  options.port = port;
  CHECK_NOTHROW(Server{options});
}

TEST_CASE("clients that connect at once are all served") {
  Server server;
  std::deque<RawClient> clients;
  for (int i = 0; i < 300; ++i) clients.emplace_back(server.port());
  for (const RawClient& client : clients) client.send(get("/"));
  for (RawClient& client : clients) REQUIRE(client.receive().status == 200);
}

TEST_CASE("connections queue up before the start") {
  HttpServer http(quick_options(), echo);
  RawClient client(http.port());
  client.send(get("/"));
  http.start();
  CHECK(client.receive().status == 200);
}

TEST_CASE("a request that does not arrive in time is refused, and harms nobody meanwhile") {
  HttpOptions options = quick_options();
  options.read_timeout_ms = 100;
  Server server(options);
  for (const std::string& beginning :
       {std::string("GET / HT"), std::string("GET / HTTP/1.1\r\nA: b\r\n"),
        std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nabc")}) {
    CAPTURE(beginning);
    RawClient slow(server.port());
    RawClient other(server.port());
    slow.send(beginning);
    const auto start = Clock::now();
    // A byte now and then does not buy time.
    while (slow.silent_for(20ms) && Clock::now() - start < 2s) slow.send("x");
    CHECK(other.ask(get("/")).status == 200);
    CHECK(slow.receive().status == 408);
    CHECK(slow.at_end());
    CHECK(Clock::now() - start < 1s);
  }
}

TEST_CASE("the time of a request starts with its first byte") {
  HttpOptions options = quick_options();
  options.read_timeout_ms = 150;
  Server server(options);
  RawClient client(server.port());
  for (int i = 0; i < 4; ++i) {
    const std::string request = post("/", "abc");
    client.send(request.substr(0, request.size() - 1));
    CHECK(client.silent_for(60ms));
    CHECK(client.ask("c").status == 200);  // 240 ms in all, 60 ms each
  }
}

TEST_CASE("an idle connection is closed in silence") {
  HttpOptions options = quick_options();
  options.idle_timeout_ms = 60;
  Server server(options);
  RawClient client(server.port());
  CHECK(client.ask(get("/")).status == 200);
  CHECK(client.at_end());
}

TEST_CASE("a client that does not read keeps nobody waiting and is given up") {
  HttpOptions options = quick_options();
  options.read_timeout_ms = 100;
  Server server(options);
  const long before = open_descriptors();
  RawClient stalled;
  stalled.set_receive_buffer(4'096);
  stalled.connect(server.port());
  stalled.send(get("/big") + get("/never"));
  {
    RawClient other(server.port());
    for (int i = 0; i < 20; ++i) REQUIRE(other.ask(get("/")).status == 200);
  }
  CHECK(falls_to(before + 1));           // its connection is closed on our side
  CHECK(stalled.receive().status == 0);  // what was buffered comes, but not the whole
}

TEST_CASE("a large answer arrives whole, and what was asked behind it as well") {
  Server server;
  RawClient client;
  client.set_receive_buffer(4'096);
  client.connect(server.port());
  client.send(get("/big") + get("/behind"));
  const Reply big = client.receive();
  CHECK(big.body.size() == 8 << 20);
  CHECK(big.body.find_first_not_of('b') == std::string::npos);
  CHECK(contains(client.receive().body, "GET /behind\n"));
}

TEST_CASE("long handlers keep nobody else waiting") {
  Gate gate;
  Server server(quick_options(), gate.handle());
  RawClient other(server.port());
  CHECK(other.ask(get("/before")).status == 200);
  std::deque<RawClient> held;
  constexpr int count = 100;  // as when they wait for the lock of an account whose clock advances
  for (int i = 0; i < count; ++i) {
    held.emplace_back(server.port()).send(get("/hold") + get("/after"));
  }
  gate.wait_for(count);
  for (int i = 0; i < 20; ++i) REQUIRE(other.ask(get("/")).status == 200);
  RawClient late(server.port());
  CHECK(late.ask(get("/")).status == 200);
  gate.open();
  for (RawClient& client : held) {
    CHECK(contains(client.receive().body, "GET /hold\n"));
    CHECK(contains(client.receive().body, "GET /after\n"));
  }
}

// Each answer says that its request waited for those of another loop, so every client moves time
// and again.
TEST_CASE("clients that move between the loops lose nothing") {
  HttpOptions options = quick_options();
  options.workers = 3;
  std::atomic<std::size_t> requests = 0;
  Server server(std::move(options), [&](const api::Request& request) {
    api::Response response = echo(request);
    response.queue = requests++;
    return response;
  });
  const long before = open_descriptors();
  {
    std::deque<RawClient> clients;
    for (int i = 0; i < 20; ++i) clients.emplace_back(server.port());
    for (int round = 0; round < 40; ++round) {
      for (RawClient& client : clients) {
        const std::string third = post("/three", "in two pieces");
        client.send(get("/one") + get("/two") + third.substr(0, third.size() - 7));
        client.send(third.substr(third.size() - 7));
      }
      for (RawClient& client : clients) {
        CHECK(contains(client.receive().body, "GET /one\n"));
        CHECK(contains(client.receive().body, "GET /two\n"));
        CHECK(contains(client.receive().body, "[in two pieces]"));
      }
    }
  }
  CHECK(falls_to(before));
}

// All of them are there when the server starts, so it serves them in one round.
TEST_CASE("answers that leave together are whole and in order") {
  HttpServer http(quick_options(), echo);
  std::deque<RawClient> clients;
  constexpr int more_than_a_turn = 100;
  std::string many;
  for (int i = 0; i < more_than_a_turn; ++i) many += get("/" + std::to_string(i));
  for (int i = 0; i < 10; ++i) {
    clients.emplace_back(http.port());
    clients.back().send(many + get("/big") + get("/behind") + get(i % 2 == 0 ? "/close" : "/drop"));
  }
  http.start();
  for (int i = 0; i < 10; ++i) {
    RawClient& client = clients[std::size_t(i)];
    for (int k = 0; k < more_than_a_turn; ++k) {
      CHECK(contains(client.receive().body, "GET /" + std::to_string(k) + "\n"));
    }
    CHECK(client.receive().body.size() == 8 << 20);
    CHECK(contains(client.receive().body, "GET /behind\n"));
    CHECK(client.receive().status == (i % 2 == 0 ? 200 : 0));
    CHECK(client.at_end());
  }
}

// Answers of /held wait until they are let go, as with a journal that is being written.
struct Holder {
  std::mutex lock;
  std::vector<std::function<void(bool)>> calls;
  std::atomic<int> to_hold = 0;  // the answer of the request just handled; there is one worker

  HttpServer::Handle handle() {
    return [this](const api::Request& request) {
      if (request.target == "/held") to_hold = 1;
      if (request.target == "/kept") to_hold = 2;
      return echo(request);
    };
  }
  HttpOptions options() {
    HttpOptions options = quick_options();
    options.hold = [this]() -> Hold {
      const int how = to_hold.exchange(0);
      if (how == 0) return {};
      if (how == 2) return [](const auto& call) { call(true); };
      return [this](std::function<void(bool)> call) {
        const std::lock_guard guard(lock);
        calls.push_back(std::move(call));
      };
    };
    return options;
  }
  std::vector<std::function<void(bool)>> take(std::size_t count) {
    while (true) {
      std::this_thread::yield();
      const std::lock_guard guard(lock);
      if (calls.size() >= count) return std::exchange(calls, {});
    }
  }
};

TEST_CASE("an answer that is held back keeps no thread, and nobody else waiting") {
  Holder holder;
  Server server(holder.options(), holder.handle());
  std::deque<RawClient> held;
  constexpr int count = 300;  // more than there are threads
  for (int i = 0; i < count; ++i) {
    held.emplace_back(server.port()).send(get("/held") + get("/after"));
  }
  const auto calls = holder.take(count);
  RawClient other(server.port());
  for (int i = 0; i < 20; ++i) REQUIRE(other.ask(get("/")).status == 200);
  CHECK(contains(other.ask(get("/kept")).body, "GET /kept\n"));
  CHECK(held.front().silent_for(10ms));
  for (const auto& call : calls) call(true);
  for (RawClient& client : held) {
    CHECK(contains(client.receive().body, "GET /held\n"));
    CHECK(contains(client.receive().body, "GET /after\n"));
    CHECK(client.ask(get("/")).status == 200);
  }
}

TEST_CASE("what could not be kept is refused in the end") {
  Holder holder;
  Server server(holder.options(), holder.handle());
  RawClient client(server.port());
  client.send(get("/held"));
  holder.take(1).front()(false);
  const Reply reply = client.receive();
  CHECK(reply.status == 503);
  CHECK(contains(reply.body, "could not be written to the journal"));
}

TEST_CASE("a client that leaves while its answer is held back harms nobody") {
  Holder holder;
  Server server(holder.options(), holder.handle());
  const long before = open_descriptors();
  RawClient leaving(server.port());
  leaving.send(get("/held"));
  const auto calls = holder.take(1);
  leaving.close();
  RawClient other(server.port());
  CHECK(other.ask(get("/")).status == 200);
  calls.front()(true);
  CHECK(other.ask(get("/")).status == 200);
  CHECK(falls_to(before + 2));  // both ends of the other one
}

TEST_CASE("stop waits for an answer that is held back, and not for ever") {
  for (const bool is_let_go : {true, false}) {
    Holder holder;
    HttpOptions options = holder.options();
    options.stop_grace_ms = is_let_go ? 20'000 : 50;
    Server server(options, holder.handle());
    RawClient client(server.port());
    client.send(get("/held"));
    const auto calls = holder.take(1);
    auto stopped = std::async([&] { return server.http.stop(); });
    if (is_let_go) calls.front()(true);
    stopped.wait();
    if (is_let_go) CHECK(client.receive().status == 200);
    if (!is_let_go) calls.front()(true);  // too late, and harmless
  }
}

TEST_CASE("a client that leaves during a long handler harms nobody") {
  Gate gate;
  Server server(quick_options(), gate.handle());
  RawClient leaving(server.port());
  leaving.send(get("/hold"));
  gate.wait_for(1);
  leaving.close();
  RawClient other(server.port());
  CHECK(other.ask(get("/")).status == 200);
  gate.open();
  CHECK(other.ask(get("/")).status == 200);
}

TEST_CASE("every connection that ends gives its descriptor back") {
  Server server;
  const long before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    RawClient client(server.port());
    if (i % 4 == 0) client.send(get("/big"));
    if (i % 4 == 1) client.send("GET / HT");
    if (i % 4 == 2) CHECK(client.ask(get("/", "Connection: close\r\n")).status == 200);
    if (i % 4 == 3) CHECK(client.ask("junk").status == 400);
  }
  CHECK(falls_to(before));
}

// epoll tells of a closed descriptor while another process has it: from fork to exec, as in `okapi
// exec`. Without the sanitizers a connection that is no more is served in silence.
TEST_CASE("a connection that ends while a forked process has its descriptor is forgotten") {
  Server server;
  RawClient client(server.port());
  CHECK(client.ask(get("/")).status == 200);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);  // ends it should the test not come to its end
    for (;;) ::pause();
  }
  REQUIRE(child > 0);
  CHECK(client.ask(get("/", "Connection: close\r\n")).status == 200);
  client.send(get("/"));
  for (int i = 0; i < 100; ++i) {
    RawClient other(server.port());
    REQUIRE(other.ask(get("/")).status == 200);
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST_CASE("stop ends at once with idle clients") {
  Server server;
  std::deque<RawClient> clients;
  for (int i = 0; i < 50; ++i) {
    REQUIRE(clients.emplace_back(server.port()).ask(get("/")).status == 200);
  }
  clients.emplace_back(server.port())
      .send("GET / HT");  // a request that has only begun is idle, too
  const auto start = Clock::now();
  CHECK(server.http.stop());
  CHECK(Clock::now() - start < 2s);  // 5 ms on a quiet machine
  for (RawClient& client : clients) CHECK(client.at_end());
}

TEST_CASE("stop lets a request in work finish") {
  Gate gate;
  HttpOptions options = quick_options();
  options.stop_grace_ms = 20'000;  // also a busy machine ends within it
  Server server(options, gate.handle());
  RawClient client(server.port());
  client.send(get("/hold"));
  gate.wait_for(1);
  auto stopped = std::async([&] { return server.http.stop(); });
  CHECK(stopped.wait_for(30ms) == std::future_status::timeout);
  gate.open();
  CHECK(stopped.get());
  const Reply reply = client.receive();
  CHECK(reply.status == 200);
  CHECK(contains(reply.head, "Connection: close\r\n"));
}

TEST_CASE("stop does not wait for ever") {
  Gate gate;
  HttpOptions options = quick_options();
  options.stop_grace_ms = 50;
  Server server(options, gate.handle());
  RawClient client(server.port());
  client.send(get("/hold"));
  gate.wait_for(1);
  const auto start = Clock::now();
  CHECK_FALSE(server.http.stop());
  CHECK(Clock::now() - start < 5s);
  gate.open();
}

TEST_CASE("when descriptors run out clients wait until some are free") {
  Server server;
  RawClient first(server.port());
  CHECK(first.ask(get("/")).status == 200);
  std::deque<RawClient> waiting(5);
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit tight = before;
  tight.rlim_cur = 3;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &tight) == 0);
  for (const RawClient& client : waiting) client.connect(server.port());
  for (const RawClient& client : waiting) client.send(get("/"));
  CHECK(waiting.back().silent_for(20ms));
  CHECK(first.ask(get("/")).status == 200);
  setrlimit(RLIMIT_NOFILE, &before);
  for (RawClient& client : waiting) CHECK(client.receive().status == 200);
}

}  // namespace
}  // namespace okapi::server
