#include "tests/transcript/parser.h"

#include <charconv>
#include <stdexcept>

namespace okapi::transcript {
namespace {

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Whether the shell would ask for another line.
bool is_unfinished(std::string_view command) {
  char quote = '\0';
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (c == '\\' && quote != '\'') {
      if (i + 1 == command.size()) return true;
      ++i;
    } else if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    }
  }
  return quote != '\0';
}

class TranscriptReader {
 public:
  explicit TranscriptReader(Transcript& transcript)
      : transcript_(transcript), text_(transcript.text) {}

  void read() {
    while (next_line()) {
      if (line_.starts_with('#') || trim(line_).empty()) {
        in_body_ = false;
      } else if (line_.starts_with("$ ")) {
        read_command();
      } else if (line_.starts_with("=> ")) {
        read_capture();
      } else if (line_.starts_with('<')) {
        read_answer();
      } else if (line_.starts_with('!')) {
        read_event();
      } else {
        read_body_line();
      }
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(transcript_.path + ":" + std::to_string(number_) + ": " + what);
  }

  bool next_line() {
    if (next_ >= text_.size()) return false;
    begin_ = next_;
    const std::size_t newline = text_.find('\n', begin_);
    const std::size_t end = newline == text_.npos ? text_.size() : newline;
    line_ = text_.substr(begin_, end - begin_);
    next_ = newline == text_.npos ? end : end + 1;
    ++number_;
    return true;
  }

  Step& step() {
    if (transcript_.steps.empty()) fail("there is no request before this line");
    return transcript_.steps.back();
  }

  Answer& answer() {
    if (!step().answer) fail("a line '< status' comes first");
    return *step().answer;
  }

  // The place of a piece of the present line in the file.
  [[nodiscard]] Span span_of(std::string_view piece) const {
    const auto begin = static_cast<std::size_t>(piece.data() - text_.data());
    return {begin, begin + piece.size()};
  }

  void read_command() {
    in_body_ = false;
    Step fresh;
    fresh.line = number_;
    fresh.command = line_.substr(2);
    while (is_unfinished(fresh.command)) {
      if (!next_line()) fail("the request does not end");
      fresh.command.append("\n").append(line_);
    }
    fresh.end = next_;
    transcript_.steps.push_back(std::move(fresh));
  }

  void read_answer() {
    const std::string_view rest = trim(line_.substr(1));
    in_body_ = false;
    if (rest.find(':') != rest.npos) return read_header(rest);
    if (step().answer) fail("the request has two answers");
    Answer fresh;
    fresh.line = number_;
    const std::string_view digits = rest.substr(0, rest.find(' '));
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), fresh.status);
    if (error != std::errc() || stop != digits.data() + digits.size()) fail("no status");
    const std::string_view word = trim(rest.substr(digits.size()));
    if (!word.empty() && word != "exactly") fail("expected 'exactly' or nothing");
    fresh.exactly = !word.empty();
    fresh.status_text = span_of(digits);
    step().answer = fresh;
    in_body_ = true;
  }

  void read_header(std::string_view rest) {
    const std::size_t colon = rest.find(':');
    const std::string_view value = trim(rest.substr(colon + 1));
    answer().headers.push_back(
        {number_, span_of(value), std::string(trim(rest.substr(0, colon))), std::string(value)});
    in_body_ = true;
  }

  void read_body_line() {
    if (!in_body_) fail("expected a line that begins with # $ < => or !");
    Answer& present = answer();
    if (present.body_line == 0) {
      present.body_line = number_;
      present.body.begin = begin_;
    }
    present.body.end = begin_ + line_.size();
  }

  void read_capture() {
    in_body_ = false;
    const std::string_view rest = line_.substr(3);
    const std::size_t equals = rest.find('=');
    if (equals == rest.npos) fail("expected => NAME = path");
    const std::string_view name = trim(rest.substr(0, equals));
    const std::string_view path = trim(rest.substr(equals + 1));
    if (name.empty() || path.empty()) fail("expected => NAME = path");
    step().captures.push_back({number_, std::string(name), std::string(path)});
  }

  void read_event() {
    in_body_ = false;
    Step& present = step();
    if (!present.events) present.events = EventLines{number_, {begin_, begin_}, {}};
    EventLines& events = *present.events;
    if (events.lines.end != begin_) fail("the events of a request stand together");
    events.lines.end = next_;
    const std::string_view type = trim(line_.substr(1));
    if (!type.empty()) events.types.emplace_back(type);
  }

  Transcript& transcript_;
  std::string_view text_;
  std::string_view line_;
  std::size_t begin_ = 0;
  std::size_t next_ = 0;
  int number_ = 0;
  bool in_body_ = false;
};

}  // namespace

Transcript parse_transcript(std::string path, std::string text) {
  Transcript transcript{std::move(path), std::move(text), {}};
  TranscriptReader(transcript).read();
  return transcript;
}

}  // namespace okapi::transcript
