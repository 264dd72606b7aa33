#include "store/account.h"

#include <algorithm>

#include "store/state.h"

namespace okapi::store {
namespace {

std::size_t size_of(const State& state) {
  std::size_t sum = 0;
  for (const auto& table : state.tables) sum += table->rows.size();
  return sum;
}

}  // namespace

Account::Account(Settings settings)
    : settings_(std::move(settings)),
      render_event_(std::make_shared<const EventRenderer>(settings_.render_event)) {
  reset();
}
Account::~Account() = default;

Document Account::find_committed(std::string_view kind, std::string_view id) const {
  return committed()->find(kind, id);
}

bool Account::has_due(std::string_view clock, Seconds until) const {
  return committed()->next_due(clock, until).has_value();
}

ClockSetting Account::clock() const { return committed()->clock; }

std::size_t Account::count(std::string_view kind) const {
  return committed()->table(kind).rows.size();
}

std::size_t Account::size() const { return size_of(*committed()); }

std::map<std::string, std::size_t> Account::counts() const {
  const std::shared_ptr<const State> state = committed();
  std::map<std::string, std::size_t> counts;
  for (const auto& table : state->tables) counts[*table->kind] = table->rows.size();
  return counts;
}

void Account::reset() {
  auto state = std::make_shared<State>();
  state->clock = settings_.clock;
  replace(std::move(state));
}

void Account::save_snapshot(const std::string& name) {
  const std::lock_guard guard(reading_);
  std::erase_if(snapshots_, [&](const auto& entry) { return entry.first == name; });
  snapshots_.emplace_back(name, state_);
}

bool Account::restore_snapshot(const std::string& name) {
  const std::lock_guard writing(writing_);
  std::shared_ptr<const State> state;
  {
    const std::lock_guard guard(reading_);
    const auto found =
        std::ranges::find(snapshots_, name, &decltype(snapshots_)::value_type::first);
    if (found == snapshots_.end()) return false;
    state = std::exchange(state_, found->second);
  }
  dispose(std::move(state));
  return true;
}

std::vector<std::string> Account::snapshots() const {
  const std::lock_guard guard(reading_);
  std::vector<std::string> names;
  for (const auto& [name, state] : snapshots_) names.push_back(name);
  return names;
}

std::shared_ptr<const State> Account::committed() const {
  const std::lock_guard guard(reading_);
  return state_;
}

void Account::replace(std::shared_ptr<const State> state) {
  const std::lock_guard writing(writing_);
  {
    const std::lock_guard guard(reading_);
    state_.swap(state);
  }
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
  if (state == nullptr || size_of(*state) < few) return;
  disposal_ = std::jthread([doomed = std::move(state)]() mutable { doomed = nullptr; });
}

}  // namespace okapi::store
