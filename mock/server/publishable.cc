#include "server/publishable.h"

#include <algorithm>
#include <array>

#include "api/error.h"
#include "base/text.h"
#include "server/accounts.h"

namespace okapi::server {
namespace {

constexpr std::string_view publishable_prefix = "pk_test_";
constexpr std::string_view secret_prefix = "sk_test_";

constexpr auto for_browsers = std::to_array<std::string_view>(
    {"payment_intents.confirm", "payment_intents.retrieve", "payment_methods.create",
     "payment_pages.confirm", "payment_pages.retrieve", "payment_pages.update",
     "setup_intents.confirm", "setup_intents.retrieve", "sources.create", "sources.retrieve",
     "test_helpers.confirmation_tokens.create", "tokens.create", "tokens.retrieve"});

void erase(api::FormNode& form, std::string_view name) {
  std::erase_if(form.children, [&](const auto& child) { return child.key == name; });
  form.by_key.clear();
  if (form.children.empty()) return;
  for (std::size_t i = 0; i < form.children.size(); ++i) form.by_key[form.children[i].key] = i;
}

std::string_view kind_of(std::string_view operation) {
  if (operation.starts_with("payment_intents.")) return "payment_intent";
  return operation.starts_with("setup_intents.") ? "setup_intent" : std::string_view();
}

}  // namespace

bool is_publishable(std::string_view key) {
  return key.starts_with(publishable_prefix) && key.size() > publishable_prefix.size();
}

std::string secret_key_of(std::string_view key) {
  return concat(secret_prefix, key.substr(publishable_prefix.size()));
}

std::string take_browser_params(api::FormNode& form, const api::Operation& operation) {
  std::string client_secret;
  if (const api::FormNode* given = form.find("client_secret")) client_secret = given->value;
  erase(form, "key");
  // A GET of an intent declares it; only there it stays.
  const bool declared =
      operation.name().ends_with(".retrieve") && !kind_of(operation.name()).empty();
  if (!declared) erase(form, "client_secret");
  return client_secret;
}

bool knows_secret(const Json& intent, std::string_view given) {
  const std::string& secret = text(intent, "client_secret");
  if (given.size() != secret.size()) return false;
  int differences = 0;
  for (std::size_t i = 0; i < secret.size(); ++i) differences |= given[i] ^ secret[i];
  return differences == 0;
}

void check_publishable(const World& world, const api::Route& route,
                       const std::string& client_secret) {
  const std::string_view name = route.operation.name();
  if (std::ranges::find(for_browsers, name) == for_browsers.end()) throw api::publishable_key();
  const std::string_view kind = kind_of(name);
  if (kind.empty()) return;
  const store::Document intent = world.store.find_committed(kind, route.path_ids.back());
  if (!intent || !knows_secret(*intent, client_secret)) {
    throw api::wrong_client_secret(kind == "payment_intent" ? "PaymentIntent" : "SetupIntent");
  }
}

}  // namespace okapi::server
