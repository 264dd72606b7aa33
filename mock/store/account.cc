#include "store/account.h"

#include <algorithm>

#include "base/check.h"
#include "store/state.h"

namespace okapi::store {
namespace {

const Table empty_table;

const Table& table_of(const State& state, std::string_view kind) {
  const auto found = state.tables.find(kind);
  return found == state.tables.end() ? empty_table : *found->second;
}

std::string index_prefix(std::string_view field, std::string_view value) {
  std::string key(field);
  key += '\0';
  key += value;
  key += '\0';
  return key;
}

void append_sequence(std::string& key, std::uint64_t sequence) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    key += static_cast<char>(sequence >> shift & 0xff);
  }
}

const Json* find_dotted(const Json& tree, std::string_view field) {
  const Json* here = &tree;
  while (true) {
    const std::size_t dot = field.find('.');
    const std::string key(field.substr(0, dot));
    if (!here->is_object()) return nullptr;
    const auto found = here->find(key);
    if (found == here->end()) return nullptr;
    here = &*found;
    if (dot == std::string_view::npos) return here;
    field.remove_prefix(dot + 1);
  }
}

std::string event_id(State& state, const IdSource& ids) {
  return make_id(ids, "evt_", 28, state.next_id++);
}

}  // namespace

struct Transaction::Work {
  std::unique_lock<std::mutex> lock;
  std::shared_ptr<const State> base;
  std::unique_ptr<State> edited;
  std::vector<std::pair<std::string, Document>> emitted;  // type and any version of the document
  std::vector<Seconds> emitted_at;
  std::vector<Document> written;
  std::vector<std::string> events;
  bool committed = false;
};

Transaction::Transaction(Account& account, Origin origin)
    : account_(account), origin_(std::move(origin)), work_(std::make_unique<Work>()) {
  work_->lock = std::unique_lock(account.writing_);
  work_->base = account.committed();
  now_ = work_->base->clock.now();
}

Transaction::~Transaction() = default;

const State& Transaction::state() const { return work_->edited ? *work_->edited : *work_->base; }

State& Transaction::edit() {
  if (!work_->edited) work_->edited = std::make_unique<State>(*work_->base);
  return *work_->edited;
}

Document Transaction::find(std::string_view kind, std::string_view id) const {
  const Table& table = table_of(state(), kind);
  const std::uint64_t* sequence = table.by_id.find(id);
  return sequence == nullptr ? Document() : table.rows.find(*sequence)->document;
}

Document Transaction::put(Document document, const Document& before) {
  State& state = edit();
  const auto found = state.tables.find(document.kind());
  auto table = std::make_shared<Table>(found == state.tables.end() ? Table() : *found->second);
  const Schema& schema = *account_.settings_.schema;
  const std::uint64_t sequence = document.sequence();

  if (const auto fields = schema.indexes.find(document.kind()); fields != schema.indexes.end()) {
    for (const std::string& field : fields->second) {
      const Json* old_value = before ? find_dotted(*before, field) : nullptr;
      const Json* new_value = find_dotted(*document, field);
      if (old_value != nullptr && new_value != nullptr && *old_value == *new_value) continue;
      if (old_value != nullptr && old_value->is_string()) {
        std::string key = index_prefix(field, old_value->get_ref<const std::string&>());
        append_sequence(key, sequence);
        table->indexes.erase(key);
      }
      if (new_value != nullptr && new_value->is_string()) {
        std::string key = index_prefix(field, new_value->get_ref<const std::string&>());
        append_sequence(key, sequence);
        table->indexes.set(std::move(key), sequence);
      }
    }
  }

  Row row{.document = document, .due = {}};
  if (const auto reader = schema.due.find(document.kind()); reader != schema.due.end()) {
    if (before) {
      for (const Due& due : table->rows.find(sequence)->due) {
        state.due.erase(DueKey{due.clock, due.at, due.rank, sequence, due.action});
      }
    }
    reader->second(*document, row.due);
    for (const Due& due : row.due) {
      state.due.set(DueKey{due.clock, due.at, due.rank, sequence, due.action}, document.kind());
    }
  }
  table->rows.set(sequence, std::move(row));
  if (!before) table->by_id.set(document.id(), sequence);
  state.tables[document.kind()] = std::move(table);
  work_->written.push_back(document);
  return document;
}

