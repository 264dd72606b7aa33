#include "server/head.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "base/ascii.h"

namespace okapi::server {
namespace {

constexpr std::array<bool, 256> token_characters = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789")) table[std::uint8_t(c)] = true;
  for (std::size_t c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = true;
  return table;
}();

// Anything but control characters; a value may hold tabs.
constexpr std::array<bool, 256> value_characters = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 256; ++c) table[c] = c != 0x7f;
  table['\t'] = true;
  return table;
}();

bool all_of(std::string_view text, const std::array<bool, 256>& table) {
  return std::ranges::all_of(text, [&](char c) { return table[std::uint8_t(c)]; });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the text up to `separator` off the front; everything when there is none.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view front = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return front;
}

bool lists(std::string_view value, std::string_view token) {
  while (!value.empty()) {
    if (equal_ignoring_case(trimmed(take_until(value, ',')), token)) return true;
  }
  return false;
}

// Garbage (TLS on the plain port, a binary protocol) is refused at its first byte instead of
// keeping its sender waiting for the read time-out.
void check_beginning(std::string_view input) {
  if (!input.empty() && (input.front() < 'A' || input.front() > 'Z') && input.front() != '\r') {
    throw Refusal{400, "The request does not start with a method."};
  }
  const std::size_t end = input.find('\n');
  if (std::min(end, input.size()) > max_request_line) {
    throw Refusal{414, "The request line is longer than 16 KiB."};
  }
  if (end == 0 || (end != std::string_view::npos && input[end - 1] != '\r')) {
    throw Refusal{400, "A line of the request does not end in CRLF."};
  }
  if (input.size() > max_head) throw Refusal{431, "The headers are larger than 64 KiB."};
}

// Proxies send "http://host/path": the path is what counts. "*" is for OPTIONS.
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() > scheme.size() &&
        equal_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      const std::size_t path = target.find('/', scheme.size());
      return path == std::string_view::npos ? "/" : target.substr(path);
    }
  }
  return target;
}

void parse_request_line(std::string_view line, api::Request& request, Framing& framing) {
  if (line.size() > max_request_line) throw Refusal{414, "The request line is longer than 16 KiB."};
  const std::string_view method = take_until(line, ' ');
  const std::string_view sent = take_until(line, ' ');
  const std::string_view target = origin_form(sent);
  const bool upper = std::ranges::all_of(method, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!upper || method.empty() || method.size() > 32) {
    throw Refusal{400, "The method is not one of HTTP."};
  }
  const bool clean = all_of(sent, value_characters) && sent.find('\t') == sent.npos;
  if (target.empty() || !clean ||
      (target.front() != '/' && !(method == "OPTIONS" && target == "*"))) {
    throw Refusal{400, "The request target is not a path."};
  }
  if (line.substr(0, 5) == "HTTP/" && line.size() == 8 && line[5] != '1') {
    throw Refusal{505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
  }
  if (line != "HTTP/1.1" && line != "HTTP/1.0") {
    throw Refusal{400, "The request line does not end in a version of HTTP."};
  }
  framing.http_1_0 = line == "HTTP/1.0";
  framing.keep_alive = !framing.http_1_0;
  request.method = method;
  request.target = target;
}

// Writes into the strings of the request before, so that a busy connection allocates nothing.
void set_header(api::Headers& headers, std::size_t index, std::string_view name,
                std::string_view value) {
  if (index == headers.size()) headers.emplace_back();
  headers[index].first.assign(name);
  headers[index].second.assign(value);
}

std::size_t parse_headers(std::string_view lines, api::Headers& headers) {
  std::size_t count = 0;
  while (!lines.empty()) {
    const std::size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + 2);
    if (count == max_header_count) throw Refusal{431, "There are more than 100 headers."};
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    // A folded line and "Host : x" fail here too: a space is not a character of a name.
    if (colon == std::string_view::npos || name.empty() || !all_of(name, token_characters)) {
      throw Refusal{400, "A header line is not of the form 'Name: value'."};
    }
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (!all_of(value, value_characters)) {
      throw Refusal{400, "A header value contains a control character."};
    }
    set_header(headers, count++, name, value);
  }
  return count;
}

std::uint64_t parse_content_length(std::string_view value) {
  std::uint64_t length = 0;
  if (value.empty()) throw Refusal{400, "Content-Length is not a number."};
  for (const char c : value) {
    if (c < '0' || c > '9') throw Refusal{400, "Content-Length is not a number."};
    constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max() / 10 - 1;
    // Larger than any limit: what matters is only that it does not wrap.
    length = length > huge ? huge : length * 10 + std::uint64_t(c - '0');
  }
  return length;
}

void read_framing(const api::Headers& headers, Framing& framing) {
  int hosts = 0;
  bool has_length = false;
  bool closes = false;
  for (const auto& [name, value] : headers) {
    if (equal_ignoring_case(name, "host")) {
      if (++hosts > 1) throw Refusal{400, "There is more than one Host header."};
    } else if (equal_ignoring_case(name, "content-length")) {
      const std::uint64_t length = parse_content_length(value);
      if (has_length && length != framing.content_length) {
        throw Refusal{400, "There are two different Content-Length headers."};
      }
      has_length = true;
      framing.content_length = length;
    } else if (equal_ignoring_case(name, "transfer-encoding")) {
      if (framing.chunked || !equal_ignoring_case(value, "chunked")) {
        throw Refusal{501, "The only transfer encoding understood is 'chunked'."};
      }
      framing.chunked = true;
    } else if (equal_ignoring_case(name, "connection")) {
      closes = closes || lists(value, "close");
      framing.keep_alive = framing.keep_alive || lists(value, "keep-alive");
    } else if (equal_ignoring_case(name, "expect")) {
      if (!equal_ignoring_case(value, "100-continue")) {
        throw Refusal{417, "The only expectation understood is '100-continue'."};
      }
      framing.expects_continue = !framing.http_1_0;
    }
  }
  if (hosts == 0 && !framing.http_1_0) throw Refusal{400, "The Host header is missing."};
  if (framing.chunked && (has_length || framing.http_1_0)) {
    throw Refusal{400, "Transfer-Encoding does not go with Content-Length or HTTP/1.0."};
  }
  if (closes) framing.keep_alive = false;
}

}  // namespace

void skip_empty_lines(std::string_view& input) {
  while (input.substr(0, 2) == "\r\n") input.remove_prefix(2);
}

std::size_t parse_head(std::string_view input, api::Request& request, Framing& framing) {
  const std::size_t end = input.substr(0, max_head).find("\r\n\r\n");
  if (end == std::string_view::npos) {
    check_beginning(input);
    return 0;
  }
  framing = {};
  const std::string_view head = input.substr(0, end + 2);
  const std::size_t line_end = head.find("\r\n");
  parse_request_line(head.substr(0, line_end), request, framing);
  request.headers.resize(parse_headers(head.substr(line_end + 2), request.headers));
  request.body.clear();
  read_framing(request.headers, framing);
  return end + 4;
}

}  // namespace okapi::server
