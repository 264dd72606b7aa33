// The curl commands of a documentation page: fenced blocks as they stand in a Markdown file, the
// same flattened onto one line (as pages are exported), and the `$ curl` lines of a transcript.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace okapi::cli {

struct CurlExample {
  int line = 0;         // where the command begins, 1-based
  std::string command;  // "curl …" as it stands, continued lines included (see shell_words)
};

[[nodiscard]] std::vector<CurlExample> find_curl_examples(std::string_view page);

}  // namespace okapi::cli
