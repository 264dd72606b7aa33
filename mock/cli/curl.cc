#include "cli/curl.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/base64.h"
#include "base/text.h"

namespace okapi::cli {
namespace {

constexpr std::string_view form_type = "application/x-www-form-urlencoded";

constexpr std::string_view boundary = "------------------------okapi";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Reads the words of a command; `at` walks over the text.
class ShellReader {
 public:
  explicit ShellReader(std::string_view text) : text_(text) {}

  std::vector<std::string> read() {
    while (skip_blanks()) words_.push_back(read_word());
    return std::move(words_);
  }

 private:
  [[nodiscard]] bool at_continuation() const {
    return text_[at_] == '\\' && at_ + 1 < text_.size() && is_blank(text_[at_ + 1]);
  }

  bool skip_blanks() {
    while (at_ < text_.size() && (is_blank(text_[at_]) || at_continuation())) ++at_;
    // A backslash that ends the text continues into nothing.
    return at_ < text_.size() && text_.substr(at_) != "\\";
  }

  std::string read_word() {
    std::string word;
    while (at_ < text_.size() && !is_blank(text_[at_]) && !at_continuation()) {
      const char c = text_[at_++];
      if (c == '\'') {
        read_single_quoted(word);
      } else if (c == '"') {
        read_double_quoted(word);
      } else if (c == '\\') {
        if (at_ < text_.size()) word += text_[at_++];
      } else if (c == '|' || c == ';' || c == '&' || c == '>') {
        throw CurlError(std::string("unquoted '") + c +
                        "': only one command can be sent at a time");
      } else {
        word += c;
      }
    }
    return word;
  }

  void read_single_quoted(std::string& word) {
    const std::size_t close = text_.find('\'', at_);
    if (close == std::string_view::npos) throw CurlError("a single quote is not closed");
    word += text_.substr(at_, close - at_);
    at_ = close + 1;
  }

  void read_double_quoted(std::string& word) {
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        const char next = text_[at_ + 1];
        at_ += 2;
        if (next == '\n') continue;
        if (next != '"' && next != '\\' && next != '$' && next != '`') word += '\\';
        word += next;
        continue;
      }
      word += text_[at_++];
    }
    if (at_ == text_.size()) throw CurlError("a double quote is not closed");
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> words_;
};

struct Option {
  char letter;  // '\0': only the long form exists
  std::string_view name;
  bool takes_value;
};

// Options that change nothing a server sees are here too, so that they are skipped with their
// values.
constexpr auto options = std::to_array<Option>({
    {'u', "user", true},
    {'d', "data", true},
    {'\0', "data-raw", true},
    {'\0', "data-ascii", true},
    {'\0', "data-binary", true},
    {'\0', "data-urlencode", true},
    {'F', "form", true},
    {'\0', "json", true},
    {'G', "get", false},
    {'I', "head", false},
    {'X', "request", true},
    {'H', "header", true},
    {'\0', "oauth2-bearer", true},
    {'\0', "url", true},
    {'A', "user-agent", true},
    {'o', "output", true},
    {'w', "write-out", true},
    {'m', "max-time", true},
    {'\0', "retry", true},
    {'\0', "cacert", true},
    {'\0', "connect-to", true},
    {'s', "silent", false},
    {'S', "show-error", false},
    {'f', "fail", false},
    {'\0', "fail-with-body", false},
    {'i', "include", false},
    {'v', "verbose", false},
    {'k', "insecure", false},
    {'L', "location", false},
    {'g', "globoff", false},
    {'N', "no-buffer", false},
    {'\0', "compressed", false},
});

const Option& find_option(std::string_view name) {
  const auto found = std::ranges::find(options, name, &Option::name);
  if (found == options.end()) {
    throw CurlError("curl option --" + std::string(name) + " is not understood");
  }
  return *found;
}

const Option& find_option(char letter) {
  const auto found = std::ranges::find(options, letter, &Option::letter);
  if (letter == '\0' || found == options.end()) {
    throw CurlError(std::string("curl option -") + letter + " is not understood");
  }
  return *found;
}

// What the options said, before it is put together.
struct Collected {
  std::string url;
  std::string method;
  std::string data;
  bool has_data = false;
  bool json = false;
  bool data_in_query = false;
  bool head = false;
  std::string parts;  // of a multipart form
  api::Headers headers;
};

void add_data(Collected& seen, std::string_view data) {
  if (!data.empty() && data.front() == '@') {
    throw CurlError("data from a file (" + std::string(data) + ") is not read");
  }
  if (seen.has_data && !seen.json) seen.data += '&';
  seen.data += data;
  seen.has_data = true;
}

// "name=content" encodes the content, "=content" and "content" all of it.
void add_encoded_data(Collected& seen, std::string_view data) {
  const std::size_t equals = data.find('=');
  if (equals == std::string_view::npos) return add_data(seen, url_encode(data));
  std::string piece(data.substr(0, equals));
  if (equals > 0) piece += '=';
  add_data(seen, piece + url_encode(data.substr(equals + 1)));
}

// "name=content", and behind it ";type=image/png" and ";filename=a.png", as curl writes them.
void add_part(Collected& seen, std::string_view part) {
  const std::size_t equals = part.find('=');
  if (equals == std::string_view::npos) throw CurlError("-F wants name=content");
  const std::string_view name = part.substr(0, equals);
  std::string_view content = part.substr(equals + 1);
  if (content.starts_with('@') || content.starts_with('<')) {
    throw CurlError("data from a file (" + std::string(content) + ") is not read");
  }
  std::map<std::string_view, std::string> told;
  // From the end: the content may hold the same words.
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view key : {";type=", ";filename="}) {
      const std::size_t at = content.rfind(key);
      if (at == content.npos || content.find(';', at + 1) != content.npos) continue;
      told[key] = content.substr(at + key.size());
      content = content.substr(0, at);
      found = true;
    }
  }
  const std::string& type = told[";type="];
  const std::string& filename = told[";filename="];
  seen.parts += concat("--", boundary, "\r\nContent-Disposition: form-data; name=\"", name, "\"");
  if (!filename.empty()) seen.parts += concat("; filename=\"", filename, "\"");
  if (!type.empty()) seen.parts += concat("\r\nContent-Type: ", type);
  seen.parts += concat("\r\n\r\n", content, "\r\n");
}

