// Handlers and how they are bound to the catalogue's operations. A handler looks up, checks state,
// computes, writes, emits and returns the document; it sees typed parameters and one transaction.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/catalogue.h"
#include "api/params.h"
#include "api/request.h"
#include "base/json.h"
#include "base/time.h"
#include "store/account.h"

namespace okapi::api {

// Knobs of the running server that behaviour may ask for; constant after start.
struct Settings {
  bool strict_clocks = false;           // Stripe's limits on test clocks
  bool synthesize_unknown_ids = false;  // --unknown-ids=synthesize
  Seconds draft_grace = hour;           // a renewal stays draft this long
  // Dunning: days after each failure until the next attempt, and what becomes of the subscription
  // after the last one.
  std::vector<int> retry_days = {3, 5, 7};
  enum class AfterRetries { cancel, unpaid, past_due, pause } after_retries = AfterRetries::cancel;
  bool cancel_when_dispute_lost = false;  // ends the subscription whose payment was taken back
  int upcoming_days = 7;                  // how long before a renewal invoice.upcoming tells of it
  // Stripe's automations: invoice.will_be_due so many days before the due date, invoice.overdue so
  // many after it. Empty: not told.
  std::optional<int> will_be_due_days = {};
  std::optional<int> overdue_days = {};
  // A clock tells the months of its subscriptions instead of playing them (engine/months.h) where
  // the account has so many.
  std::size_t told_from = 256;
  std::string base_url = "http://127.0.0.1:12111";  // as announced; a request's own is in Context
};

struct Page {  // a list answer
  std::vector<store::Document> documents;
  std::vector<Json>
      trees;  // instead of documents, for rows that are not stored (summaries, previews)
  bool has_more = false;
  std::string url;  // the path without query
  // Search: the opaque token of the next page. v2: its whole URL, path and query. Empty: the last
  // page.
  std::string next_page;
  std::optional<std::int64_t> total_count;
};

struct File {  // an answer that is no JSON: a download
  std::string content_type;
  std::string bytes;
};

class Registry;

// What a handler answers: a stored document (its text is sent as it is), a tree, a page or a file.
using Reply = std::variant<store::Document, Json, Page, File>;

struct Context {
  store::Transaction& tx;
  const Operation operation;
  const Json& params;                        // see params.h
  const Input& input;                        // paging, for lists
  const std::vector<std::string>& path_ids;  // in the order of the path
  std::string path_id;                       // the last of them; empty without
  std::string base_url;                      // "http://127.0.0.1:12111", for urls inside objects
  std::string_view version;                  // API version of the caller
  const Settings& settings;
  const Registry& registry;
  const Request& request;  // for what is not a parameter: raw query, headers
  // Search finds nothing of a greater sequence; see Dials::search_lag.
  std::uint64_t search_horizon = std::numeric_limits<std::uint64_t>::max();

  [[nodiscard]] Seconds now() const { return tx.now(); }
};

using Handler = Reply (*)(Context&);

// Does the earliest thing that is due on any clock that runs, inside this transaction; false when
// nothing is. dispatch calls it before a request (what fell due meanwhile) and after it (an
// automatic payment attempt, the steps of an advancing test clock), each time in a transaction of
// its own.
using RunDue = bool (*)(store::Transaction& tx, const Settings& settings);
// Test clocks that advance stand on a queue of their own, so that nothing else waits for them:
// Registry::advance_clocks does one step of the one that has been at it for longest.
inline constexpr std::string_view advancing_clocks = "advancing";

// What follows from the events of a transaction before it commits, whoever emitted them: state that
// is derived from other objects (entitlements from subscriptions).
using Follow = void (*)(store::Transaction& tx);

// The customer of a payment or a set-up that waits in requires_action came back, with success or
// without. Throws ApiError where nothing waits.
using Authenticate = void (*)(store::Transaction& tx, const std::string& intent, bool succeeds);

class Registry {
 public:
  Registry();
  // Fatal (throws Bug) when the catalogue has no such operation or it is bound twice.
  void bind(std::string_view operation_name, Handler answer);
  [[nodiscard]] Handler handler(const Operation& operation) const;  // null: storage or missing

  // A retrieve whose answer is more than the stored document. Without this, GET by id answers what
  // is stored, without a transaction, and asks the handler only when there is no such document.
  void computed(std::string_view operation_name);
  [[nodiscard]] bool is_computed(const Operation& operation) const;

  // Plain storage is all that Stripe does there too: reading what behaviour of ours has made.
  // Counts as behaviour. Fatal when it is bound as well.
  void stored(std::string_view operation_name);
  [[nodiscard]] bool is_stored(const Operation& operation) const;

  // Secondary index and due reader of a kind, see store::Schema.
  void index(std::string_view kind, std::string_view field);
  void due(std::string_view kind, store::DueReader reader);
  [[nodiscard]] const store::Schema& schema() const { return schema_; }

  RunDue run_due = nullptr;
  RunDue advance_clocks = nullptr;
  Follow follow = nullptr;
  Authenticate authenticate = nullptr;

 private:
  std::vector<Handler> handlers_;  // by operation index
  std::vector<bool> computed_;     // likewise
  std::vector<bool> stored_;       // likewise
  store::Schema schema_;
};

// --- helpers that most handlers use

// The document or a throw: require() for an id in the path (404), require_param() for one in a
// parameter (400, `param` is its full name). What a path id is called in the refusal differs from
// kind to kind ("id", "price", "intent"); without `param` it is what Stripe says for this kind.
[[nodiscard]] store::Document require(store::Transaction& tx, std::string_view kind,
                                      const std::string& id, std::string_view param = {});
[[nodiscard]] store::Document require_param(store::Transaction& tx, std::string_view kind,
                                            const std::string& id, std::string_view param);
// An id as the catalogue's object wants it.
[[nodiscard]] std::string new_id(store::Transaction& tx, std::string_view kind);
// A new object of the kind with every declared field at its default: nullable null, metadata {},
// arrays [], livemode false, created now; a fresh id. `object` is set.
[[nodiscard]] Json default_object(store::Transaction& tx, std::string_view kind);
// The same without id and times, for a kind that starts with more fields set: what its template is
// made of, once.
[[nodiscard]] const Json& blank_object(std::string_view kind);
// Copies the parameters that are fields of the same name ("update": absent ones stay).
void assign_params(Json& object, const Json& params, std::initializer_list<const char*> names);
// Update semantics of metadata: merge, "" deletes, null clears. On create the same on {}.
void merge_metadata(Json& object, const Json& params);
// The kind's name in "No such …: 'id'", and what its id in a path is called there.
[[nodiscard]] std::string_view noun_of(std::string_view kind);
[[nodiscard]] std::string_view path_param_of(std::string_view kind);
[[nodiscard]] Json deleted_stub(std::string_view kind, std::string_view id);

}  // namespace okapi::api