Document Transaction::insert(Json tree) {
  std::string kind = text(tree, "object");
  std::string id = text(tree, "id");
  OKAPI_CHECK(!find(kind, id));
  const std::uint64_t sequence = edit().next_sequence++;
  return put(Document::make(std::move(kind), std::move(id), sequence, std::move(tree)), {});
}

Document Transaction::update(const Document& document, const std::function<void(Json&)>& change) {
  const Document before = find(document.kind(), document.id());
  OKAPI_CHECK(static_cast<bool>(before));
  Json tree = *before;
  change(tree);
  if (tree == *before) return before;
  return put(Document::make(before.kind(), before.id(), before.sequence(), std::move(tree)), before);
}

void Transaction::erase(const Document& document) {
  const Document before = find(document.kind(), document.id());
  OKAPI_CHECK(static_cast<bool>(before));
  State& state = edit();
  auto table = std::make_shared<Table>(*state.tables.find(before.kind())->second);
  const Schema& schema = *account_.settings_.schema;
  if (const auto fields = schema.indexes.find(before.kind()); fields != schema.indexes.end()) {
    for (const std::string& field : fields->second) {
      const Json* value = find_dotted(*before, field);
      if (value == nullptr || !value->is_string()) continue;
      std::string key = index_prefix(field, value->get_ref<const std::string&>());
      append_sequence(key, before.sequence());
      table->indexes.erase(key);
    }
  }
  for (const Due& due : table->rows.find(before.sequence())->due) {
    state.due.erase(DueKey{due.clock, due.at, due.rank, before.sequence(), due.action});
  }
  table->rows.erase(before.sequence());
  table->by_id.erase(before.id());
  state.tables[before.kind()] = std::move(table);
}

void Transaction::scan_down(std::string_view kind, std::uint64_t before,
                            const std::function<bool(const Document&)>& visit) const {
  const Table table = table_of(state(), kind);
  const std::uint64_t from = before == 0 ? UINT64_MAX : before - 1;
  table.rows.descend(from, [&](std::uint64_t, const Row& row) { return visit(row.document); });
}

void Transaction::scan_up(std::string_view kind, std::uint64_t after,
                          const std::function<bool(const Document&)>& visit) const {
  const Table table = table_of(state(), kind);
  table.rows.ascend(after + 1, [&](std::uint64_t, const Row& row) { return visit(row.document); });
}

void Transaction::scan_down_where(std::string_view kind, std::string_view field,
                                  std::string_view value, std::uint64_t before,
                                  const std::function<bool(const Document&)>& visit) const {
  const Table table = table_of(state(), kind);
  const std::string prefix = index_prefix(field, value);
  std::string from = prefix;
  append_sequence(from, before == 0 ? UINT64_MAX : before - 1);
  table.indexes.descend(from, [&](const std::string& key, std::uint64_t sequence) {
    return key.starts_with(prefix) && visit(table.rows.find(sequence)->document);
  });
}

void Transaction::scan_up_where(std::string_view kind, std::string_view field,
                                std::string_view value, std::uint64_t after,
                                const std::function<bool(const Document&)>& visit) const {
  const Table table = table_of(state(), kind);
  const std::string prefix = index_prefix(field, value);
  std::string from = prefix;
  append_sequence(from, after + 1);
  table.indexes.ascend(from, [&](const std::string& key, std::uint64_t sequence) {
    return key.starts_with(prefix) && visit(table.rows.find(sequence)->document);
  });
}

std::vector<Document> Transaction::where(std::string_view kind, std::string_view field,
                                         std::string_view value) const {
  std::vector<Document> found;
  scan_up_where(kind, field, value, 0, [&](const Document& document) {
    found.push_back(document);
    return true;
  });
  return found;
}

