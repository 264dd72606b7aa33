#include "tests/transcript/pattern.h"

#include <algorithm>
#include <stdexcept>

namespace okapi::transcript {
namespace {

constexpr std::string_view any_value = "\"...\"";

class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : text_(text) {}

  Pattern read_all() {
    Pattern pattern = read_value();
    skip_blanks();
    if (at_ != text_.size()) fail("there is more after the end of the body");
    return pattern;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<long>(at_), '\n');
    throw std::runtime_error(what + " (line " + std::to_string(line) + " of the body)");
  }

  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }

  // The next character that is no blank; '\0' at the end.
  char peek() {
    skip_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  void expect(char c) {
    if (peek() != c) fail(std::string("expected '") + c + "'");
    ++at_;
  }

  Pattern read_value() {
    const char first = peek();
    Pattern pattern;
    pattern.begin = at_;
    if (first == '{' && !text_.substr(at_).starts_with("{{")) {
      read_object(pattern);
    } else if (first == '[') {
      read_array(pattern);
    } else {
      read_scalar(pattern);
    }
    pattern.end = at_;
    return pattern;
  }

  void read_object(Pattern& pattern) {
    pattern.kind = Pattern::Kind::object;
    expect('{');
    if (peek() == '}') {
      ++at_;
      return;
    }
    do {
      Pattern::Member member;
      if (peek() != '"') fail("expected a field name");
      member.begin = at_;
      member.key = Json::parse(read_string()).get<std::string>();
      expect(':');
      member.value = read_value();
      pattern.members.push_back(std::move(member));
    } while (next_follows('}'));
  }

  void read_array(Pattern& pattern) {
    pattern.kind = Pattern::Kind::array;
    expect('[');
    if (peek() == ']') {
      ++at_;
      return;
    }
    do {
      pattern.elements.push_back(read_value());
    } while (next_follows(']'));
  }

  bool next_follows(char close) {
    const char c = peek();
    if (c != ',' && c != close) fail(std::string("expected ',' or '") + close + "'");
    ++at_;
    return c == ',';
  }

  std::string_view read_string() {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) fail("a string is not closed");
    ++at_;
    return text_.substr(begin, at_ - begin);
  }

  void read_scalar(Pattern& pattern) {
    pattern.kind = Pattern::Kind::scalar;
    if (peek() == '"') {
      if (read_string() == any_value) pattern.kind = Pattern::Kind::any;
      return;
    }
    if (text_.substr(at_).starts_with("{{")) {
      const std::size_t close = text_.find("}}", at_);
      if (close == text_.npos) fail("a placeholder is not closed");
      at_ = close + 2;
      return;
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && std::string_view(",]} \t\r\n").find(text_[at_]) == text_.npos) {
      ++at_;
    }
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word == "absent") {
      pattern.kind = Pattern::Kind::absent;
    } else if (!Json::accept(word)) {
      fail("expected a value");
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string_view text_of(const Pattern& pattern, const Match& match) {
  return match.text.substr(pattern.begin, pattern.end - pattern.begin);
}

Json value_of(const Pattern& scalar, const Match& match) {
  return Json::parse(substitute(text_of(scalar, match), match.bindings));
}

std::string shorten(std::string text) {
  constexpr std::size_t longest = 200;
  if (text.size() > longest) text = text.substr(0, longest) + " …";
  return text;
}

std::string join(const std::string& path, const std::string& step) {
  return path.empty() ? step : path + "." + step;
}

// The number of elements that are matched one by one, and whether others may follow.
struct Extent {
  std::size_t count = 0;
  bool open = false;
};

Extent extent_of(const Pattern& array) {
  const bool open = !array.elements.empty() && array.elements.back().kind == Pattern::Kind::any;
  return {array.elements.size() - (open ? 1 : 0), open};
}

class Comparer {
 public:
  explicit Comparer(const Match& match) : match_(match) {}

  std::vector<Difference> compare_all(const Pattern& pattern, const Json& actual) {
    compare(pattern, actual, "");
    return std::move(found_);
  }

 private:
  void report(const Pattern& pattern, const std::string& path, std::string expected,
              std::string actual) {
    found_.push_back(
        {pattern.begin, path, shorten(std::move(expected)), shorten(std::move(actual))});
  }

  void compare(const Pattern& pattern, const Json& actual, const std::string& path) {
    switch (pattern.kind) {
      case Pattern::Kind::any:
        return;
      case Pattern::Kind::absent:
        return report(pattern, path, "no such field", to_compact(actual));
      case Pattern::Kind::object:
        return compare_object(pattern, actual, path);
      case Pattern::Kind::array:
        return compare_array(pattern, actual, path);
      case Pattern::Kind::scalar:
        const Json expected = value_of(pattern, match_);
        if (expected != actual) report(pattern, path, expected.dump(), to_compact(actual));
        return;
    }
  }

  void compare_object(const Pattern& pattern, const Json& actual, const std::string& path) {
    if (!actual.is_object()) return report(pattern, path, "an object", to_compact(actual));
    for (const Pattern::Member& member : pattern.members) {
      const std::string below = join(path, member.key);
      const auto found = actual.find(member.key);
      if (found == actual.end()) {
        if (member.value.kind == Pattern::Kind::absent) continue;
        report(member.value, below, std::string(text_of(member.value, match_)), "no such field");
      } else {
        compare(member.value, *found, below);
      }
    }
    if (!match_.exactly) return;
    for (const auto& [key, value] : actual.items()) {
      const bool named = std::ranges::count(pattern.members, key, &Pattern::Member::key) > 0;
      if (!named) report(pattern, join(path, key), "no such field", to_compact(value));
    }
  }

  void compare_array(const Pattern& pattern, const Json& actual, const std::string& path) {
    if (!actual.is_array()) return report(pattern, path, "a list", to_compact(actual));
    const Extent extent = extent_of(pattern);
    const std::size_t shared = std::min(extent.count, actual.size());
    for (std::size_t i = 0; i < shared; ++i) {
      compare(pattern.elements[i], actual[i], join(path, std::to_string(i)));
    }
    if (actual.size() == extent.count || (extent.open && actual.size() > extent.count)) return;
    report(pattern, path, std::to_string(extent.count) + " elements",
           std::to_string(actual.size()) + ": " + to_compact(actual));
  }

  const Match& match_;
  std::vector<Difference> found_;
};

// How far the line that holds `offset` is indented.
std::size_t indent_at(std::string_view text, std::size_t offset) {
  const std::size_t line = text.rfind('\n', offset) + 1;  // npos + 1 is 0
  const std::size_t first = text.find_first_not_of(' ', line);
  return std::min(first, offset) - line;
}

class Blesser {
 public:
  explicit Blesser(const Match& match) : match_(match) {}

  std::string bless(const Pattern& pattern, const Json& actual) const {
    switch (pattern.kind) {
      case Pattern::Kind::any:
        return std::string(text_of(pattern, match_));
      case Pattern::Kind::absent:
        return render(pattern, actual);
      case Pattern::Kind::scalar:
        if (value_of(pattern, match_) == actual) return std::string(text_of(pattern, match_));
        return render(pattern, actual);
      case Pattern::Kind::object:
        return actual.is_object() ? bless_object(pattern, actual) : render(pattern, actual);
      case Pattern::Kind::array:
        return actual.is_array() ? bless_array(pattern, actual) : render(pattern, actual);
    }
    return {};
  }

 private:
  std::string render(const Pattern& place, const Json& actual) const {
    return render_value(actual, match_.bindings, indent_at(match_.text, place.begin));
  }

  static bool names_all(const Pattern& pattern, const Json& actual) {
    return std::ranges::all_of(actual.items(), [&](const auto& item) {
      return std::ranges::count(pattern.members, item.key(), &Pattern::Member::key) > 0;
    });
  }

  std::string bless_object(const Pattern& pattern, const Json& actual) const {
    if (match_.exactly && !names_all(pattern, actual)) return render(pattern, actual);
    std::string out;
    std::size_t copied = pattern.begin;
    bool dropped_first = false;
    for (const Pattern::Member& member : pattern.members) {
      const auto found = actual.find(member.key);
      if (found == actual.end() && member.value.kind != Pattern::Kind::absent) {
        // The separator before the member goes with it; a first member takes the one after it.
        dropped_first = dropped_first || copied == pattern.begin;
        if (copied == pattern.begin) out += match_.text[copied++];
        copied = member.value.end;
        continue;
      }
      std::string_view between = match_.text.substr(copied, member.value.begin - copied);
      if (dropped_first && between.starts_with(',')) between.remove_prefix(1);
      dropped_first = false;
      out += between;
      out += found == actual.end() ? std::string(text_of(member.value, match_))
                                   : bless(member.value, *found);
      copied = member.value.end;
    }
    return out.append(match_.text.substr(copied, pattern.end - copied));
  }

  std::string bless_array(const Pattern& pattern, const Json& actual) const {
    const Extent extent = extent_of(pattern);
    const bool fits =
        actual.size() == extent.count || (extent.open && actual.size() > extent.count);
    if (fits) {
      std::string out;
      std::size_t copied = pattern.begin;
      for (std::size_t i = 0; i < extent.count; ++i) {
        const Pattern& element = pattern.elements[i];
        out += match_.text.substr(copied, element.begin - copied);
        out += bless(element, actual[i]);
        copied = element.end;
      }
      return out.append(match_.text.substr(copied, pattern.end - copied));
    }
    // Another length: elements that were not there before take the fields of the last one.
    const std::string line(indent_at(match_.text, pattern.begin) + 2, ' ');
    std::string out = "[";
    for (std::size_t i = 0; i < actual.size(); ++i) {
      if (i > 0) out += ',';
      out += '\n' + line;
      out += extent.count == 0 ? render_value(actual[i], match_.bindings, line.size())
                               : bless(pattern.elements[std::min(i, extent.count - 1)], actual[i]);
    }
    if (actual.empty()) return "[]";
    return out + '\n' + line.substr(2) + ']';
  }

  const Match& match_;
};

// Captured ids are worth a name; short words are more likely to be equal by chance.
void put_placeholders(Json& value, const Bindings& bindings) {
  constexpr std::size_t shortest_id = 8;
  if (value.is_structured()) {
    for (Json& child : value) put_placeholders(child, bindings);
    return;
  }
  if (!value.is_string()) return;
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() < shortest_id) return;
  const auto bound = std::ranges::find(bindings, text, &Bindings::value_type::second);
  if (bound != bindings.end()) value = "{{" + bound->first + "}}";
}

}  // namespace

