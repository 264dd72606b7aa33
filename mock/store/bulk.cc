#include "store/bulk.h"

#include <algorithm>

#include "base/check.h"
#include "store/transaction_work.h"

namespace okapi::store {

Bulk::Bulk(Transaction& tx, std::string_view clock)
    : tx_(tx), clock_(clock), queue_(fingerprint(clock)) {}

bool Bulk::may_tell() const { return !tx_.account_.settings_.record; }

std::optional<Bulk::Step> Bulk::next_due(Seconds until) const {
  std::optional<Step> step;
  const DueKey from{.clock = queue_, .at = INT64_MIN, .rank = INT32_MIN};
  tx_.state().due.ascend(from, [&](const DueKey& key, const auto& kind) {
    if (key.clock != queue_ || key.at > until) return false;
    step = Step{.at = key.at,
                .rank = key.rank,
                .action = key.action,
                .kind = *kind,
                .sequence = key.sequence};
    return false;
  });
  return step;
}

void Bulk::take(const Step& step) {
  const bool was_there = tx_.edit().due.erase(DueKey{.clock = queue_,
                                                     .at = step.at,
                                                     .rank = step.rank,
                                                     .sequence = step.sequence,
                                                     .action = step.action});
  OKAPI_CHECK(was_there);
}

void Bulk::add(Step step) {
  State& state = tx_.edit();
  state.due.set({.clock = queue_,
                 .at = step.at,
                 .rank = step.rank,
                 .sequence = step.sequence,
                 .action = std::move(step.action)},
                state.own_table(step.kind).kind);
}

std::optional<std::vector<Bulk::Step>> Bulk::due_of(const Document& document) const {
  std::vector<Step> steps;
  const auto& readers = tx_.account_.settings_.schema->due;
  const auto reader = readers.find(document.kind());
  if (reader == readers.end()) return steps;
  std::vector<Due> due;
  reader->second(*document, due);
  for (Due& each : due) {
    if (each.clock != clock_) return std::nullopt;
    steps.push_back({.at = each.at,
                     .rank = each.rank,
                     .action = std::move(each.action),
                     .kind = reader->first,
                     .sequence = document.sequence()});
  }
  return steps;
}

Document Bulk::row(std::string_view kind, std::uint64_t sequence) const {
  return tx_.state().table(kind).row(sequence);
}

Document Bulk::row(std::string_view kind, std::string_view id) const {
  const Table& table = tx_.state().table(kind);
  const std::uint64_t* sequence = table.by_id.find(Table::id_key(id));
  return sequence == nullptr ? Document() : table.row(*sequence);
}

std::size_t Bulk::rows_where(std::string_view kind, std::string_view field,
                             std::string_view value) const {
  std::size_t rows = 0;
  const Fingerprint of = fingerprint(field, value);
  tx_.state().table(kind).indexes.ascend(IndexKey{.of = of}, [&](const IndexKey& key, Nothing) {
    if (key.of != of) return false;
    ++rows;
    return true;
  });
  return rows;
}

std::shared_ptr<const Stretch> Bulk::standing(std::uint64_t sequence) const {
  return tx_.state().told.standing(sequence);
}

std::shared_ptr<const Stretch> Bulk::last_of(std::uint64_t owner) const {
  return tx_.state().told.last_of(owner);
}

std::shared_ptr<const Stretch> Bulk::holding(std::uint64_t number) const {
  return tx_.state().told.holding(number);
}

std::shared_ptr<const State> Bulk::written() const {
  auto state = std::make_shared<State>(*tx_.work_->base);
  state->told = {};
  return state;
}

std::uint64_t Bulk::edition() const { return tx_.state().edition; }

std::uint64_t Bulk::take_numbers(std::uint64_t width) {
  State& state = tx_.edit();
  const std::uint64_t first = std::max(state.next_sequence, state.next_id);
  continue_from(first + width);
  return first;
}

void Bulk::continue_from(std::uint64_t first) {
  State& state = tx_.edit();
  state.next_sequence = first;
  state.next_id = first;
}

std::uint64_t Bulk::used_since(std::uint64_t first) const {
  const State& state = tx_.state();
  return std::max(state.next_sequence, state.next_id) - first;
}

void Bulk::tell(std::uint64_t part, std::shared_ptr<const Stretch> stretch) {
  tx_.edit().told.tell(part, std::move(stretch), tx_.account_.settings_.ids);
}

void Bulk::change(std::uint64_t sequence, std::shared_ptr<const Stretch> stretch) {
  tx_.edit().told.change(sequence, std::move(stretch));
}

void Bulk::put_row(const Document& row) {
  State& state = tx_.edit();
  const Document there = state.table(row.kind()).row(row.sequence());
  if (there != row) state.put(*tx_.account_.settings_.schema, row, there);
}

std::shared_ptr<void>& Bulk::memory() { return tx_.account_.bulk_; }

Account::Settings Bulk::settings() const {
  Account::Settings settings = tx_.account_.settings_;
  settings.record = nullptr;
  settings.most_events = 0;
  return settings;
}

Document row_in(const State& state, std::string_view kind, std::uint64_t sequence) {
  return state.table(kind).row(sequence);
}

std::vector<Document> written_between(const State& state, std::uint64_t first, std::uint64_t end) {
  std::vector<Document> written;
  for (const auto& table : state.tables) {
    table->rows.ascend(first, [&](std::uint64_t sequence, const auto&) {
      if (sequence >= end) return false;
      written.push_back(table->row(sequence));
      return true;
    });
  }
  std::ranges::sort(written, {}, &Document::sequence);
  return written;
}

std::vector<Document> changed_between(const State& before, const State& after) {
  std::vector<Document> changed;
  const auto compare = [&](const Table& then, const Table& now) {
    decltype(Table::rows)::compare(then.rows, now.rows,
                                   [&](std::uint64_t sequence, const auto* was, const auto* is) {
                                     if (was != nullptr && is != nullptr && *was == *is) return;
                                     changed.push_back((is != nullptr ? now : then).row(sequence));
                                   });
  };
  for (const auto& table : after.tables) compare(before.table(*table->kind), *table);
  for (const auto& table : before.tables) {
    if (after.table(*table->kind).kind == nullptr) compare(*table, {});
  }
  return changed;
}

}  // namespace okapi::store
