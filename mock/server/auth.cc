#include "server/auth.h"

#include <algorithm>
#include <array>

#include <strings.h>

#include "api/error.h"
#include "base/base64.h"
#include "base/text.h"
#include "server/dispatch.h"
#include "server/publishable.h"
#include "store/committed.h"

namespace okapi::server {
namespace {

constexpr std::size_t longest_key = 255;

// The rest of `text` after the scheme and blanks; nothing when it is another scheme.
bool strip_scheme(std::string_view& text, std::string_view scheme) {
  if (text.size() <= scheme.size() || text[scheme.size()] != ' ' ||
      strncasecmp(text.data(), scheme.data(), scheme.size()) != 0) {
    return false;
  }
  text = trimmed(text.substr(scheme.size()));
  return true;
}

bool is_printable(std::string_view key) {
  return std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
}

bool is_live(std::string_view key) {
  // Also inside of a key that was pasted with something in front of it.
  return key.find("k_live_") != key.npos;
}

World& world_of(std::string_view key, Accounts& accounts, const Options& options) {
  if (is_live(key)) throw api::live_key();
  if (options.any_key) return accounts.default_world();
  if (key.empty()) throw api::no_api_key();
  if (key.size() > longest_key || !is_printable(key)) throw api::invalid_api_key(key);
  for (const std::string_view prefix : {"sk_test_", "rk_test_"}) {
    if (key.starts_with(prefix) && key.size() > prefix.size()) return accounts.of_key(key);
  }
  if (World* world = accounts.find_token(key)) return *world;
  if (is_publishable(key)) return accounts.of_key(secret_key_of(key));
  for (const std::string_view prefix : {"sk_org_", "ek_test_"}) {
    if (key.starts_with(prefix)) throw api::unsupported_key(prefix);
  }
  throw api::invalid_api_key(key);
}

bool is_account_id(std::string_view id) {
  constexpr std::size_t longest_id = 64;
  return id.starts_with("acct_") && id.size() > 5 && id.size() <= longest_id &&
         std::ranges::all_of(id, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

// Differs: Stripe refuses an account that the platform has not connected. Here an account is made
// on first use as one of a key is, so that a configured id works; one that was deleted is gone.
bool is_closed(World& platform, std::string_view id) {
  return static_cast<bool>(
      store::find_committed(*platform.store.committed(), "okapi.closed_account", id));
}

void enter_connected(Caller& caller, const api::Request& request, Accounts& accounts) {
  for (const std::string_view name : {"Stripe-Account", "Stripe-Context"}) {
    const std::string_view id = api::header(request.headers, name);
    if (id.empty()) continue;
    if (!is_account_id(id) || is_closed(*caller.world, id)) {
      throw api::foreign_account(caller.credential, id);
    }
    caller.platform = caller.world;
    caller.world = &accounts.connected(*caller.world, id);
    caller.connected_account = id;
    return;
  }
}

}  // namespace

std::string credential_of(const api::Request& request) {
  std::string_view value = trimmed(api::header(request.headers, "Authorization"));
  if (strip_scheme(value, "Bearer")) return std::string(value);
  if (!strip_scheme(value, "Basic")) return {};
  std::string user = decode_base64(value);
  user.resize(std::min(user.find(':'), user.size()));
  return user;
}

Caller identify(const api::Request& request, Accounts& accounts, const Options& options) {
  Caller caller{.world = nullptr, .credential = credential_of(request)};
  caller.world = &world_of(caller.credential, accounts, options);
  caller.publishable = !options.any_key && is_publishable(caller.credential);
  enter_connected(caller, request, accounts);
  return caller;
}

Caller identify_or_default(const api::Request& request, Accounts& accounts,
                           const Options& options) {
  if (!credential_of(request).empty()) {
    Caller caller = identify(request, accounts, options);
    // Control paths drive the whole account.
    if (caller.publishable) throw api::publishable_key();
    return caller;
  }
  Caller caller{.world = &accounts.default_world(), .credential = {}};
  enter_connected(caller, request, accounts);
  return caller;
}

std::string shown_key(std::string_view key) {
  if (is_live(key)) return "(live key)";
  if (key.size() <= 12) return std::string(key);
  return concat(key.substr(0, 8), "...", key.substr(key.size() - 4));
}

}  // namespace okapi::server
