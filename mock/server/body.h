// The body of a request as it comes in: counted or chunked, however the segments fall. The limit
// holds for what has been decoded as well as for what is announced, before anything is stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/head.h"

namespace okapi::server {

class BodyReader {
 public:
  // Throws Refusal (413) when the announced length is beyond the limit.
  BodyReader(const Framing& framing, std::size_t limit);

  // Takes what belongs to the body off the front of `input` and appends it to `body`. True when the
  // body is complete; otherwise all of `input` has been taken. Throws Refusal.
  [[nodiscard]] bool take(std::string_view& input, std::string& body);

 private:
  enum class Expecting { counted, chunk_size, chunk_data, chunk_end, trailer };

  bool take_line(std::string_view& input);
  void take_data(std::string_view& input, std::string& body);
  void begin_chunk(std::size_t body_size);
  bool step(std::string_view& input, std::string& body);

  Expecting expecting_;
  std::size_t limit_;
  std::uint64_t left_;  // bytes of the body or of the chunk still to come
  std::string line_;    // of the chunk grammar, across segments
  std::size_t trailer_bytes_ = 0;
};

}  // namespace okapi::server
