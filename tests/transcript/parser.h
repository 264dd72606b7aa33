// A transcript file (style, section 12) to its steps. Line by line:
//   # prose                     kept, means nothing
//   $ curl …                    a request; goes on over lines that end in '\' or inside quotes
//   < 200 [exactly]             the status of the answer, then its body up to an empty or marked
//   line < Name: value               a header of the answer; without a value: it must be absent
//   => NAME = data.0.id         binds {{NAME}} to a field of the body; "Name:" takes a header
//   ! customer.created          the events of the request, one a line, in order; "!" alone: none
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace okapi::transcript {

struct Span {  // offsets into the file
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct HeaderLine {
  int line = 0;
  Span value;
  std::string name;
  std::string text;  // of the value; empty: the header must be absent
};

struct Answer {
  int line = 0;
  Span status_text;
  int status = 0;
  bool exactly = false;
  std::vector<HeaderLine> headers;
  int body_line = 0;
  Span body;  // empty: the body is not looked at
};

struct Capture {
  int line = 0;
  std::string name;
  std::string path;
};

struct EventLines {
  int line = 0;
  Span lines;  // whole lines, with the last newline
  std::vector<std::string> types;
};

struct Step {
  int line = 0;
  std::size_t end = 0;  // of the command's last line, newline included
  std::string command;  // "curl …"
  std::optional<Answer> answer;
  std::vector<Capture> captures;
  std::optional<EventLines> events;
};

struct Transcript {
  std::string path;  // as reported
  std::string text;
  std::vector<Step> steps;
};

// Throws std::runtime_error, "path:line: what is wrong".
[[nodiscard]] Transcript parse_transcript(std::string path, std::string text);

}  // namespace okapi::transcript
