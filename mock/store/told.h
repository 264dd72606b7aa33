// What stretches (stretch.h) add to the tables of a state: a value like them. A document that is
// written in a table counts for more than what a stretch says of it, until a later stretch changes
// it. Only store/ includes this.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "store/persistent_map.h"
#include "store/stretch.h"

namespace okapi::store {

struct Nothing {};

class Told {
 public:
  using Visit = std::function<bool(const Document&)>;

  [[nodiscard]] bool empty() const { return parts_.empty(); }
  // Documents of the kind that stand in stretches alone.
  [[nodiscard]] std::size_t count(std::string_view kind) const;
  [[nodiscard]] const std::vector<Stretch::Count>& counts() const { return counts_; }

  // What became of a document that is written in a table.
  [[nodiscard]] Document newest(Document written) const;
  [[nodiscard]] Document at(std::string_view kind, std::uint64_t sequence) const;
  [[nodiscard]] Document find(std::string_view kind, std::string_view id) const;
  // Those with from <= sequence < end, in order; false when the visitor stopped.
  bool ascend(std::string_view kind, std::uint64_t from, std::uint64_t end,
              const Visit& visit) const;
  bool descend(std::string_view kind, std::uint64_t from, std::uint64_t end,
               const Visit& visit) const;

  // The parts that may hold a document that names the owner, or one of the stretch's own documents
  // by its id; ascending.
  [[nodiscard]] std::vector<std::uint64_t> parts_of_owner(std::uint64_t owner) const;
  [[nodiscard]] std::vector<std::uint64_t> parts_around(std::string_view id) const;
  // Those of the kind in one part.
  [[nodiscard]] std::vector<Document> documents(std::string_view kind, std::uint64_t part) const;

  // The stretch that changed a document last, unless something was written over that since.
  [[nodiscard]] std::shared_ptr<const Stretch> standing(std::uint64_t sequence) const;
  // The last that changed it, in any case.
  [[nodiscard]] std::shared_ptr<const Stretch> last_of(std::uint64_t sequence) const;
  // The stretch whose part holds this number.
  [[nodiscard]] std::shared_ptr<const Stretch> holding(std::uint64_t number) const;

  // A part that is new, or one whose stretch goes on.
  void tell(std::uint64_t part, std::shared_ptr<const Stretch> stretch, const IdSource& ids);
  void change(std::uint64_t sequence, std::shared_ptr<const Stretch> stretch);
  // A document is written or erased: what stretches say of it no longer holds. True when it stood
  // in a stretch alone.
  bool give_up(std::string_view kind, std::uint64_t sequence);
  // The events of the oldest part that has some, for the ring. False when none has.
  bool forget_oldest_events();
  // The first event may not be older; none: far in the future.
  [[nodiscard]] std::uint64_t oldest_event() const;

 private:
  struct Change {
    std::shared_ptr<const Stretch> by;
    bool stands = true;
  };
  struct Part {
    std::uint64_t first = 0;
    std::shared_ptr<const Stretch> of = {};
  };
  [[nodiscard]] std::vector<std::uint64_t> numbers_of(std::string_view id) const;
  [[nodiscard]] Part part_at(std::uint64_t number) const;
  [[nodiscard]] bool holds(std::string_view kind, const Part& part) const;
  [[nodiscard]] bool is_visible(const Document& document) const;
  void add(std::string_view kind, std::size_t documents);
  void take(std::string_view kind, std::size_t documents);

  PersistentMap<std::uint64_t, std::shared_ptr<const Stretch>> parts_;  // by first number
  PersistentMap<std::uint64_t, Change> changes_;                        // by sequence
  PersistentMap<std::uint64_t, Nothing> hidden_;  // sequences in parts that are written or erased
  std::vector<Stretch::Count> counts_;
  std::uint64_t events_from_ = 0;  // events of older parts are forgotten
  IdSource ids_;
};

}  // namespace okapi::store
