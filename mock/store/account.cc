#include "store/account.h"

#include <algorithm>

#include <malloc.h>

#include "store/state.h"

namespace okapi::store {
namespace {

std::shared_ptr<State> empty_state(ClockSetting clock) {
  auto state = std::make_shared<State>();
  state->clock = clock;
  return state;
}

}  // namespace

Account::Account(Settings settings)
    : settings_(std::move(settings)),
      render_event_(std::make_shared<const EventRenderer>(settings_.render_event)) {
  state_ = empty_state(settings_.clock);
}
Account::~Account() = default;

Document Account::find_committed(std::string_view kind, std::string_view id) const {
  return committed()->find(kind, id);
}

bool Account::has_due(std::string_view clock, Seconds until) const {
  return committed()->next_due(clock, until).has_value();
}

ClockSetting Account::clock() const { return committed()->clock; }

std::size_t Account::count(std::string_view kind) const { return committed()->count(kind); }

std::size_t Account::size() const { return committed()->size(); }

std::map<std::string, std::size_t> Account::counts() const {
  const std::shared_ptr<const State> state = committed();
  std::map<std::string, std::size_t> counts;
  for (const auto& table : state->tables) counts[*table->kind] = table->rows.size();
  for (const Stretch::Count& told : state->told.counts()) counts[told.kind] += told.documents;
  return counts;
}

void Account::reset() { replace(empty_state(settings_.clock)); }

void Account::save_snapshot(const std::string& name) {
  const auto save = [&] { return exchange_snapshot(name, committed()); };
  std::shared_ptr<const State> replaced;
  if (settings_.record) {
    // A journal knows the state by its place among the commits.
    const std::lock_guard writing(writing_);
    settings_.record(
        {.kind = Change::Kind::save, .before = nullptr, .after = committed(), .name = name});
    replaced = save();
  } else {
    replaced = save();
  }
  if (replaced == nullptr) return;
  const std::lock_guard writing(writing_);
  dispose(std::move(replaced));
}

void Account::put_snapshot(const std::string& name, std::shared_ptr<const State> state) {
  (void)exchange_snapshot(name, std::move(state));
}

// The one of this name that was there before.
std::shared_ptr<const State> Account::exchange_snapshot(const std::string& name,
                                                        std::shared_ptr<const State> state) {
  const std::lock_guard guard(reading_);
  std::shared_ptr<const State> replaced;
  std::erase_if(snapshots_, [&](auto& entry) {
    if (entry.first != name) return false;
    replaced = std::move(entry.second);
    return true;
  });
  snapshots_.emplace_back(name, std::move(state));
  return replaced;
}

bool Account::restore_snapshot(const std::string& name) {
  const std::lock_guard writing(writing_);
  std::shared_ptr<const State> state;
  {
    const std::lock_guard guard(reading_);
    const auto found =
        std::ranges::find(snapshots_, name, &decltype(snapshots_)::value_type::first);
    if (found == snapshots_.end()) return false;
    state = found->second;
  }
  if (settings_.record) {
    settings_.record(
        {.kind = Change::Kind::restore, .before = nullptr, .after = state, .name = name});
  }
  {
    const std::lock_guard guard(reading_);
    state_.swap(state);
  }
  bulk_ = nullptr;
  dispose(std::move(state));
  return true;
}

std::vector<std::string> Account::snapshots() const {
  const std::lock_guard guard(reading_);
  std::vector<std::string> names;
  for (const auto& [name, state] : snapshots_) names.push_back(name);
  return names;
}

std::vector<std::pair<std::string, std::shared_ptr<const State>>> Account::snapshot_states() const {
  const std::lock_guard guard(reading_);
  return snapshots_;
}

std::shared_ptr<const State> Account::committed() const {
  const std::lock_guard guard(reading_);
  return state_;
}

void Account::replace(std::shared_ptr<const State> state) {
  const std::lock_guard writing(writing_);
  if (settings_.record) {
    settings_.record({.kind = Change::Kind::replace, .before = nullptr, .after = state});
  }
  {
    const std::lock_guard guard(reading_);
    state_.swap(state);
  }
  trees_ = {};
  bulk_ = nullptr;
  dispose(std::move(state));
}

void Account::publish(std::shared_ptr<const State> state) {
  {
    const std::lock_guard guard(reading_);
    state_.swap(state);
  }
  // What only the replaced state held is given back out here, where no reader waits for it.
}

// Giving back a million documents takes seconds, and nobody should wait for that.
void Account::dispose(std::shared_ptr<const State> state) {
  constexpr std::size_t few = 500;
  if (state == nullptr || state->size() < few) return;
  disposal_ = std::jthread([doomed = std::move(state)]() mutable {
    doomed = nullptr;
    // The allocator keeps what lies between things that are still there; a page at a time it can
    // go.
    ::malloc_trim(0);
  });
}

}  // namespace okapi::store
