#include "hosted/challenge_page.h"

#include "api/error.h"
#include "api/form.h"
#include "base/text.h"
#include "hosted/view.h"
#include "paper/words.h"
#include "server/accounts.h"
#include "server/authentication.h"
#include "server/dispatch.h"

namespace okapi::hosted {
namespace {

std::string asked_for(const Json& intent) {
  if (text(intent, "object") == "setup_intent") return "keeping a card for later";
  return paper::money(text(intent, "currency"), integer(intent, "amount"));
}

}  // namespace

api::Response challenge_page(server::Dispatch& dispatch, const api::Request& request) {
  const std::string_view path = request.path();
  const std::string id(path.substr(path.rfind('/') + 1));
  const api::FormNode query = api::parse_form(request.query(), {});
  const api::FormNode* secret = query.find("client_secret");
  const server::ChallengedIntent found = server::find_challenged(
      dispatch.accounts(), id, secret == nullptr ? std::string() : secret->value);
  if (!found.intent) throw api::no_such_in_path("intent", id, "intent");
  const Json& intent = *found.intent;
  const auto return_url = maybe_text(intent, "_return_url");
  View view = {.name = "challenge",
               .values = {{"title", "3D Secure test page"},
                          {"amount", asked_for(intent)},
                          {"intent", id},
                          {"secret", text(intent, "client_secret")},
                          {"status", text(intent, "status")},
                          {"waits", text(intent, "status") == "requires_action"},
                          {"return_url", return_url ? Json(*return_url) : Json(false)}},
               .framed = true};
  if (return_url) view.leads_to.push_back(*return_url);
  // Checkout sends the customer on from there.
  if (const auto owner = maybe_text(intent, "_checkout_session")) {
    const store::Document session = found.world->store.find_committed("checkout.session", *owner);
    const auto success_url = session ? maybe_text(*session, "success_url") : std::nullopt;
    if (success_url) view.leads_to.push_back(*success_url);
  }
  return show(view);
}

}  // namespace okapi::hosted