std::string substitute(std::string_view text, const Bindings& bindings) {
  std::string out;
  std::size_t copied = 0;
  for (;;) {
    const std::size_t open = text.find("{{", copied);
    const std::size_t close = open == text.npos ? text.npos : text.find("}}", open);
    if (close == text.npos) return out.append(text.substr(copied));
    const std::string_view name = text.substr(open + 2, close - open - 2);
    const auto bound = bindings.find(name);
    if (bound == bindings.end()) {
      throw std::runtime_error("{{" + std::string(name) + "}} is not bound");
    }
    out.append(text.substr(copied, open - copied)).append(bound->second);
    copied = close + 2;
  }
}

Pattern parse_pattern(std::string_view text) { return PatternReader(text).read_all(); }

std::vector<Difference> differences(const Pattern& pattern, const Json& actual,
                                    const Match& match) {
  return Comparer(match).compare_all(pattern, actual);
}

std::string blessed(const Pattern& pattern, const Json& actual, const Match& match) {
  return Blesser(match).bless(pattern, actual);
}

std::string render_value(const Json& value, const Bindings& bindings, std::size_t indent) {
  Json named = value;
  put_placeholders(named, bindings);
  std::string out;
  for (const char c : to_pretty(named)) {
    out += c;
    if (c == '\n') out.append(indent, ' ');
  }
  return out;
}

}  // namespace okapi::transcript
