// Numbers that depend on the seed alone, on every machine: splitmix64.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace okapi::malformed {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebU;
    return mixed ^ mixed >> 31;
  }

  // 0 … limit-1
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }
  // True once in `times`.
  bool once_in(std::size_t times) { return below(times) == 0; }

  template <typename Container>
  const auto& pick(const Container& from) {
    return from[below(from.size())];
  }

  std::string bytes(std::size_t count) {
    std::string out(count, '\0');
    for (char& c : out) c = static_cast<char>(next());
    return out;
  }

 private:
  std::uint64_t state_;
};

}  // namespace okapi::malformed
