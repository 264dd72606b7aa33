// A documented curl command to the request it would send: shell quoting, then curl's own options as
// far as API examples use them. Shared by `okapi replay` and the transcripts, so that a command
// which runs in a test also runs from a page. Nothing is sent here, and nothing is read from files.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.h"

namespace okapi::cli {

// One sentence that says what in the command is not understood.
struct CurlError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct CurlCommand {
  api::Request request;  // target begins with '/'; headers as curl would add them, without Host
  std::string base_url;  // "https://api.stripe.com"; empty when the command names only a path
};

// The words of one command as a shell splits them: quotes, backslashes, continued lines. A
// backslash before a blank continues the line too: pages that were flattened to one line look like
// that.
[[nodiscard]] std::vector<std::string> shell_words(std::string_view command);

// `words` begins with "curl". Throws CurlError.
[[nodiscard]] CurlCommand parse_curl(const std::vector<std::string>& words);

// Percent-encodes all but letters, digits and "-._~", as --data-urlencode does.
[[nodiscard]] std::string url_encode(std::string_view text);

}  // namespace okapi::cli
