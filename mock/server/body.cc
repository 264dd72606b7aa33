#include "server/body.h"

#include <algorithm>

namespace okapi::server {
namespace {

constexpr std::size_t max_chunk_line = 256;  // a size and whatever extension
constexpr std::size_t max_trailer = 8 << 10;
constexpr Refusal too_large{413, "The body is too large."};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Held at 2^40, far beyond every limit, so that no number of digits wraps.
std::uint64_t parse_chunk_size(std::string_view line) {
  std::uint64_t size = 0;
  std::size_t digits = 0;
  while (digits < line.size() && hex_digit(line[digits]) >= 0) {
    size = std::min<std::uint64_t>(size * 16 + std::uint64_t(hex_digit(line[digits])), 1ULL << 40);
    ++digits;
  }
  const std::string_view rest = line.substr(digits);
  const bool ends =
      rest.empty() || rest.front() == ';' || rest.front() == ' ' || rest.front() == '\t';
  if (digits == 0 || !ends) throw Refusal{400, "A chunk of the body does not start with its size."};
  return size;
}

}  // namespace

BodyReader::BodyReader(const Framing& framing, std::size_t limit)
    : expecting_(framing.chunked ? Expecting::chunk_size : Expecting::counted),
      limit_(limit),
      left_(framing.content_length) {
  if (left_ > limit) throw too_large;
}

bool BodyReader::take(std::string_view& input, std::string& body) {
  if (expecting_ == Expecting::counted) {
    take_data(input, body);
    return left_ == 0;
  }
  while (!input.empty()) {
    if (step(input, body)) return true;
  }
  return false;
}

// One element of the chunk grammar, or as much of it as has arrived; true after the last one.
bool BodyReader::step(std::string_view& input, std::string& body) {
  if (expecting_ == Expecting::chunk_data) {
    take_data(input, body);
    if (left_ == 0) expecting_ = Expecting::chunk_end;
    return false;
  }
  if (!take_line(input)) return false;
  bool complete = false;
  if (expecting_ == Expecting::chunk_size) {
    begin_chunk(body.size());
  } else if (expecting_ == Expecting::chunk_end) {
    if (!line_.empty()) throw Refusal{400, "A chunk of the body is longer than its size."};
    expecting_ = Expecting::chunk_size;
  } else {
    complete = line_.empty();  // trailers are read and forgotten
  }
  line_.clear();
  return complete;
}

void BodyReader::begin_chunk(std::size_t body_size) {
  left_ = parse_chunk_size(line_);
  if (left_ > limit_ - body_size) throw too_large;
  expecting_ = left_ == 0 ? Expecting::trailer : Expecting::chunk_data;
}

void BodyReader::take_data(std::string_view& input, std::string& body) {
  const auto size = std::size_t(std::min<std::uint64_t>(left_, input.size()));
  body.append(input.substr(0, size));
  input.remove_prefix(size);
  left_ -= size;
}

// True when line_ holds a whole line, without its CRLF.
bool BodyReader::take_line(std::string_view& input) {
  const std::size_t end = input.find('\n');
  const std::size_t size = end == std::string_view::npos ? input.size() : end + 1;
  line_.append(input.substr(0, size));
  input.remove_prefix(size);
  const bool trailer = expecting_ == Expecting::trailer;
  if (trailer) trailer_bytes_ += size;
  if ((!trailer && line_.size() > max_chunk_line) || trailer_bytes_ > max_trailer) {
    throw Refusal{trailer ? 431 : 400, "A line between the chunks of the body is too long."};
  }
  if (end == std::string_view::npos) return false;
  if (line_.size() < 2 || line_[line_.size() - 2] != '\r') {
    throw Refusal{400, "A line between the chunks of the body does not end in CRLF."};
  }
  line_.resize(line_.size() - 2);
  return true;
}

}  // namespace okapi::server
