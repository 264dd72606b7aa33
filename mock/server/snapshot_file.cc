#include "server/snapshot_file.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "api/catalogue.h"
#include "base/text.h"
#include "server/dispatch.h"

namespace okapi::server {

void load_snapshot_if_there(Dispatch& dispatch, const std::string& file) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in && errno == ENOENT) return;
  if (!in || in.peek() == std::ifstream::traits_type::eof()) {
    const std::string reason =
        in && errno == 0 ? "it is empty" : std::generic_category().message(errno);
    throw store::FileError(concat("cannot read the snapshot ", file, " (", reason,
                                  "): name a file that okapi wrote, or take it away to start "
                                  "empty"));
  }
  Accounts& accounts = dispatch.accounts();
  replace_all(accounts, store::read_snapshot(in, file, accounts.schema(), api::api_version()));
}

void save_snapshot(Dispatch& dispatch, const std::string& file) {
  dispatch.settle();
  store::AtomicFile saved(file);
  store::write_snapshot(saved.stream(), states_of(dispatch.accounts().all()), api::api_version());
  saved.commit();
}

std::vector<store::NamedState> states_of(const std::vector<World*>& worlds) {
  std::vector<store::NamedState> states;
  states.reserve(worlds.size());
  for (const World* world : worlds) {
    states.push_back({.name = world->name, .state = world->store.committed()});
  }
  return states;
}

void replace_all(Accounts& accounts, std::vector<store::NamedState> states) {
  for (World* world : accounts.all()) {
    if (std::ranges::find(states, world->name, &store::NamedState::name) == states.end()) {
      accounts.reset(*world);
    }
  }
  for (store::NamedState& state : states) {
    World& world = accounts.of_name(state.name);
    replace(world, std::move(state));
  }
}

void replace(World& world, store::NamedState state) {
  world.store.replace(std::move(state.state));
  world.idempotency.clear();
}

}  // namespace okapi::server
