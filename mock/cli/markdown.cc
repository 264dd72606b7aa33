#include "cli/markdown.h"

#include <algorithm>

namespace okapi::cli {
namespace {

constexpr std::string_view fence = "```";

int line_of(std::string_view page, std::size_t at) {
  return 1 + static_cast<int>(std::count(page.begin(), page.begin() + static_cast<long>(at), '\n'));
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool starts_curl(std::string_view text) {
  return text.starts_with("curl") && (text.size() == 4 || text[4] == ' ' || text[4] == '\\');
}

// Where the shell command that begins at `from` ends: at a newline outside quotes that no backslash
// continues. A flattened block has no newlines; there a second "curl " outside quotes ends it.
std::size_t end_of_command(std::string_view text, std::size_t from, bool flattened) {
  char quote = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = 0;
      continue;
    }
    if (c == '\'' || c == '"') quote = c;
    if (c == '\\') {
      ++i;
      if (i < text.size() && text[i] == '\r') ++i;
    } else if (c == '\n') {
      return i;
    } else if (flattened && c == ' ' && i > from && starts_curl(text.substr(i + 1))) {
      return i;
    }
  }
  return text.size();
}

void find_in_block(std::string_view page, std::size_t begin, std::size_t end,
                   std::vector<CurlExample>& found) {
  const std::string_view block = page.substr(begin, end - begin);
  const bool flattened = block.find('\n') == std::string_view::npos;
  std::size_t at = 0;
  while (at < block.size()) {
    const std::size_t start = block.find_first_not_of(" \t\r\n", at);
    if (start == std::string_view::npos) return;
    std::size_t command = start;
    if (block.substr(command).starts_with("$ ")) command += 2;
    const std::size_t stop = end_of_command(block, command, flattened);
    if (starts_curl(block.substr(command))) {
      found.push_back({.line = line_of(page, begin + command),
                       .command = std::string(trim(block.substr(command, stop - command)))});
    }
    at = stop + 1;
  }
}

void find_in_transcript(std::string_view page, std::vector<CurlExample>& found) {
  std::size_t at = 0;
  while (at < page.size()) {
    const bool request = page.substr(at).starts_with("$ curl");
    const std::size_t stop = end_of_command(page, request ? at : page.size(), false);
    if (request) {
      found.push_back({.line = line_of(page, at),
                       .command = std::string(trim(page.substr(at + 2, stop - at - 2)))});
      at = stop + 1;
      continue;
    }
    const std::size_t newline = page.find('\n', at);
    if (newline == std::string_view::npos) return;
    at = newline + 1;
  }
}

// The info word behind the fence: up to the line's end, or in a flattened page up to the first
// space.
std::size_t after_info_word(std::string_view page, std::size_t at) {
  while (at < page.size() && page[at] != ' ' && page[at] != '\n') ++at;
  return at;
}

}  // namespace

std::vector<CurlExample> find_curl_examples(std::string_view page) {
  std::vector<CurlExample> found;
  std::size_t at = page.find(fence);
  if (at == std::string_view::npos) {
    find_in_transcript(page, found);
    return found;
  }
  while (at != std::string_view::npos) {
    const std::size_t begin = after_info_word(page, at + fence.size());
    const std::size_t end = page.find(fence, begin);
    if (end == std::string_view::npos) break;
    find_in_block(page, begin, end, found);
    at = page.find(fence, end + fence.size());
  }
  return found;
}

}  // namespace okapi::cli
