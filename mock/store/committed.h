// A committed state for readers that are no transaction: without any lock, as of one moment.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "store/account.h"

namespace okapi::store {

// The documents of the kind, oldest first, starting above `after`; the visitor returns false to
// stop.
void scan_committed(const State& state, std::string_view kind, std::uint64_t after,
                    const std::function<bool(const Document&)>& visit);
[[nodiscard]] Document find_committed(const State& state, std::string_view kind,
                                      std::string_view id);
// Those whose indexed field has this value, oldest first.
[[nodiscard]] std::vector<Document> where_committed(const State& state, std::string_view kind,
                                                    std::string_view field, std::string_view value);

// Documents that are known but not written down (stretch.h).
[[nodiscard]] std::size_t told_documents(const State& state);
// Every document that is made later has a greater one.
[[nodiscard]] std::uint64_t newest_sequence(const State& state);

}  // namespace okapi::store