std::size_t Transaction::count(std::string_view kind) const {
  return table_of(state(), kind).rows.size();
}

std::optional<DueStep> Transaction::next_due(std::string_view clock, Seconds until) const {
  std::optional<DueStep> step;
  const DueKey from{.clock = std::string(clock), .at = INT64_MIN, .rank = 0, .sequence = 0, .action = {}};
  state().due.ascend(from, [&](const DueKey& key, const std::string& kind) {
    if (key.clock != clock || key.at > until) return false;
    step = DueStep{.due = {.at = key.at, .rank = key.rank, .action = key.action, .clock = key.clock},
                   .document = table_of(state(), kind).rows.find(key.sequence)->document};
    return false;
  });
  return step;
}

const MeterLog& Transaction::meter_log() const { return state().meter_log; }
MeterLog& Transaction::edit_meter_log() { return edit().meter_log; }
ClockSetting Transaction::clock() const { return state().clock; }
void Transaction::set_clock(ClockSetting setting) { edit().clock = setting; }

void Transaction::emit(std::string_view type, const Document& document) {
  work_->emitted.emplace_back(std::string(type), document);
  work_->emitted_at.push_back(now_);
}

std::string Transaction::new_id(std::string_view prefix, int length) {
  return make_id(account_.settings_.ids, prefix, length, edit().next_id++);
}

const std::string& Transaction::account_id() const { return account_.settings_.id; }

std::uint64_t Transaction::next_number() { return edit().next_number++; }

void Transaction::commit() {
  OKAPI_CHECK(!work_->committed);
  work_->committed = true;
  if (!work_->edited && work_->emitted.empty()) return;
  for (std::size_t i = 0; i < work_->emitted.size(); ++i) {
    const auto& [type, document] = work_->emitted[i];
    EmittedEvent event{.type = type, .before = {}, .after = find(document.kind(), document.id()),
                       .created = work_->emitted_at[i]};
    if (!event.after) event.after = document;
    const Table& base = table_of(*work_->base, document.kind());
    if (const std::uint64_t* sequence = base.by_id.find(document.id())) {
      event.before = base.rows.find(*sequence)->document;
    }
    State& state = edit();
    const std::string id = event_id(state, account_.settings_.ids);
    work_->events.push_back(id);
    put(Document::make_deferred("event", id, state.next_sequence++,
                                [render = account_.settings_.render_event, id, event,
                                 origin = origin_] { return render(id, event, origin); }),
        {});
  }
  for (const Document& document : work_->written) {
    if (document.kind() != "event") document.settle();
  }
  const std::lock_guard guard(account_.reading_);
  account_.state_ = std::move(work_->edited);
}

const std::vector<std::string>& Transaction::committed_events() const { return work_->events; }

Account::Account(Settings settings) : settings_(std::move(settings)) { reset(); }
Account::~Account() = default;

Document Account::find_committed(std::string_view kind, std::string_view id) const {
  const std::shared_ptr<const State> state = committed();
  const Table& table = table_of(*state, kind);
  const std::uint64_t* sequence = table.by_id.find(id);
  return sequence == nullptr ? Document() : table.rows.find(*sequence)->document;
}

ClockSetting Account::clock() const { return committed()->clock; }

void Account::reset() {
  auto state = std::make_shared<State>();
  state->clock = settings_.clock;
  replace(std::move(state));
}

void Account::save_snapshot(const std::string& name) {
  std::shared_ptr<const State> state = committed();
  const std::lock_guard guard(reading_);
  std::erase_if(snapshots_, [&](const auto& entry) { return entry.first == name; });
  snapshots_.emplace_back(name, std::move(state));
}

bool Account::restore_snapshot(const std::string& name) {
  const std::lock_guard writing(writing_);
  const std::lock_guard guard(reading_);
  const auto found = std::ranges::find(snapshots_, name, &decltype(snapshots_)::value_type::first);
  if (found == snapshots_.end()) return false;
  state_ = found->second;
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
  const std::lock_guard guard(reading_);
  state_ = std::move(state);
}

}  // namespace okapi::store
