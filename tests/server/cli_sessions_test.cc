// Sessions of the Stripe CLI over a real socket: what a client may say, and what becomes of it. The
// CLI itself plays in compat/cli.
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "server/http.h"
#include "tests/server/raw_client.h"
#include "tests/server/small_server.h"

namespace okapi::server {
namespace {

using tests::RawClient;
using tests::Reply;

struct Listening {
  Listening() {
    HttpOptions options;
    options.port = 0;
    options.workers = 1;
    options.refuse = [](int status, const std::string& reason) {
      return Dispatch::refuse(status, reason);
    };
    http = std::make_unique<HttpServer>(
        options, [this](const api::Request& request) { return small.dispatch->handle(request); });
    http->start();
  }

  // A new session's id.
  std::string open_session(const std::string& form) {
    return text(small.post("/v1/stripecli/sessions", form), "websocket_id");
  }
  // What the server answers to the handshake of that id.
  Reply connect(RawClient& client, const std::string& id, const std::string& more = {}) const {
    client.connect(http->port());
    return client.ask(
        "GET /stripecli/socket?websocket_feature=webhooks HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: stripecli-devproxy-v1\r\n"
        "Websocket-Id: " +
        id + "\r\n\r\n" + more);
  }

  SmallServer small;
  std::unique_ptr<HttpServer> http;
};

// The text of the next frame, which the server does not mask.
std::string next_text(RawClient& client) {
  const std::string head = client.take(2);
  if (head.size() < 2) return "nothing";
  REQUIRE(head[0] == '\x81');  // the only frame of a text
  std::size_t size = static_cast<unsigned char>(head[1]);
  if (size == 126) {
    const std::string length = client.take(2);
    size = static_cast<unsigned char>(length[0]) * 256U + static_cast<unsigned char>(length[1]);
  }
  return client.take(size);
}

// As a client sends it: masked, here with zeros.
std::string frame(const std::string& text) {
  REQUIRE(text.size() < 65'536);
  std::string out = "\x81";
  if (text.size() < 126) {
    out += static_cast<char>(0x80 | text.size());
  } else {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(text.size() >> 8);
    out += static_cast<char>(text.size() & 255);
  }
  return out + std::string(4, '\0') + text;
}

}  // namespace

TEST_CASE("a session answers what the client needs to connect") {
  Listening server;
  const Json session =
      server.small.post("/v1/stripecli/sessions", "device_name=x&websocket_features[]=webhooks");
  CHECK(text(session, "websocket_url") == "ws://127.0.0.1:12111/stripecli/socket");
  CHECK(text(session, "websocket_authorized_feature") == "webhooks");
  CHECK(text(session, "secret").size() == 70);
  const Json again =
      server.small.post("/v1/stripecli/sessions", "websocket_features[]=request_logs");
  CHECK(again.at("secret") == session.at("secret"));
  CHECK(again.at("websocket_id") != session.at("websocket_id"));
}

TEST_CASE("what makes no session") {
  Listening server;
  CHECK(server.small.refusal("POST", "/v1/stripecli/sessions") ==
        "400 Missing required param: websocket_features.");
  CHECK(server.small.refusal("POST", "/v1/stripecli/sessions", "websocket_features[]=dance") ==
        "400 Invalid websocket_features[0]: must be one of webhooks, v2_events, or request_logs");
  CHECK(server.small.refusal("POST", "/v1/stripecli/sessions",
                             "websocket_features[]=request_logs&filters=nonsense") ==
        "400 Invalid object");
  CHECK(server.small.refusal("GET", "/stripecli/socket", {}, {{"Websocket-Id", "wsid_none"}}) ==
        "400 Unknown WebSocket ID.");
  const std::string id = server.open_session("websocket_features[]=webhooks");
  CHECK(server.small.refusal("GET", "/stripecli/socket", {}, {{"Websocket-Id", id}}) ==
        "400 This path speaks WebSocket; the request did not ask for it.");
  server.small.key.clear();
  CHECK(
      server.small.send("POST", "/v1/stripecli/sessions", "websocket_features[]=webhooks").status ==
      401);
}

TEST_CASE("each event comes in both versions, and an answer becomes an attempt") {
  Listening server;
  const std::string id =
      server.open_session("websocket_features[]=webhooks&forward_to_url=http://127.0.0.1:9/");
  RawClient client;
  const Reply hello = server.connect(client, id);
  REQUIRE(hello.status == 101);
  CHECK(hello.head.find("Sec-WebSocket-Protocol: stripecli-devproxy-v1") != std::string::npos);
  server.small.create_customer("ada");
  const Json one = Json::parse(next_text(client));
  const Json other = Json::parse(next_text(client));
  CHECK(one.at("type") == "webhook_event");
  CHECK(one.at("endpoint").at("api_version").is_null());
  CHECK(other.at("endpoint").at("api_version") == api::api_version());
  const Json event = Json::parse(text(one, "event_payload"));
  CHECK(event.at("type") == "customer.created");

  const Json ack = {{"type", "event_ack"},
                    {"webhook_conversation_id", one.at("webhook_conversation_id")}};
  const Json answer = {{"type", "webhook_response"},
                       {"webhook_conversation_id", one.at("webhook_conversation_id")},
                       {"forward_url", "http://127.0.0.1:9/"},
                       {"status", 418},
                       {"body", "a teapot"}};
  const Json unknown = {{"type", "webhook_response"}, {"webhook_conversation_id", "wc_none"}};
  client.send(frame("no JSON") + frame("[1]") + frame(unknown.dump()) + frame(ack.dump()) +
              frame(answer.dump()));
  Json attempts = Json::array();
  while (attempts.empty()) attempts = server.small.get("/_okapi/webhooks").at("attempts");
  CHECK(attempts.size() == 1);
  CHECK(attempts[0].at("event") == event.at("id"));
  CHECK(attempts[0].at("outcome") == "failed");
  CHECK(attempts[0].at("status") == 418);
  CHECK(attempts[0].at("response") == "a teapot");
}

TEST_CASE("a broken frame ends its own socket and nothing else") {
  Listening server;
  const std::string id = server.open_session("websocket_features[]=webhooks");
  RawClient good;
  RawClient bad;
  REQUIRE(server.connect(good, id).status == 101);
  REQUIRE(server.connect(bad, server.open_session("websocket_features[]=webhooks")).status == 101);
  bad.send(std::string(64, '\xff'));
  CHECK(bad.ends());
  server.small.create_customer("ada");
  CHECK(Json::parse(next_text(good)).at("type") == "webhook_event");
  good.close();
  bad.close();
  // Nobody listens any more; what is emitted waits for nobody.
  server.small.create_customer("grace");
  CHECK(server.small.post("/_okapi/webhooks/wait", "timeout=5s").at("pending") == 0);
}

TEST_CASE("a handshake that is none is refused") {
  Listening server;
  const std::string id = server.open_session("websocket_features[]=webhooks");
  RawClient client(server.http->port());
  CHECK(client
            .ask("GET /stripecli/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                 "Websocket-Id: " +
                 id + "\r\n\r\n")
            .status == 400);
}

TEST_CASE("an event is sent again to those who listen, or to the endpoint that is named") {
  Listening server;
  const std::string id = server.open_session("websocket_features[]=webhooks");
  RawClient client;
  REQUIRE(server.connect(client, id).status == 101);
  server.small.create_customer("ada");
  const Json first = Json::parse(next_text(client));
  (void)next_text(client);
  const std::string event = text(Json::parse(text(first, "event_payload")), "id");
  CHECK(text(server.small.post("/v1/events/" + event + "/retry", "for_stripecli=true"), "id") ==
        event);
  CHECK(Json::parse(next_text(client)).at("event_payload") == first.at("event_payload"));
  CHECK(server.small.refusal("POST", "/v1/events/evt_none/retry", "for_stripecli=true") ==
        "404 No such event: 'evt_none'");
  CHECK(server.small.refusal("POST", "/v1/events/" + event + "/retry",
                             "for_stripecli=true&webhook_endpoint=we_none") ==
        "400 No such webhook endpoint: 'we_none'");
}

}  // namespace okapi::server
