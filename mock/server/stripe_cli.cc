#include "server/stripe_cli.h"

#include <algorithm>

#include "api/error.h"
#include "api/form.h"
#include "api/operation.h"
#include "api/render.h"
#include "base/json.h"
#include "base/text.h"
#include "events/webhook_queue.h"
#include "server/accounts.h"
#include "server/auth.h"
#include "server/cli_sessions.h"
#include "server/dispatch.h"

namespace okapi::server {
namespace {

constexpr std::string_view sessions_path = "/v1/stripecli/sessions";
constexpr std::string_view login_path = "/stripecli/auth";
constexpr std::string_view login_page = "/stripecli/confirm_auth";
constexpr std::string_view poll_path = "/stripecli/auth/cliauth_okapi";
constexpr std::string_view events_path = "/v1/events/";
constexpr std::string_view retry = "/retry";

api::Response json(const Json& body) {
  api::Response response;
  response.body = to_pretty(body);
  return response;
}

// "evt_…" of /v1/events/evt_…/retry; empty for other paths.
std::string_view event_to_resend(const api::Request& request) {
  std::string_view path = request.path();
  const bool fits = request.method == "POST" && path.starts_with(events_path) &&
                    path.ends_with(retry) && path.size() > events_path.size() + retry.size();
  if (!fits) return {};
  path.remove_prefix(events_path.size());
  path.remove_suffix(retry.size());
  return path.find('/') == path.npos ? path : std::string_view();
}

std::string base_of(const api::Request& request, const Options& options) {
  const std::string_view host = api::header(request.headers, "Host");
  if (host.empty()) return options.base_url;
  return concat(request.secure ? "https://" : "http://", host);
}

}  // namespace

bool StripeCli::is_path(const api::Request& request) {
  const std::string_view path = request.path();
  return path.starts_with("/stripecli/") || path == sessions_path ||
         !event_to_resend(request).empty();
}

api::Response StripeCli::handle(const api::Request& request) {
  const std::string_view path = request.path();
  if (request.method == "POST") {
    if (const std::string_view event = event_to_resend(request); !event.empty()) {
      return resend(request, event);
    }
    if (path == sessions_path) return parts_.sessions.open(request);
    if (path == login_path) return begin_login(request);
  }
  if (request.method == "GET") {
    if (path == CliSessions::socket_path) {
      return parts_.sessions.connect(request, parts_.webhooks);
    }
    if (path == poll_path) return login();
    if (path == login_page) {
      api::Response page;
      page.content_type = "text/plain; charset=utf-8";
      page.body = concat("The Stripe CLI is logged in to okapi with the key ", usual_key, ".\n");
      return page;
    }
  }
  throw api::unrecognized_url(request.method, path);
}

// Stripe: without an endpoint, for_stripecli=true sends it to those who listen.
api::Response StripeCli::resend(const api::Request& request, std::string_view event) {
  World& world = *identify(request, parts_.accounts, parts_.options).world;
  const std::string id = api::percent_decode(event, false);
  const store::Document found = world.store.find_committed("event", id);
  if (!found) throw api::no_such_in_path("event", id, "id");
  const api::FormNode form = api::parse_form(request.query(), request.body);
  const api::FormNode* endpoint = form.find("webhook_endpoint");
  if (endpoint == nullptr) {
    parts_.sessions.resend(world, id, parts_.webhooks);
  } else if (!parts_.webhooks.resend(world.store, id, endpoint->value)) {
    throw api::no_such("webhook endpoint", endpoint->value, "webhook_endpoint");
  }
  api::Response response;
  response.body = api::render_document(found);
  return response;
}

// Differs: nobody has to say yes in a browser; okapi guards nothing.
api::Response StripeCli::begin_login(const api::Request& request) const {
  const std::string base = base_of(request, parts_.options);
  return json({{"browser_url", concat(base, login_page)},
               {"poll_url", concat(base, poll_path)},
               {"verification_code", "okapi-needs-no-code"}});
}

api::Response StripeCli::login() const {
  const World& world =
      parts_.options.any_key ? parts_.accounts.default_world() : parts_.accounts.of_key(usual_key);
  const std::string_view name = usual_key.substr(std::string_view("sk_").size());
  return json({{"account_display_name", "okapi"},
               {"account_id", world.store.id()},
               {"livemode_key_publishable", ""},
               {"livemode_key_secret", ""},
               {"redeemed", true},
               {"testmode_key_publishable", concat("pk_", name)},
               {"testmode_key_secret", usual_key}});
}

}  // namespace okapi::server
