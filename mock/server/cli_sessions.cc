#include "server/cli_sessions.h"

#include <algorithm>
#include <utility>

#include "api/error.h"
#include "api/form.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "events/webhook_queue.h"
#include "events/webhook_signature.h"
#include "server/accounts.h"
#include "server/auth.h"
#include "server/dispatch.h"
#include "server/request_log.h"
#include "store/committed.h"

namespace okapi::server {
namespace {

constexpr std::string_view subprotocol = "stripecli-devproxy-v1";
constexpr std::size_t most_sessions = 1000;
constexpr std::size_t most_conversations = 1000;  // of a session
constexpr int reconnect_delay = 86'400;           // seconds; the client hangs up after as many

// Stripe: one secret for a key, whenever and however often it listens.
std::string secret_of(const World& world) {
  return concat("whsec_", events::hmac_sha256(world.store.id(), "stripe listen"));
}

std::string socket_url(const api::Request& request, const Options& options) {
  const std::string_view host = api::header(request.headers, "Host");
  // Only the plain port changes protocols.
  const bool by_host = !host.empty() && !request.secure;
  const std::string_view base = options.base_url;
  const std::string_view place = by_host ? host : base.substr(base.find("://") + 3);
  return concat("ws://", place, CliSessions::socket_path);
}

std::string value_of(const api::FormNode& form, std::string_view name) {
  const api::FormNode* node = form.find(name);
  return node != nullptr ? node->value : std::string();
}

std::vector<std::string> values_of(const api::FormNode& form, std::string_view name) {
  std::vector<std::string> values;
  const api::FormNode* node = form.find(name);
  if (node == nullptr) return values;
  if (node->is_leaf) values.push_back(node->value);
  for (const auto& [key, child] : node->children) values.push_back(child.value);
  return values;
}

Json parse_frame(std::string_view text) {
  const Json frame = Json::parse(text, nullptr, false);
  return frame.is_object() ? frame : Json::object();
}

std::string text_in(const Json& frame, std::string_view name) {
  const auto found = frame.find(name);
  return found != frame.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json headers_of(const events::WebhookRequest& request) {
  Json headers = Json::object();
  for (const auto& [name, value] : request.headers) headers[name] = value;
  return headers;
}

// What clients sent may be no UTF-8.
std::string frame_text(const Json& frame) {
  return frame.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json shown_error(const RequestRecord& record) {
  if (record.error_message.empty()) return Json::object();
  return {{"code", record.error_code},
          {"message", record.error_message},
          {"type", record.status == 402 ? "card_error" : "invalid_request_error"}};
}

}  // namespace

CliSessions::CliSessions(Accounts& accounts, const Options& options)
    : accounts_(accounts), options_(options) {}

std::string CliSessions::new_id(std::string_view prefix) {
  const IdSource ids{.counting = options_.counting_ids,
                     .seed = accounts_.default_world().request_seed};
  return make_id(ids, prefix, static_cast<int>(prefix.size()) + 24, ++ids_);
}

api::Response CliSessions::open(const api::Request& request) {
  const Caller caller = identify(request, accounts_, options_);
  const api::FormNode form = api::parse_form(request.query(), request.body);
  Session session;
  session.world = caller.world;
  session.forward_url = value_of(form, "forward_to_url");
  session.filter = LogFilter(value_of(form, "filters"));
  session.since = store::newest_sequence(*caller.world->store.committed());
  std::string feature;
  for (const std::string_view name : {"websocket_features", "websocket_feature"}) {
    for (const std::string& asked : values_of(form, name)) {
      session.webhooks = session.webhooks || asked == "webhooks";
      session.thin = session.thin || asked == "v2_events";
      session.logs = session.logs || asked == "request_logs";
      if (feature.empty()) feature = asked;
    }
  }
  if (feature.empty()) throw api::missing_parameter("websocket_features");
  if (!session.webhooks && !session.thin && !session.logs) {
    throw api::invalid_enum("websocket_features[0]", feature,
                            {"webhooks", "v2_events", "request_logs"});
  }
  const std::string_view version = options_.default_version.empty()
                                       ? api::api_version()
                                       : std::string_view(options_.default_version);
  Json answer = {{"default_version", version},
                 {"device_token", ""},
                 {"display_connect_filter_warning", false},
                 {"latest_version", api::api_version()},
                 {"reconnect_delay", reconnect_delay},
                 {"secret", secret_of(*caller.world)},
                 {"websocket_authorized_feature", feature},
                 {"websocket_url", socket_url(request, options_)}};
  {
    const std::scoped_lock guard(lock_);
    make_room();
    session.id = new_id("wsid_");
    answer["websocket_id"] = session.id;
    in_order_.push_back(session.id);
    sessions_.emplace(session.id, std::move(session));
  }
  api::Response response;
  response.body = to_pretty(answer);
  return response;
}

// Forgets the oldest that nobody uses.
void CliSessions::make_room() {
  if (in_order_.size() < most_sessions) return;
  const auto unused = std::ranges::find_if(
      in_order_, [&](const std::string& id) { return sessions_.find(id)->second.socket == 0; });
  if (unused == in_order_.end()) throw api::rate_limited();
  sessions_.erase(*unused);
  in_order_.erase(unused);
}

api::Response CliSessions::connect(const api::Request& request, events::WebhookQueue& webhooks) {
  const std::string id(api::header(request.headers, "Websocket-Id"));
  {
    const std::scoped_lock guard(lock_);
    // Stripe: these words make the client open another session.
    if (!sessions_.contains(id)) throw api::invalid_request("Unknown WebSocket ID.");
  }
  if (!WebSockets::is_upgrade(request)) {
    throw api::invalid_request("This path speaks WebSocket; the request did not ask for it.");
  }
  return sockets_.accept(
      request, std::string(subprotocol),
      {.opened = [this, id, &webhooks](WebSockets::Id socket) { connected(id, socket, webhooks); },
       .received = [this, id, &webhooks](WebSockets::Id,
                                         std::string_view text) { received(id, text, webhooks); },
       .closed = [this, id,
                  &webhooks](WebSockets::Id socket) { disconnected(id, socket, webhooks); }});
}

void CliSessions::connected(const std::string& id, WebSockets::Id socket,
                            events::WebhookQueue& webhooks) {
  const std::scoped_lock guard(lock_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  Session& session = found->second;
  if (session.logs) ++tails_;
  session.socket = socket;
  std::vector<events::WebhookEndpoint> lines;
  const events::WebhookEndpoint line = {.id = id,
                                        .url = "stripe listen",
                                        .secret = secret_of(*session.world),
                                        .api_version = {},
                                        .enabled_events = {"*"},
                                        .since = session.since,
                                        .listens = true};
  if (session.webhooks) {
    // Stripe: each event comes in the account's version, and again in the newest for --latest.
    lines.push_back(line);
    lines.push_back(line);
    lines.back().api_version = api::api_version();
  }
  if (session.thin) {
    for (events::WebhookEndpoint& thin : events::thin_endpoints(line)) {
      lines.push_back(std::move(thin));
    }
  }
  if (!lines.empty()) webhooks.add_listener(session.world->store, std::move(lines));
}

void CliSessions::disconnected(const std::string& id, WebSockets::Id socket,
                               events::WebhookQueue& webhooks) {
  const std::scoped_lock guard(lock_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second.socket != socket) return;
  Session& session = found->second;
  session.socket = 0;
  if (session.logs) --tails_;
  // It may come back: from here on.
  session.since = store::newest_sequence(*session.world->store.committed());
  if (session.webhooks || session.thin) webhooks.remove_listener(session.world->store, id);
}

void CliSessions::deliver(const events::WebhookRequest& request, std::function<void(bool)> done) {
  const events::Listener& listener = *request.listener;
  WebSockets::Id socket = 0;
  Json frame;
  {
    const std::scoped_lock guard(lock_);
    const auto found = sessions_.find(listener.id);
    if (found != sessions_.end()) socket = found->second.socket;
    if (listener.thin) {
      frame = {{"type", "v2_event"},
               {"destination_id", "ed_test_stripe_listen"},
               {"http_headers", headers_of(request)},
               {"payload", request.body}};
    } else {
      const std::string conversation = new_id("wc_");
      frame = {{"type", "webhook_event"},
               {"endpoint", {{"api_version", nullptr}}},
               {"event_payload", request.body},
               {"http_headers", headers_of(request)},
               {"webhook_conversation_id", conversation},
               {"webhook_id", new_id("wh_")}};
      if (!listener.api_version.empty()) frame["endpoint"]["api_version"] = listener.api_version;
      if (socket != 0) {
        auto& open = found->second.conversations;
        open.push_back({.id = conversation, .event = listener.event, .type = listener.type});
        if (open.size() > most_conversations) open.pop_front();
      }
    }
  }
  if (socket == 0) return done(false);
  sockets_.send(socket, frame_text(frame), std::move(done));
}

void CliSessions::received(const std::string& id, std::string_view text,
                           events::WebhookQueue& webhooks) {
  const Json frame = parse_frame(text);
  const std::string type = text_in(frame, "type");
  const bool answers = type == "webhook_response";
  if (!answers && type != "event_ack") return;
  const std::scoped_lock guard(lock_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  Session& session = found->second;
  const auto conversation = std::ranges::find(
      session.conversations, text_in(frame, "webhook_conversation_id"), &Conversation::id);
  if (conversation == session.conversations.end()) return;
  // An acknowledgement says something only where no answer will follow.
  if (!answers && !session.forward_url.empty()) return;
  events::WebhookAttempt attempt = {.id = {},
                                    .event = conversation->event,
                                    .type = conversation->type,
                                    .endpoint = id,
                                    .url = text_in(frame, "forward_url"),
                                    .at = wall_clock(),
                                    .outcome = "acknowledged",
                                    .reply = {}};
  if (answers) {
    const Json status = frame.value("status", Json());
    attempt.reply.status = status.is_number_integer() ? status.get<int>() : 0;
    attempt.reply.body = text_in(frame, "body");
    const bool good = attempt.reply.status >= 200 && attempt.reply.status < 300;
    attempt.outcome = good ? "delivered" : "failed";
  }
  webhooks.add_attempt(session.world->store, std::move(attempt));
}

std::size_t CliSessions::resend(World& world, const std::string& event,
                                events::WebhookQueue& webhooks) {
  std::vector<std::string> listening;
  {
    const std::scoped_lock guard(lock_);
    for (const auto& [id, session] : sessions_) {
      if (session.world == &world && session.webhooks && session.socket != 0) {
        listening.push_back(id);
      }
    }
  }
  for (const std::string& id : listening) (void)webhooks.resend(world.store, event, id);
  return listening.size();
}

void CliSessions::logged(const RequestRecord& record) {
  if (tails_ == 0 || record.account.empty()) return;
  const Json payload = {{"created_at", record.at},
                        {"error", shown_error(record)},
                        {"livemode", false},
                        {"method", record.method},
                        {"request_id", record.request_id},
                        {"status", record.status},
                        {"url", record.target.substr(0, record.target.find('?'))}};
  const std::scoped_lock guard(lock_);
  for (const auto& [id, session] : sessions_) {
    if (session.socket == 0 || !session.logs) continue;
    if (session.world->store.id() != record.account || !session.filter.wants(record)) continue;
    const Json frame = {{"type", "request_log_event"},
                        {"event_payload", frame_text(payload)},
                        {"request_log_id", new_id("resp_")}};
    sockets_.send(session.socket, frame_text(frame));
  }
}

void CliSessions::stop() { sockets_.stop(); }

}  // namespace okapi::server
