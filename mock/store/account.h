// The state of one account (one world per secret key) and the transactions on it. State is a value
// built of persistent maps: a transaction works on a copy, commit replaces it, a throw drops it, a
// named snapshot is a copy kept. Readers take the committed state without the writers' lock.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "store/document.h"
#include "store/meter_log.h"
#include "store/schema.h"
#include "store/tree_cache.h"

namespace okapi::store {

struct State;  // state.h

// How the account tells the time where no test clock rules.
struct ClockSetting {
  bool frozen = false;
  Seconds at = 0;      // the time while frozen
  Seconds offset = 0;  // added to the wall clock while running
  [[nodiscard]] Seconds now() const { return frozen ? at : wall_clock() + offset; }
};

struct DueStep {
  Due due;
  Document document;
};

// Which request caused the events of a transaction; empty for what happens by itself.
struct Origin {
  std::string request_id;
  std::string idempotency_key;
};

struct EmittedEvent {
  std::string type;
  Document before;  // at the start of the transaction; empty when created in it
  Document after;   // at commit (for a deletion: the last version)
  Seconds created = 0;
};
// What an event names as its request: that of the transaction, or none, where the request only set
// it off.
enum class Cause { request, itself };

// Turns emitted events into event documents (okapi::events registers it); returns the compact JSON
// later, when the event is first read.
using EventRenderer =
    std::function<std::string(const std::string& event_id, const EmittedEvent&, const Origin&)>;

// One committed state that takes the place of another, for a journal.
struct Change {
  enum class Kind {
    commit,   // of a transaction: `after` grew out of `before`
    replace,  // `after` has nothing to do with what was before
    save,     // `after` is kept under a name
    restore,  // `after` is what was kept under the name
  };
  Kind kind = Kind::commit;
  std::shared_ptr<const State> before;
  std::shared_ptr<const State> after;
  std::string name = {};    // of the named snapshot
  std::string beside = {};  // what else holds from then on, see Transaction::attach
};
// Told of every change in order, under the account's lock and before any reader can see it, so it
// must not take long.
using Recorder = std::function<void(Change)>;

class Account;
class Bulk;  // bulk.h

class Transaction {
 public:
  Transaction(Account& account, Origin origin);
  ~Transaction();  // without commit(): as if it had never been
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // The present as this transaction sees it. Starts at the account's clock; a step of a test clock
  // and a write to a test clock's objects set it.
  [[nodiscard]] Seconds now() const { return now_; }
  void set_now(Seconds now) { now_ = now; }

  [[nodiscard]] Document find(std::string_view kind, std::string_view id) const;
  // `object` and `id` of the tree name it; the id must be new within its kind.
  Document insert(Json tree);
  // Edits the newest version of the document; gives the new one (or the old one if nothing
  // changed).
  Document update(const Document& document, const std::function<void(Json&)>& edit);
  void erase(const Document& document);

  // All documents of the kind whose indexed field has this value, oldest first.
  [[nodiscard]] std::vector<Document> where(std::string_view kind, std::string_view field,
                                            std::string_view value) const;
  // Newest first, starting below `before` (0: from the newest); the visitor returns false to stop.
  void scan_down(std::string_view kind, std::uint64_t before,
                 const std::function<bool(const Document&)>& visit) const;
  // Oldest first, starting above `after`.
  void scan_up(std::string_view kind, std::uint64_t after,
               const std::function<bool(const Document&)>& visit) const;
  // The same two over the documents whose indexed field has this value.
  void scan_down_where(std::string_view kind, std::string_view field, std::string_view value,
                       std::uint64_t before,
                       const std::function<bool(const Document&)>& visit) const;
  void scan_up_where(std::string_view kind, std::string_view field, std::string_view value,
                     std::uint64_t after, const std::function<bool(const Document&)>& visit) const;
  [[nodiscard]] std::size_t count(std::string_view kind) const;
  [[nodiscard]] std::size_t size() const;  // documents of every kind

  // The earliest thing due on a clock, if it is due at or before `until`.
  [[nodiscard]] std::optional<DueStep> next_due(std::string_view clock, Seconds until) const;

  [[nodiscard]] const MeterLog& meter_log() const;
  MeterLog& edit_meter_log();

  [[nodiscard]] ClockSetting clock() const;
  void set_clock(ClockSetting setting);

  // "customer.updated": data.object is the document as it is at commit, previous_attributes is what
  // this transaction changed. Kept in the order of the calls; saying the same again changes
  // nothing.
  void emit(std::string_view type, const Document& document, Cause cause = Cause::request);

