#include "server/fixtures_yaml.h"

#include <algorithm>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "base/text.h"
#include "server/fixtures.h"

namespace okapi::server {
namespace {

constexpr std::size_t longest = 16 << 20;
constexpr int deepest = 30;
constexpr std::size_t most_values = 200'000;  // aliases counted each time they are used

[[noreturn]] void fail_at(const std::string& name, int line, std::string_view what) {
  throw FixtureError(concat(name, ", line ", std::to_string(line), ": ", what));
}

// Stops at the second document. YAML::LoadAll would make documents until the memory is full of a
// text that begins with a comma.
class OneDocument final : public YAML::EventHandler {
 public:
  explicit OneDocument(const std::string& name) : name_(name) {}
  void read(const std::string& text) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(*this)) {
    }
  }
  [[nodiscard]] bool found() const { return documents_ > 0; }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override { ++documents_; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { check(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { check(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {
    check(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {
    check(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    check(mark);
  }
  void OnMapEnd() override {}

 private:
  void check(const YAML::Mark& mark) const {
    if (documents_ < 2) return;
    fail_at(name_, mark.line + 1, "a second YAML document begins; put all steps into the first");
  }

  const std::string& name_;
  int documents_ = 0;
};

class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  YamlValue read(const YAML::Node& node, int depth) {
    YamlValue value;
    value.line = line_of(node);
    if (depth > deepest) fail(value.line, "the values are nested more than 30 deep");
    if (++values_ > most_values) fail(value.line, "aliases make more than 200,000 values of it");
    if (node.IsScalar()) {
      // Never node.as<…>(): that reads 0123 as 83 and no as false.
      value.kind = YamlValue::Kind::text;
      value.text = node.Scalar();
    } else if (node.IsSequence()) {
      value.kind = YamlValue::Kind::list;
      for (const YAML::Node& element : node) value.elements.push_back(read(element, depth + 1));
    } else if (node.IsMap()) {
      value.kind = YamlValue::Kind::map;
      read_members(node, value, depth);
    }
    return value;
  }

 private:
  [[noreturn]] void fail(int line, std::string_view what) const { fail_at(name_, line, what); }

  static int line_of(const YAML::Node& node) {
    const YAML::Mark mark = node.Mark();
    return mark.is_null() ? 1 : mark.line + 1;
  }

  // YAML takes an unquoted {{NAME}} for a map whose key is a map; nobody ever means that.
  static bool is_placeholder(const YAML::Node& node, std::string& name) {
    if (!node.IsMap() || node.size() != 1) return false;
    const YAML::Node key = node.begin()->first;
    if (!key.IsMap() || key.size() != 1 || !node.begin()->second.IsNull()) return false;
    const YAML::Node inner = key.begin()->first;
    if (!inner.IsScalar() || !key.begin()->second.IsNull()) return false;
    name = inner.Scalar();
    return true;
  }

  void read_members(const YAML::Node& node, YamlValue& value, int depth) {
    std::string placeholder;
    if (is_placeholder(node, placeholder)) {
      value.kind = YamlValue::Kind::text;
      value.text = concat("{{", placeholder, "}}");
      return;
    }
    for (const auto& member : node) {
      const int line = line_of(member.first);
      if (!member.first.IsScalar()) fail(line, "a key must be a word; quote what is meant as text");
      const std::string& key = member.first.Scalar();
      if (key == "<<") fail(line, "merge keys (<<) are not read; write the values out");
      if (value.find(key) != nullptr) {
        fail(line, concat("the key ", key, " stands twice; take one of them out"));
      }
      value.members.emplace_back(key, read(member.second, depth + 1));
      if (value.members.back().second.kind == YamlValue::Kind::nothing) {
        value.members.back().second.line = line;
      }
    }
  }

  const std::string& name_;
  std::size_t values_ = 0;
};

}  // namespace

const YamlValue* YamlValue::find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, &std::pair<std::string, YamlValue>::first);
  return found == members.end() ? nullptr : &found->second;
}

YamlValue read_yaml(const std::string& text, const std::string& name) {
  if (text.size() > longest) {
    throw FixtureError(concat(name, ": the fixture is over 16 MB; use a snapshot for big worlds"));
  }
  if (!is_utf8(text) || text.find('\0') != text.npos) {
    throw FixtureError(concat(name, ": the fixture is not text in UTF-8; save it as that"));
  }
  try {
    OneDocument document(name);
    document.read(text);
    if (!document.found()) return {};
    return Reader(name).read(YAML::Load(text), 0);
  } catch (const YAML::Exception& error) {
    fail_at(name, error.mark.line + 1, concat("this is not YAML (", error.msg, ")"));
  }
}

}  // namespace okapi::server
