#include "server/authentication.h"

#include "api/error.h"
#include "api/render.h"
#include "base/text.h"
#include "events/webhook_queue.h"
#include "server/accounts.h"
#include "server/control_input.h"
#include "server/publishable.h"

namespace okapi::server {
namespace {

store::Document find_intent(World& world, const std::string& intent) {
  const bool setup = intent.starts_with("seti_");
  return world.store.find_committed(setup ? "setup_intent" : "payment_intent", intent);
}

std::string returned_to(const std::string& url, const Json& intent, bool succeeded) {
  const bool setup = text(intent, "object") == "setup_intent";
  const std::string name = setup ? "setup_intent" : "payment_intent";
  return concat(url, url.find('?') == std::string::npos ? "?" : "&", name, "=", text(intent, "id"),
                "&", name, "_client_secret=", text(intent, "client_secret"),
                "&redirect_status=", succeeded ? "succeeded" : "failed");
}

}  // namespace

ChallengedIntent find_challenged(Accounts& accounts, const std::string& intent,
                                 const std::string& secret) {
  ChallengedIntent found;
  for (World* world : accounts.all()) {
    store::Document one = find_intent(*world, intent);
    if (!one || !knows_secret(*one, secret)) continue;
    // Ids that count from a seed are the same in several accounts: the one that waits is meant.
    const bool waits = text(*one, "status") == "requires_action";
    if (waits || !found.intent) found = {.world = world, .intent = std::move(one)};
    if (waits) break;
  }
  return found;
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
  if (secret) owner = find_challenged(parts.accounts, intent, *secret).world;
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
