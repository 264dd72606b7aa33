#include "api/multipart.h"

#include "api/error.h"
#include "base/ascii.h"
#include "base/text.h"

namespace okapi::api {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t longest_boundary = 200;

// The value of `name="…"` or `name=…` among the parameters of a header.
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  for (std::size_t at = header.find(';'); at != header.npos;) {
    std::string_view rest = trimmed(header.substr(at + 1));
    const std::size_t equals = rest.find('=');
    if (equals == rest.npos) return std::nullopt;
    const bool wanted = equal_ignoring_case(trimmed(rest.substr(0, equals)), name);
    rest.remove_prefix(equals + 1);
    std::string value;
    if (rest.starts_with('"')) {
      std::size_t i = 1;
      for (; i < rest.size() && rest[i] != '"'; ++i) {
        if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
        value += rest[i];
      }
      rest.remove_prefix(i);
    } else {
      value = trimmed(rest.substr(0, rest.find(';')));
    }
    if (wanted) return value;
    const std::size_t next = rest.find(';');
    at = next == rest.npos ? next : header.size() - rest.size() + next;
  }
  return std::nullopt;
}

// The header of that name among the lines of a part's head.
std::string_view header_in(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find(line_end), head.size());
    const std::string_view line = head.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != line.npos && equal_ignoring_case(trimmed(line.substr(0, colon)), name)) {
      return trimmed(line.substr(colon + 1));
    }
    head.remove_prefix(std::min(end + line_end.size(), head.size()));
  }
  return {};
}

void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', digits[byte >> 4], digits[byte & 15]};
  }
}

// Names keep their brackets, which are the form's grammar.
void append_pair(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out += '&';
  for (const char c : name) {
    if (c == '&' || c == '=' || c == '+' || c == '%') {
      append_encoded(out, {&c, 1});
    } else {
      out += c;
    }
  }
  out += '=';
  append_encoded(out, value);
}

void take_part(MultipartForm& form, std::string_view part) {
  const std::size_t end = part.find("\r\n\r\n");
  if (end == part.npos) throw undecodable_parameters();
  const std::string_view head = part.substr(0, end);
  const std::string_view content = part.substr(end + 4);
  const std::string_view disposition = header_in(head, "Content-Disposition");
  const std::optional<std::string> name = parameter(disposition, "name");
  if (!name) throw undecodable_parameters();
  const std::optional<std::string> filename = parameter(disposition, "filename");
  if (*name == "file" && filename) {
    form.file = {.filename = *filename,
                 .content_type = std::string(header_in(head, "Content-Type")),
                 .bytes = std::string(content)};
    append_pair(form.pairs, *name, "upload");
    return;
  }
  append_pair(form.pairs, *name, content);
}

}  // namespace

bool is_multipart(std::string_view content_type) {
  return lowered(content_type.substr(0, 20)) == "multipart/form-data;" ||
         lowered(content_type) == "multipart/form-data";
}

MultipartForm parse_multipart(std::string_view content_type, std::string_view body) {
  const std::optional<std::string> boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > longest_boundary) {
    throw undecodable_parameters();
  }
  const std::string delimiter = concat("--", *boundary);
  MultipartForm form;
  std::size_t at = body.find(delimiter);
  if (at == body.npos) throw undecodable_parameters();
  const std::string next_delimiter = concat(line_end, delimiter);
  while (true) {
    at += delimiter.size();
    if (body.substr(at).starts_with("--")) return form;
    const std::size_t begin = body.find(line_end, at);
    if (begin == body.npos) throw undecodable_parameters();
    // A part without content begins at its delimiter's own line end.
    const std::size_t end = body.find(next_delimiter, begin);
    if (end == body.npos) throw undecodable_parameters();
    take_part(form, body.substr(begin + line_end.size(), end - begin - line_end.size()));
    at = end + line_end.size();
  }
}

}  // namespace okapi::api
