// Object ids: prefix and alphabet as Stripe's, either counting up (for a seed: the same requests
// give the same ids) or scattered. Both are pure functions of (seed, number), so a snapshot that
// keeps the number continues exactly where it was. Randomness enters only through random_seed().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace okapi {

struct IdSource {
  bool counting = false;   // true: zero-padded numbers, readable in tests
  std::uint64_t seed = 0;  // scatters the ids otherwise
};

// `length` is that of the whole id, prefix included; `number` differs from id to id.
[[nodiscard]] std::string make_id(const IdSource& source, std::string_view prefix, int length,
                                  std::uint64_t number);

// The number that make_id() turned into these digits, the part of an id behind its prefix; of
// digits that it never made, any number. Empty when there are too few to tell.
[[nodiscard]] std::optional<std::uint64_t> number_of_id(const IdSource& source,
                                                        std::string_view digits);

// A number that is near to those of the ids that were made just before and after this one, and any
// number for an id that make_id() did not scatter: an order in which a table finds the newest ids
// where it has just been.
[[nodiscard]] std::uint64_t neighbourhood_of_id(std::string_view id);

[[nodiscard]] std::uint64_t random_seed();

}  // namespace okapi
