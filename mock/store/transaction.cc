#include <algorithm>

#include "base/check.h"
#include "store/transaction_work.h"

namespace okapi::store {

namespace {

void rest_a_moment() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Most transactions are over in a small part of the time that it takes to fall asleep and to be
// woken; who has waited for many of them may sleep.
void wait_for(std::unique_lock<std::mutex>& lock) {
  constexpr int tries = 4'000;  // some 150 microseconds
  for (int i = 0; i < tries; ++i) {
    rest_a_moment();
    if (i % 8 == 0 && lock.try_lock()) return;
  }
  lock.lock();
}

}  // namespace

Transaction::Transaction(Account& account, Origin origin)
    : account_(account), origin_(std::move(origin)), work_(std::make_unique<Work>()) {
  work_->lock = std::unique_lock(account.writing_, std::try_to_lock);
  waited_ = !work_->lock.owns_lock();
  if (waited_) wait_for(work_->lock);
  work_->base = account.committed();
  now_ = work_->base->clock.now();
}

Transaction::~Transaction() = default;

const State& Transaction::state() const { return work_->edited ? *work_->edited : *work_->base; }

State& Transaction::edit() {
  OKAPI_CHECK(!work_->committed);
  if (!work_->edited) work_->edited = std::make_unique<State>(*work_->base);
  return *work_->edited;
}

Document Transaction::find(std::string_view kind, std::string_view id) const {
  Document found = state().find(kind, id);
  // After the commit the account is another writer's.
  if (found && !work_->committed) account_.trees_.serve(found);
  return found;
}

Document Transaction::seen(Document document) const {
  if (!work_->committed) account_.trees_.serve_if_kept(document);
  return document;
}

Document Transaction::put(Document document, const Document& before) {
  edit().put(*account_.settings_.schema, document, before);
  work_->written.push_back(document);
  return document;
}

Document Transaction::insert(Json tree) {
  const std::string& kind = text(tree, "object");
  std::string id = text(tree, "id");
  State& state = edit();
  OKAPI_CHECK(!state.find(kind, id));
  Document::Name name{
      .kind = state.own_table(kind).kind, .id = std::move(id), .sequence = state.next_sequence++};
  return put(Document::make(std::move(name), std::move(tree)), {});
}

Document Transaction::update(const Document& document, const std::function<void(Json&)>& change) {
  Document before = find(document.kind(), document.id());
  OKAPI_CHECK(static_cast<bool>(before));
  Json tree = *before;
  change(tree);
  if (tree == *before) return before;
  return put(Document::make(before.name(), std::move(tree)), before);
}

void Transaction::erase(const Document& document) {
  const Document before = find(document.kind(), document.id());
  OKAPI_CHECK(static_cast<bool>(before));
  edit().erase(*account_.settings_.schema, before);
}

// The scans walk a copy: the visitor may write.

void Transaction::scan_down(std::string_view kind, std::uint64_t before,
                            const std::function<bool(const Document&)>& visit) const {
  state().view(kind).descend(before - 1,  // 0 wraps to the greatest
                             [&](const Document& document) { return visit(seen(document)); });
}

void Transaction::scan_up(std::string_view kind, std::uint64_t after,
                          const std::function<bool(const Document&)>& visit) const {
  state().view(kind).ascend(after + 1,
                            [&](const Document& document) { return visit(seen(document)); });
}

void Transaction::scan_down_where(std::string_view kind, std::string_view field,
                                  std::string_view value, std::uint64_t before,
                                  const std::function<bool(const Document&)>& visit) const {
  state().view(kind).descend_where(field, value, before - 1,
                                   [&](const Document& document) { return visit(seen(document)); });
}

void Transaction::scan_up_where(std::string_view kind, std::string_view field,
                                std::string_view value, std::uint64_t after,
                                const std::function<bool(const Document&)>& visit) const {
  state().view(kind).ascend_where(field, value, after + 1,
                                  [&](const Document& document) { return visit(seen(document)); });
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

std::size_t Transaction::count(std::string_view kind) const { return state().count(kind); }

std::size_t Transaction::size() const { return state().size(); }

std::optional<DueStep> Transaction::next_due(std::string_view clock, Seconds until) const {
  return state().next_due(clock, until);
}

const MeterLog& Transaction::meter_log() const { return state().meter_log; }
MeterLog& Transaction::edit_meter_log() {
  work_->counts_usage = true;
  return edit().meter_log;
}
ClockSetting Transaction::clock() const { return state().clock; }
void Transaction::set_clock(ClockSetting setting) { edit().clock = setting; }

void Transaction::emit(std::string_view type, const Document& document, Cause cause) {
  OKAPI_CHECK(!work_->committed);
  const bool known = std::ranges::any_of(work_->emitted, [&](const Work::Emitted& earlier) {
    return earlier.type == type && earlier.document.id() == document.id() &&
           earlier.document.kind() == document.kind();
  });
  if (known) return;
  work_->emitted.push_back(
      {.type = std::string(type), .document = document, .created = now_, .cause = cause});
}

std::vector<Document> Transaction::emitted(std::string_view type_prefix) const {
  std::vector<Document> documents;
  for (const Work::Emitted& each : work_->emitted) {
    if (!each.type.starts_with(type_prefix)) continue;
    const bool known = std::ranges::any_of(documents, [&](const Document& document) {
      return document.id() == each.document.id() && document.kind() == each.document.kind();
    });
    if (!known) documents.push_back(each.document);
  }
  return documents;
}

Transaction::Savepoint Transaction::savepoint() {
  return {.state = std::make_shared<const State>(edit()),
          .emitted = work_->emitted.size(),
          .written = work_->written.size(),
          .now = now_};
}

void Transaction::roll_back(const Savepoint& savepoint) {
  edit() = *savepoint.state;
  work_->emitted.resize(savepoint.emitted);
  work_->written.resize(savepoint.written);
  now_ = savepoint.now;
}

std::string Transaction::new_id(std::string_view prefix, int length) {
  return make_id(account_.settings_.ids, prefix, length, edit().next_id++);
}

const std::string& Transaction::account_id() const { return account_.settings_.id; }

std::uint64_t Transaction::next_number() { return edit().next_number++; }

void Transaction::write_events() {
  if (work_->emitted.empty()) return;
  State& state = edit();
  const auto request = std::make_shared<const Origin>(std::move(origin_));
  static const auto itself = std::make_shared<const Origin>();
  const auto kind = state.own_table("event").kind;
  for (Work::Emitted& emitted : work_->emitted) {
    const std::string& of = emitted.document.kind();
    EmittedEvent event{.type = std::move(emitted.type),
                       .before = work_->base->at(of, emitted.document.sequence()),
                       .after = state.at(of, emitted.document.sequence()),
                       .created = emitted.created};
    if (!event.after) event.after = emitted.document.without_tree();
    Document::Name name{.kind = kind,
                        .id = make_id(account_.settings_.ids, "evt_", 28, state.next_id++),
                        .sequence = state.next_sequence++};
    work_->events.push_back(name.id);
    state.put(
        *account_.settings_.schema,
        Document::make_deferred(
            std::move(name), [render = account_.render_event_, event = std::move(event),
                              origin = emitted.cause == Cause::request ? request : itself](
                                 const std::string& id) { return (*render)(id, event, *origin); }),
        {});
  }
}

// A ring: what is written last stays. Of events in stretches the oldest part goes as a whole.
void Transaction::forget_old_events() {
  const std::size_t most = account_.settings_.most_events;
  if (most == 0 || !work_->edited) return;
  State& state = *work_->edited;
  while (state.count("event") > most) {
    Document oldest;
    state.table("event").rows.ascend(std::uint64_t{0}, [&](std::uint64_t, const auto& body) {
      oldest = Document(body);
      return false;
    });
    if (oldest && oldest.sequence() < state.told.oldest_event()) {
      state.erase(*account_.settings_.schema, oldest);
    } else if (!state.told.forget_oldest_events()) {
      return;
    }
  }
}

// Versions that a later write of this transaction replaced are nobody's any more.
void Transaction::close_written() {
  std::erase_if(work_->written, [&](const Document& document) {
    const bool stays = state().at(document.kind(), document.sequence()) == document;
    if (stays) account_.trees_.keep(document, work_->trees);
    if (auto tree = document.close()) work_->trees.push_back(std::move(tree));
    return !stays;
  });
}

void Transaction::let_time_pass() { work_->lets_time_pass = true; }

void Transaction::attach(std::string line) { work_->beside = std::move(line); }

void Transaction::commit() {
  OKAPI_CHECK(!work_->committed);
  write_events();
  close_written();
  forget_old_events();
  work_->committed = true;
  if (!work_->edited && work_->beside.empty()) return work_->lock.unlock();
  // Usage that is counted is news, whoever counts it.
  const bool only_time = work_->lets_time_pass && !work_->counts_usage;
  if (work_->edited && !only_time) work_->edited->edition = State::new_edition();
  std::shared_ptr<const State> after = std::move(work_->edited);
  if (after == nullptr) after = work_->base;
  if (account_.settings_.record) {
    account_.settings_.record(
        {.before = work_->base, .after = after, .beside = std::move(work_->beside)});
  }
  account_.publish(after);
  work_->lock.unlock();
  // From here on this transaction reads what it has written, and the old state may go.
  work_->base = std::move(after);
  work_->trees.clear();
  // Whoever reads one of them earlier renders it.
  for (const Document& document : work_->written) (void)document.text();
}

const std::vector<std::string>& Transaction::committed_events() const { return work_->events; }

}  // namespace okapi::store