void set_url(Collected& seen, const std::string& url) {
  if (!seen.url.empty()) throw CurlError("the command has two addresses: " + seen.url + ", " + url);
  seen.url = url;
}

void add_header(Collected& seen, const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos || colon == 0) throw CurlError("no header: " + line);
  std::size_t value = colon + 1;
  while (value < line.size() && line[value] == ' ') ++value;
  seen.headers.emplace_back(line.substr(0, colon), line.substr(value));
}

void apply(Collected& seen, std::string_view name, const std::string& value) {
  if (name == "user") {
    const bool has_password = value.find(':') != std::string::npos;
    seen.headers.emplace_back("Authorization",
                              "Basic " + encode_base64(has_password ? value : value + ":"));
  } else if (name == "oauth2-bearer") {
    seen.headers.emplace_back("Authorization", "Bearer " + value);
  } else if (name == "data-urlencode") {
    add_encoded_data(seen, value);
  } else if (name == "form") {
    add_part(seen, value);
  } else if (name == "json") {
    seen.json = true;
    add_data(seen, value);
  } else if (name.starts_with("data")) {
    add_data(seen, value);
  } else if (name == "get") {
    seen.data_in_query = true;
  } else if (name == "head") {
    seen.head = true;
  } else if (name == "request") {
    seen.method = value;
  } else if (name == "header") {
    add_header(seen, value);
  } else if (name == "user-agent") {
    seen.headers.emplace_back("User-Agent", value);
  } else if (name == "url") {
    set_url(seen, value);
  }
}

Collected collect(const std::vector<std::string>& words) {
  Collected seen;
  std::size_t next = 1;
  const auto value_of = [&](const Option& option) -> const std::string& {
    if (next == words.size()) throw CurlError("--" + std::string(option.name) + " wants a value");
    return words[next++];
  };
  while (next < words.size()) {
    const std::string& word = words[next++];
    if (word.size() < 2 || word[0] != '-') {
      set_url(seen, word);
      continue;
    }
    if (word[1] == '-') {
      const Option& option = find_option(std::string_view(word).substr(2));
      apply(seen, option.name, option.takes_value ? value_of(option) : std::string());
      continue;
    }
    // -sS is two options; -XPOST is one with its value.
    for (std::size_t i = 1; i < word.size(); ++i) {
      const Option& option = find_option(word[i]);
      if (!option.takes_value) {
        apply(seen, option.name, {});
        continue;
      }
      apply(seen, option.name, i + 1 < word.size() ? word.substr(i + 1) : value_of(option));
      break;
    }
  }
  return seen;
}

std::string method_of(const Collected& seen) {
  if (!seen.method.empty()) return seen.method;
  if (seen.head) return "HEAD";
  const bool sends = seen.has_data || !seen.parts.empty();
  return sends && !seen.data_in_query ? "POST" : "GET";
}

// "https://host/path?query" to base and target. A blank cannot stand in a request line.
void split_url(const std::string& url, CurlCommand& command) {
  std::size_t path = 0;
  const std::size_t scheme = url.find("://");
  if (scheme != std::string::npos) {
    path = std::min(url.find('/', scheme + 3), url.size());
    command.base_url = url.substr(0, path);
  } else if (!url.starts_with('/')) {
    throw CurlError("no address: " + url);
  }
  std::string& target = command.request.target;
  for (const char c : url.substr(path, url.find('#') - path)) {
    if (c == ' ') {
      target += "%20";
    } else {
      target += c;
    }
  }
  if (target.empty() || target.front() != '/') target.insert(0, "/");
}

}  // namespace

std::vector<std::string> shell_words(std::string_view command) {
  return ShellReader(command).read();
}

std::string url_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

CurlCommand parse_curl(const std::vector<std::string>& words) {
  if (words.empty() || words[0] != "curl") throw CurlError("the command does not begin with curl");
  const Collected seen = collect(words);
  if (seen.url.empty()) throw CurlError("the command has no address");
  CurlCommand command;
  api::Request& request = command.request;
  split_url(seen.url, command);
  request.method = method_of(seen);
  request.headers = seen.headers;
  if (!seen.parts.empty()) {
    request.body = concat(seen.parts, "--", boundary, "--\r\n");
    request.headers.emplace_back("Content-Type",
                                 concat("multipart/form-data; boundary=", boundary));
    return command;
  }
  if (!seen.has_data) return command;
  if (seen.data_in_query) {
    request.target += (request.query().empty() ? "?" : "&") + seen.data;
    return command;
  }
  request.body = seen.data;
  const bool named = !api::header(request.headers, "Content-Type").empty();
  if (!named) {
    request.headers.emplace_back("Content-Type", seen.json ? "application/json" : form_type);
  }
  return command;
}

}  // namespace okapi::cli
