#include "store/committed.h"

#include "store/state.h"

namespace okapi::store {

void scan_committed(const State& state, std::string_view kind, std::uint64_t after,
                    const std::function<bool(const Document&)>& visit) {
  const Table& table = state.table(kind);
  table.rows.ascend(after + 1,
                    [&](std::uint64_t sequence, const auto&) { return visit(table.at(sequence)); });
}

Document find_committed(const State& state, std::string_view kind, std::string_view id) {
  return state.find(kind, id);
}

std::vector<Document> where_committed(const State& state, std::string_view kind,
                                      std::string_view field, std::string_view value) {
  std::vector<Document> found;
  const Table& table = state.table(kind);
  const Fingerprint of = fingerprint(field, value);
  table.indexes.ascend(IndexKey{.of = of, .sequence = 0}, [&](const IndexKey& key, Nothing) {
    if (key.of != of) return false;
    found.push_back(table.at(key.sequence));
    return true;
  });
  return found;
}

std::uint64_t newest_sequence(const State& state) { return state.next_sequence - 1; }

}  // namespace okapi::store