  // What was emitted so far under names that begin so, as it was then, in order, each once.
  [[nodiscard]] std::vector<Document> emitted(std::string_view type_prefix) const;

  // A point to go back to: what was written and emitted since then is undone.
  struct Savepoint {
    std::shared_ptr<const State> state;
    std::size_t emitted = 0;
    std::size_t written = 0;
    Seconds now = 0;
  };
  [[nodiscard]] Savepoint savepoint();
  void roll_back(const Savepoint& savepoint);

  // A new id with this prefix; `length` is that of the whole id.
  [[nodiscard]] std::string new_id(std::string_view prefix, int length);
  // Whether another transaction had to end before this one could begin.
  [[nodiscard]] bool waited() const { return waited_; }
  // The account this transaction works on: acct_….
  [[nodiscard]] const std::string& account_id() const;
  // Counts up from 1 within the account, for order of arrival.
  [[nodiscard]] std::uint64_t next_number();

  // Says that all this transaction does follows from the time alone.
  void let_time_pass();
  // A line for the journal that is on disk with this commit or not at all.
  void attach(std::string line);
  // Makes everything visible at once, with the events, and lets the next writer in. At most once;
  // afterwards this transaction reads what it has written, and writes no more.
  void commit();
  // The ids of the event documents written by commit, in order.
  [[nodiscard]] const std::vector<std::string>& committed_events() const;

 private:
  friend class Bulk;
  struct Work;
  [[nodiscard]] const State& state() const;
  State& edit();
  Document put(Document document, const Document& before);
  [[nodiscard]] Document seen(Document document) const;
  void close_written();
  void write_events();
  void forget_old_events();

  Account& account_;
  Origin origin_;
  Seconds now_ = 0;
  bool waited_ = false;
  std::unique_ptr<Work> work_;
};

// One world. A transaction holds its lock until it commits or ends.
class Account {
 public:
  struct Settings {
    std::string id;  // acct_…
    const Schema* schema = nullptr;
    IdSource ids;
    ClockSetting clock;
    EventRenderer render_event;
    // The oldest events beyond so many are forgotten; 0: none ever.
    std::size_t most_events = 0;
    Recorder record = {};  // empty: nobody keeps a journal
  };
  explicit Account(Settings settings);
  ~Account();

  [[nodiscard]] const std::string& id() const { return settings_.id; }
  // The newest committed state, without waiting for a writer: for GET by id, for the check before a
  // request whether anything is due, for figures.
  [[nodiscard]] Document find_committed(std::string_view kind, std::string_view id) const;
  [[nodiscard]] bool has_due(std::string_view clock, Seconds until) const;
  [[nodiscard]] ClockSetting clock() const;
  [[nodiscard]] std::size_t count(std::string_view kind) const;
  [[nodiscard]] std::size_t size() const;                           // documents of every kind
  [[nodiscard]] std::map<std::string, std::size_t> counts() const;  // by kind

  void reset();  // named snapshots stay
  // Named snapshots in memory: a copy of the state's root.
  void save_snapshot(const std::string& name);
  bool restore_snapshot(const std::string& name);
  [[nodiscard]] std::vector<std::string> snapshots() const;
  [[nodiscard]] std::vector<std::pair<std::string, std::shared_ptr<const State>>> snapshot_states()
      const;
  void put_snapshot(const std::string& name, std::shared_ptr<const State> state);

  // A file's worth of state, see snapshot.h.
  [[nodiscard]] std::shared_ptr<const State> committed() const;
  void replace(std::shared_ptr<const State> state);

 private:
  friend class Transaction;
  friend class Bulk;
  void publish(std::shared_ptr<const State> state);
  std::shared_ptr<const State> exchange_snapshot(const std::string& name,
                                                 std::shared_ptr<const State> state);
  void dispose(std::shared_ptr<const State> state);

  const Settings settings_;
  const std::shared_ptr<const EventRenderer>
      render_event_;  // shared with the events to be rendered
  std::mutex writing_;
  TreeCache trees_;             // guarded by writing_
  std::shared_ptr<void> bulk_;  // what bulk work keeps, guarded by writing_
  mutable std::mutex reading_;  // guards the pointer below only
  std::shared_ptr<const State> state_;
  std::vector<std::pair<std::string, std::shared_ptr<const State>>> snapshots_;
  std::jthread disposal_;  // guarded by writing_
};

}  // namespace okapi::store
