#include "server/accounts.h"

#include <mutex>

#include "api/error.h"
#include "base/json.h"
#include "base/text.h"

namespace okapi::server {
namespace {

constexpr std::size_t most_tokens = 10'000;

// FNV-1a: an account id must follow from the key alone, on every machine.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

std::string account_id_of(std::string_view name) {
  return make_id({.counting = false, .seed = hash_of(name)}, "acct_", 21, 1);
}

// Stripe: an event of a connected account names it.
store::EventRenderer with_account(const store::EventRenderer& render, std::string account) {
  return
      [render, account = std::move(account)](
          const std::string& id, const store::EmittedEvent& emitted, const store::Origin& origin) {
        Json event = Json::parse(render(id, emitted, origin));
        event["account"] = account;
        return to_compact(event);
      };
}

}  // namespace

Accounts::Accounts(Settings settings) : settings_(std::move(settings)) { default_ = &make("", ""); }

World& Accounts::make(std::string name, std::string key, std::string_view connected_id) {
  if (worlds_.size() >= most_worlds) throw api::too_many_accounts(most_worlds);
  // With ids that count two platforms may have connected accounts of one id.
  const bool is_free = !connected_id.empty() && !by_id_.contains(connected_id);
  store::Account::Settings settings{
      .id = is_free ? std::string(connected_id) : account_id_of(name),
      .schema = settings_.schema,
      .ids = settings_.ids,
      .clock = settings_.clock,
      .render_event = connected_id.empty()
                          ? settings_.render_event
                          : with_account(settings_.render_event, std::string(connected_id)),
      .most_events = settings_.most_events};
  if (settings_.record) {
    settings.record = [record = settings_.record, name](store::Change change) {
      record(name, std::move(change));
    };
  }
  // Scattered ids must differ from world to world, or one key's id would exist in another's.
  if (!settings.ids.counting) settings.ids.seed ^= hash_of(name);
  auto world = std::make_unique<World>(std::move(settings), name, std::move(key));
  World& made = *world;
  made.request_seed = settings_.ids.seed ^ hash_of(name) ^ 0x7265715fU;
  in_order_.push_back(&made);
  by_id_.emplace(made.store.id(), &made);
  worlds_.emplace(std::move(name), std::move(world));
  return made;
}

World& Accounts::of_key(std::string_view key) {
  {
    const std::shared_lock reading(lock_);
    if (const auto found = worlds_.find(key); found != worlds_.end()) return *found->second;
  }
  const std::unique_lock writing(lock_);
  if (const auto found = worlds_.find(key); found != worlds_.end()) return *found->second;
  return make(std::string(key), std::string(key));
}

World& Accounts::connected(World& platform, std::string_view account_id) {
  if (account_id == platform.store.id()) return platform;
  const std::string name = concat(platform.key, "/", account_id);
  {
    const std::shared_lock reading(lock_);
    if (const auto found = worlds_.find(name); found != worlds_.end()) return *found->second;
  }
  const std::unique_lock writing(lock_);
  if (const auto found = worlds_.find(name); found != worlds_.end()) return *found->second;
  World& made = make(name, platform.key, account_id);
  made.connected_to = platform.store.id();
  return made;
}

World& Accounts::of_name(std::string_view name) {
  const std::size_t slash = name.find('/');
  World& platform = slash == 0 || name.empty() ? *default_ : of_key(name.substr(0, slash));
  return slash == name.npos ? platform : connected(platform, name.substr(slash + 1));
}

World* Accounts::find(std::string_view account_id) {
  const std::shared_lock reading(lock_);
  const auto found = by_id_.find(account_id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<World*> Accounts::all() {
  const std::shared_lock reading(lock_);
  return in_order_;
}

void Accounts::reset(World& world) {
  world.store.reset();
  world.idempotency.clear();
}

void Accounts::remember_token(const std::string& token, World& world) {
  const std::unique_lock writing(lock_);
  if (!tokens_.insert_or_assign(token, &world).second) return;
  tokens_in_order_.push_back(token);
  if (tokens_in_order_.size() <= most_tokens) return;
  // Half at once, so that the work is spread over many calls.
  const std::size_t kept = most_tokens / 2;
  const auto end = tokens_in_order_.end() - static_cast<std::ptrdiff_t>(kept);
  for (auto old = tokens_in_order_.begin(); old != end; ++old) tokens_.erase(*old);
  tokens_in_order_.erase(tokens_in_order_.begin(), end);
}

World* Accounts::find_token(std::string_view token) {
  const std::shared_lock reading(lock_);
  const auto found = tokens_.find(token);
  return found == tokens_.end() ? nullptr : found->second;
}

}  // namespace okapi::server
