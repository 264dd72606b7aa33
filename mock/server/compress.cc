#include "server/compress.h"

#include <string>

#include <zlib.h>

#include "base/check.h"

namespace okapi::server {
namespace {

constexpr std::size_t worth_it = 1400;  // what fits one packet gains nothing
constexpr int quick = 1;                // of zlib's nine levels: the time is the user's
constexpr int gzip_window = 15 + 16;

std::string gzip(const std::string& text) {
  z_stream stream = {};
  OKAPI_CHECK(deflateInit2(&stream, quick, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  // zlib reads what it takes for a pointer to something it could write to.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int end = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  OKAPI_CHECK(end == Z_STREAM_END);
  return packed;
}

bool is_text(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.starts_with("application/json");
}

}  // namespace

void compress_for_browser(const api::Request& request, api::Response& response) {
  if (response.body.size() < worth_it || request.method == "HEAD") return;
  if (api::header(request.headers, "Sec-Fetch-Site").empty()) return;
  if (!is_text(response.content_type)) return;
  if (api::header(request.headers, "Accept-Encoding").find("gzip") == std::string_view::npos)
    return;
  response.body = gzip(response.body);
  response.headers.emplace_back("Content-Encoding", "gzip");
  response.headers.emplace_back("Vary", "Accept-Encoding");
}

}  // namespace okapi::server
