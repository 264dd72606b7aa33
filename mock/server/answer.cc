#include "server/answer.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace okapi::server {
namespace {

struct Phrase {
  int status;
  std::string_view text;
};

constexpr Phrase phrases[] = {
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Payload Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Entity"},
    {424, "Failed Dependency"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

std::string_view phrase_of(int status) {
  const Phrase* phrase = std::ranges::find(phrases, status, &Phrase::status);
  return phrase == std::ranges::end(phrases) ? "Unknown" : phrase->text;
}

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void append_header(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  const std::size_t start = head.size();
  head.append(value);
  // A line end in a value that echoes the client's would let it write headers of its own.
  std::replace_if(
      head.begin() + std::ptrdiff_t(start), head.end(),
      [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  head.append("\r\n");
}

}  // namespace

bool may_have_body(int status) { return status != 204 && status != 304; }

void write_head(std::string& head, const api::Response& response, AnswerStyle style) {
  head.assign("HTTP/1.1 ");
  append_number(head, std::size_t(response.status));
  head.append(" ").append(phrase_of(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers) append_header(head, name, value);
  if (may_have_body(response.status)) {
    if (!response.content_type.empty()) {
      append_header(head, "Content-Type", response.content_type);
    }
    head.append("Content-Length: ");
    append_number(head, response.body.size());
    head.append("\r\n");
  }
  if (style.closes) {
    head.append("Connection: close\r\n");
  } else if (style.confirms_keep_alive) {
    head.append("Connection: keep-alive\r\n");
  }
  head.append("\r\n");
}

api::Response refusal_response(const HttpOptions& options, const Refusal& refusal) {
  api::Response response;
  if (options.refuse) {
    response = options.refuse(refusal.status, refusal.reason);
  } else {
    response.status = refusal.status;
    response.content_type = "text/plain";
    response.body = refusal.reason;
  }
  response.close = true;
  return response;
}

}  // namespace okapi::server
