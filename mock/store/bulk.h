// What work in bulk needs of a transaction: it sees what is due without its documents, and tells
// stretches (stretch.h) where others write documents. Reading needs nothing of this.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/account.h"
#include "store/fingerprint.h"
#include "store/stretch.h"

namespace okapi::store {

class Bulk {
 public:
  // `clock` is the queue that it works off.
  Bulk(Transaction& tx, std::string_view clock);

  // False where every document must be written: a journal has them on disk.
  [[nodiscard]] bool may_tell() const;

  struct Step {
    Seconds at = 0;
    int rank = 0;
    std::string action;
    std::string_view kind = {};  // of the document
    std::uint64_t sequence = 0;
  };
  [[nodiscard]] std::optional<Step> next_due(Seconds until) const;

  void take(const Step& step);
  void add(Step step);
  // As the kind's reader says, of the clock alone; empty where something is due on another one.
  [[nodiscard]] std::optional<std::vector<Step>> due_of(const Document& document) const;

  // What stands in the tables, whatever stretches say of it since.
  [[nodiscard]] Document row(std::string_view kind, std::uint64_t sequence) const;
  [[nodiscard]] Document row(std::string_view kind, std::string_view id) const;
  // How many rows an index has under this value.
  [[nodiscard]] std::size_t rows_where(std::string_view kind, std::string_view field,
                                       std::string_view value) const;
  // See told.h.
  [[nodiscard]] std::shared_ptr<const Stretch> standing(std::uint64_t sequence) const;
  [[nodiscard]] std::shared_ptr<const Stretch> last_of(std::uint64_t owner) const;
  [[nodiscard]] std::shared_ptr<const Stretch> holding(std::uint64_t number) const;

  // What is written down as it was before this transaction, for playing on it. Without what was
  // told: a stretch that kept others alive would be a chain without an end.
  [[nodiscard]] std::shared_ptr<const State> written() const;
  // States of one edition differ only by time that passed.
  [[nodiscard]] std::uint64_t edition() const;

  // The first of so many numbers that nothing else will have, as sequences or for ids.
  [[nodiscard]] std::uint64_t take_numbers(std::uint64_t width);
  // Sequences and ids go on from here: what a step gets when it is played again.
  void continue_from(std::uint64_t first);
  // The numbers that were given out since.
  [[nodiscard]] std::uint64_t used_since(std::uint64_t first) const;

  void tell(std::uint64_t part, std::shared_ptr<const Stretch> stretch);
  void change(std::uint64_t sequence, std::shared_ptr<const Stretch> stretch);
  // Writes down a version of a document as it stands in another state of the account.
  void put_row(const Document& row);

  // Kept with the account until its state is another; null at first.
  [[nodiscard]] std::shared_ptr<void>& memory();
  // An account like this one, for playing: without a journal, and it forgets nothing.
  [[nodiscard]] Account::Settings settings() const;

 private:
  Transaction& tx_;
  const std::string clock_;
  const Fingerprint queue_;
};

// What stands in the state's tables, whatever stretches say of it.
[[nodiscard]] Document row_in(const State& state, std::string_view kind, std::uint64_t sequence);
// The documents of all kinds with first <= sequence < end that are written in the state's tables.
[[nodiscard]] std::vector<Document> written_between(const State& state, std::uint64_t first,
                                                    std::uint64_t end);
// Those that are not the same in two versions of a state; erased ones as they were before.
[[nodiscard]] std::vector<Document> changed_between(const State& before, const State& after);

}  // namespace okapi::store
