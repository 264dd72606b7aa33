// The worlds of a server, one for each secret key, made on first use; connected accounts are worlds
// inside of one. Worlds live as long as the server: references to them stay good.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "server/idempotency.h"
#include "server/traffic.h"
#include "store/account.h"

namespace okapi::server {

struct World {
  World(store::Account::Settings settings, std::string world_name, std::string world_key)
      : store(std::move(settings)), name(std::move(world_name)), key(std::move(world_key)) {}

  store::Account store;
  Idempotency idempotency;
  Traffic traffic;
  std::atomic<std::uint64_t> requests = 0;  // counts the request ids
  std::uint64_t request_seed = 0;           // scatters them
  const std::string name;    // what it is found by: the key, and "/acct_…" of a connected account
  const std::string key;     // the secret key that made it; empty: the default account
  std::string connected_to;  // the platform's account id, of a connected account
};

class Accounts {
 public:
  struct Settings {
    const store::Schema* schema = nullptr;
    IdSource ids;
    store::ClockSetting clock;
    store::EventRenderer render_event;
    std::size_t most_events = 0;
    // Empty: nobody keeps a journal.
    std::function<void(const std::string& world_name, store::Change)> record = {};
  };
  static constexpr std::size_t most_worlds = 100'000;

  explicit Accounts(Settings settings);

  [[nodiscard]] World& default_world() { return *default_; }
  // The world of a secret (or restricted) key. Throws api::ApiError beyond most_worlds.
  [[nodiscard]] World& of_key(std::string_view key);
  // The connected account inside of the platform's world; the platform's own id is itself.
  [[nodiscard]] World& connected(World& platform, std::string_view account_id);
  // By World::name, made on first use: for what comes from a file.
  [[nodiscard]] World& of_name(std::string_view name);
  // By acct_… id; null when there is none.
  [[nodiscard]] World* find(std::string_view account_id);
  // In the order they were made, the default account first.
  [[nodiscard]] std::vector<World*> all();
  [[nodiscard]] const store::Schema& schema() const { return *settings_.schema; }
  // Empties it, with what the server keeps beside the state.
  void reset(World& world);

  // Tokens that act for a world for a while: the meter event stream's. The oldest are forgotten.
  void remember_token(const std::string& token, World& world);
  [[nodiscard]] World* find_token(std::string_view token);

 private:
  // Under the lock; `connected_id` is empty for a platform.
  World& make(std::string name, std::string key, std::string_view connected_id = {});

  Settings settings_;
  std::shared_mutex lock_;
  std::map<std::string, std::unique_ptr<World>, std::less<>> worlds_;  // by name, see make()
  std::vector<World*> in_order_;
  std::map<std::string, World*, std::less<>> by_id_;
  std::map<std::string, World*, std::less<>> tokens_;
  std::vector<std::string> tokens_in_order_;
  World* default_ = nullptr;
};

}  // namespace okapi::server
