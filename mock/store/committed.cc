#include "store/committed.h"

#include "store/state.h"

namespace okapi::store {

void scan_committed(const State& state, std::string_view kind, std::uint64_t after,
                    const std::function<bool(const Document&)>& visit) {
  state.view(kind).ascend(after + 1, visit);
}

Document find_committed(const State& state, std::string_view kind, std::string_view id) {
  return state.find(kind, id);
}

std::vector<Document> where_committed(const State& state, std::string_view kind,
                                      std::string_view field, std::string_view value) {
  std::vector<Document> found;
  state.view(kind).ascend_where(field, value, 0, [&](const Document& document) {
    found.push_back(document);
    return true;
  });
  return found;
}

std::size_t told_documents(const State& state) {
  std::size_t sum = 0;
  for (const Stretch::Count& count : state.told.counts()) sum += count.documents;
  return sum;
}

std::uint64_t newest_sequence(const State& state) { return state.next_sequence - 1; }

}  // namespace okapi::store
