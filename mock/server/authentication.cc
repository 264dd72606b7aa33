#include "server/authentication.h"

#include "api/error.h"
#include "api/render.h"
#include "base/text.h"
#include "events/webhook_queue.h"
#include "server/accounts.h"
#include "server/control_input.h"

namespace okapi::server {
namespace {

store::Document find_intent(World& world, const std::string& intent) {
  const bool setup = intent.starts_with("seti_");
  return world.store.find_committed(setup ? "setup_intent" : "payment_intent", intent);
}

// The world that has this intent with this secret; null: none has.
World* world_of(Accounts& accounts, const std::string& intent, const std::string& secret) {
  for (World* world : accounts.all()) {
    const store::Document found = find_intent(*world, intent);
    if (found && text(*found, "client_secret") == secret) return world;
  }
  return nullptr;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string button(std::string_view outcome, std::string_view secret, std::string_view label) {
  return concat("<form method=post data-testid=", outcome,
                "><input type=hidden name=client_secret value=\"", escaped(secret),
                "\"><input type=hidden name=outcome value=", outcome, "><button>", label,
                "</button></form>");
}

std::string returned_to(const std::string& url, const Json& intent, bool succeeded) {
  const bool setup = text(intent, "object") == "setup_intent";
  const std::string name = setup ? "setup_intent" : "payment_intent";
  return concat(url, url.find('?') == std::string::npos ? "?" : "&", name, "=", text(intent, "id"),
                "&", name, "_client_secret=", text(intent, "client_secret"),
                "&redirect_status=", succeeded ? "succeeded" : "failed");
}

}  // namespace

api::Response authentication_page(const api::Request& request, Accounts& accounts,
                                  const std::string& intent) {
  const ControlInput input(request, {"client_secret"});
  const std::string secret = input.text("client_secret").value_or("");
  if (world_of(accounts, intent, secret) == nullptr) {
    throw api::no_such_in_path("intent", intent, "intent");
  }
  api::Response response;
  response.content_type = "text/html; charset=utf-8";
  response.body = concat(
      "<!doctype html><html lang=en><meta charset=utf-8>"
      "<meta name=viewport content=\"width=device-width\"><title>3D Secure test page</title>"
      "<h1>3D Secure test page</h1><p>This is okapi: no bank is asked and no money moves. How "
      "shall "
      "the authentication of ",
      escaped(intent), " end?</p>", button("succeeded", secret, "Complete"),
      button("failed", secret, "Fail"), "</html>\n");
  response.headers.emplace_back("Content-Security-Policy",
                                "default-src 'none'; form-action *; frame-ancestors *");
  return response;
}

api::Response authenticate(const api::Request& request, const Control::Parts& parts, World& world,
                           const std::string& intent) {
  const ControlInput input(request, {"client_secret", "outcome"});
  const std::string outcome = input.text("outcome").value_or("succeeded");
  if (outcome != "succeeded" && outcome != "failed") {
    throw api::invalid_request("Invalid outcome: must be one of succeeded or failed.", "outcome");
  }
  World* owner = &world;
  const std::optional<std::string> secret = input.text("client_secret");
  if (secret) owner = world_of(parts.accounts, intent, *secret);
  if (owner == nullptr) throw api::no_such_in_path("intent", intent, "intent");
  {
    store::Transaction tx(owner->store, {});
    parts.registry.authenticate(tx, intent, outcome == "succeeded");
    tx.commit();
  }
  parts.webhooks.notify(owner->store);
  const store::Document now = find_intent(*owner, intent);
  api::Response response;
  const auto return_url = maybe_text(*now, "_return_url");
  if (secret && return_url) {
    const std::string& status = text(*now, "status");
    response.status = 303;
    response.headers.emplace_back(
        "Location",
        returned_to(*return_url, *now, status == "succeeded" || status == "requires_capture"));
    return response;
  }
  response.body = api::render_document(now);
  return response;
}

}  // namespace okapi::server
