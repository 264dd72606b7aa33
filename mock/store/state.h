// The inside of an account's state: a value that copies in a microsecond whatever it holds. Every
// way to change a table goes through put() and erase(), so that indexes and the queue of what is
// due can never differ from the documents. Only store/ includes this.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/account.h"
#include "store/fingerprint.h"
#include "store/persistent_map.h"
#include "store/told.h"

namespace okapi::store {

// An index entry: field and value of the document with this sequence.
struct IndexKey {
  Fingerprint of;
  std::uint64_t sequence = 0;
  friend auto operator<=>(const IndexKey&, const IndexKey&) = default;
};

// The documents of a kind that are written down.
struct Table {
  // By this an id is found: new ones stand side by side, and two ids have the same by chance only,
  // once in 2^64.
  [[nodiscard]] static Fingerprint id_key(std::string_view id);

  std::shared_ptr<const std::string> kind;
  PersistentMap<std::uint64_t, std::shared_ptr<const Document::Body>> rows;  // by sequence
  PersistentMap<Fingerprint, std::uint64_t> by_id;
  PersistentMap<IndexKey, Nothing> indexes;

  [[nodiscard]] Document row(std::uint64_t sequence) const;
};

// All documents of a kind, wherever they stand. A copy, so that who walks it may write to the state
// meanwhile.
class View {
 public:
  using Visit = Told::Visit;

  [[nodiscard]] std::size_t size() const { return table_.rows.size() + told_.count(kind_); }
  [[nodiscard]] Document at(std::uint64_t sequence) const;
  [[nodiscard]] Document find(std::string_view id) const;
  // In order of sequence, from the first not before `from` (the last not after it); the visitor
  // returns false to stop.
  void ascend(std::uint64_t from, const Visit& visit) const;
  void descend(std::uint64_t from, const Visit& visit) const;
  // Those whose indexed field has this value.
  void ascend_where(std::string_view field, std::string_view value, std::uint64_t from,
                    const Visit& visit) const;
  void descend_where(std::string_view field, std::string_view value, std::uint64_t from,
                     const Visit& visit) const;

 private:
  friend struct State;
  View(std::string_view kind, Table table, Told told, Table owners)
      : kind_(kind), table_(std::move(table)), told_(std::move(told)), owners_(std::move(owners)) {}
  [[nodiscard]] std::vector<std::uint64_t> told_parts(std::string_view value) const;

  std::string_view kind_;
  Table table_;
  Told told_;
  Table owners_;  // of stretches: subscriptions; empty when there is none
};

struct DueKey {
  Fingerprint clock;
  Seconds at = 0;
  int rank = 0;
  std::uint64_t sequence = 0;
  std::string action = {};
  friend auto operator<=>(const DueKey&, const DueKey&) = default;
};

struct State {
  std::vector<std::shared_ptr<Table>> tables;                     // by kind, alphabetical
  PersistentMap<DueKey, std::shared_ptr<const std::string>> due;  // to the kind
  MeterLog meter_log;
  Told told;
  ClockSetting clock;
  std::uint64_t next_sequence = 1;
  std::uint64_t next_id = 1;
  std::uint64_t next_number = 1;
  // Another after every commit that was more than time passing; no two states of different origin
  // have the same.
  std::uint64_t edition = new_edition();

  [[nodiscard]] static std::uint64_t new_edition();
  [[nodiscard]] std::size_t size() const;  // documents of every kind
  // Never null: an empty table for a kind that has no documents.
  [[nodiscard]] const Table& table(std::string_view kind) const;
  // `kind` must outlive it.
  [[nodiscard]] View view(std::string_view kind) const;
  [[nodiscard]] std::size_t count(std::string_view kind) const;
  [[nodiscard]] Document at(std::string_view kind, std::uint64_t sequence) const;
  [[nodiscard]] Document find(std::string_view kind, std::string_view id) const;
  [[nodiscard]] std::optional<DueStep> next_due(std::string_view of_clock, Seconds until) const;

  // The kind's table for writing: this state's own from now on, made when there is none.
  [[nodiscard]] Table& own_table(std::string_view kind);
  // `before` is the version it takes the place of; empty for a new document.
  void put(const Schema& schema, const Document& document, const Document& before);
  void erase(const Schema& schema, const Document& before);

  // The text by which an index finds the document; empty: by none.
  [[nodiscard]] static std::optional<std::string> indexed_value(const Document& document,
                                                                std::string_view field);

 private:
  static void update_indexes(Table& table, const std::vector<std::string>& fields,
                             const Document& before, const Document& after);
};

}  // namespace okapi::store
