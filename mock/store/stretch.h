// Documents that are known but not written down. A step of time that does what it has done to many
// others before it need not be played: it is enough to keep what it was played on, and to play it
// when somebody reads what it made. A hundred bytes then stand for fifty kilobytes of documents.
//
// A stretch is one or more steps of one owner, say a month of a subscription. The documents of each
// step have a run of numbers for themselves, a part: sequences and ids count from its first number.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/document.h"

namespace okapi::store {

class Stretch {
 public:
  struct Count {
    std::string kind;
    std::size_t documents = 0;
  };
  Stretch() = default;
  virtual ~Stretch() = default;
  Stretch(const Stretch&) = delete;
  Stretch& operator=(const Stretch&) = delete;

  // The first numbers of its parts, ascending.
  [[nodiscard]] virtual std::span<const std::uint64_t> parts() const = 0;
  // How many numbers the part has.
  [[nodiscard]] virtual std::uint64_t width(std::uint64_t part) const = 0;
  // What a part holds, without making it.
  [[nodiscard]] virtual std::span<const Count> counts(std::uint64_t part) const = 0;
  // Its documents as they are at the end of the stretch, by sequence. The first call may take a
  // millisecond; any thread may call.
  [[nodiscard]] virtual std::vector<Document> documents(std::uint64_t part) const = 0;
  // An older document that the stretch changes (the subscription, the customer), as it is at the
  // end.
  [[nodiscard]] virtual Document changed(std::uint64_t sequence) const = 0;
  // The stretch of the same owner before this one; null: none.
  [[nodiscard]] virtual const Stretch* earlier() const = 0;
};

}  // namespace okapi::store
