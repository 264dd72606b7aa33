#include "catalogue/parse.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

namespace okapi::catalogue {
namespace {

using api::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 9> scalar_kinds = {{
    {"string", Kind::string},
    {"int", Kind::integer},
    {"float", Kind::floating},
    {"bool", Kind::boolean},
    {"time", Kind::time},
    {"decimal", Kind::decimal},
    {"metadata", Kind::metadata},
    {"any", Kind::any},
    {"file", Kind::any},
}};

// What follows a key's name: `prices[]*`, `payload{}`, `card|`, `expires_at?~`.
struct Key {
  std::string name;
  std::vector<Kind> containers;  // outermost first
  bool options = false;
  bool required = false;
  bool optional = false;
  bool empty = false;
};

bool set_mark(Key& key, char mark) {
  if (mark == '|') key.options = true;
  if (mark == '*') key.required = true;
  if (mark == '?') key.optional = true;
  if (mark == '~') key.empty = true;
  return std::string_view("|*?~").find(mark) != std::string_view::npos;
}

class Parser {
 public:
  Parser(const Catalogue& catalogue, const Source& source)
      : catalogue_(catalogue), source_(source) {}

  std::vector<Item> members(const YAML::Node& map) {
    expect_map(source_, map);
    std::vector<Item> result;
    for (const auto& entry : map) result.push_back(member(entry.first, entry.second));
    return result;
  }

  // Every object named by `deleted customer`, `<customer | deleted customer>` and the like.
  void targets(const YAML::Node& at, std::string_view text, Item& item) {
    while (!text.empty()) {
      const std::size_t bar = text.find(" | ");
      std::string_view target = text.substr(0, bar);
      text = bar == std::string_view::npos ? std::string_view() : text.substr(bar + 3);
      if (target.starts_with("deleted ")) {
        item.deleted_too = true;
        target.remove_prefix(8);
      }
      if (target.empty() || target.find(' ') != std::string_view::npos) {
        fail(source_, at, "not an object: '" + std::string(target) + "'");
      }
      if (item.targets.empty() || item.targets.back() != target) item.targets.emplace_back(target);
    }
    std::vector<std::string> unique;
    for (const std::string& target : item.targets) {
      if (std::find(unique.begin(), unique.end(), target) == unique.end()) unique.push_back(target);
    }
    item.targets = unique;
    if (item.targets.empty()) fail(source_, at, "an object is missing");
  }

 private:
  Item member(const YAML::Node& key_node, const YAML::Node& value_node) {
    const Key key = parse_key(key_node);
    Item item = key.options ? options(value_node) : value(value_node);
    for (auto kind = key.containers.rbegin(); kind != key.containers.rend(); ++kind) {
      Item outer;
      outer.kind = *kind;
      outer.children.push_back(std::move(item));
      item = std::move(outer);
    }
    item.name = key.name;
    item.required = key.required;
    item.optional = key.optional;
    item.empty = key.empty;
    return item;
  }

  Key parse_key(const YAML::Node& node) {
    std::string_view rest = node.Scalar();
    Key key;
    const auto is_name = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
    };
    const auto end =
        static_cast<std::size_t>(std::ranges::find_if_not(rest, is_name) - rest.begin());
    key.name = rest.substr(0, end);
    if (key.name.empty()) fail(source_, node, "a key without a name");
    rest.remove_prefix(end);
    while (!rest.empty()) {
      const bool container = rest.starts_with("[]") || rest.starts_with("{}");
      if (container) {
        key.containers.push_back(rest[0] == '[' ? Kind::array : Kind::map);
      } else if (!set_mark(key, rest[0])) {
        fail(source_, node, "unknown suffix in '" + node.Scalar() + "'");
      }
      rest.remove_prefix(container ? 2 : 1);
    }
    return key;
  }

  Item value(const YAML::Node& node) {
    Item item;
    if (node.IsScalar()) return text(node, node.Scalar());
    if (node.IsSequence()) {
      item.kind = Kind::enumeration;
      item.words = words_of(source_, node);
      return item;
    }
    item.kind = Kind::object;
    item.children = members(node);
    return item;
  }

  Item options(const YAML::Node& node) {
    if (!node.IsSequence()) fail(source_, node, "a list of alternatives is expected");
    Item item;
    item.kind = Kind::any_of;
    for (const YAML::Node& option : node) item.children.push_back(value(option));
    return item;
  }

  Item text(const YAML::Node& at, std::string_view text) {
    if (std::optional<Item> item = object_text(at, text)) return *item;
    if (text.find(" | ") != std::string_view::npos) return alternatives(at, text);
    if (text.starts_with('$')) return named(at, std::string(text.substr(1)));
    if (text == "range") return range(Kind::time);
    if (text == "range of int") return range(Kind::integer);
    Item item;
    if (text.starts_with('=')) {
      item.kind = Kind::literal;
      item.words.emplace_back(text.substr(1));
      return item;
    }
    if (text.starts_with("string(")) {
      item.kind = Kind::string;
      const char* const end = text.data() + text.size();
      const auto number = std::from_chars(text.data() + 7, end, item.max_length);
      if (number.ec != std::errc() || item.max_length == 0 || number.ptr + 1 != end ||
          *number.ptr != ')') {
        fail(source_, at, "a length is expected in '" + std::string(text) + "'");
      }
      return item;
    }
    for (const auto& [word, kind] : scalar_kinds) {
      if (text != word) continue;
      item.kind = kind;
      item.file = word == "file";
      return item;
    }
    fail(source_, at, "unknown type '" + std::string(text) + "'");
  }

  // ->customer, <customer>, list of <customer>; nothing for another type.
  std::optional<Item> object_text(const YAML::Node& at, std::string_view text) {
    Item item;
    if (text.starts_with("->")) {
      item.kind = Kind::reference;
      targets(at, text.substr(2), item);
      return item;
    }
    item.kind = text.starts_with("list of <") ? Kind::list : Kind::embedded;
    if (item.kind == Kind::list) text.remove_prefix(8);
    if (!text.starts_with('<')) return std::nullopt;
    if (!text.ends_with('>')) fail(source_, at, "'>' is missing");
    targets(at, text.substr(1, text.size() - 2), item);
    return item;
  }

  Item alternatives(const YAML::Node& at, std::string_view all) {
    Item item;
    item.kind = Kind::any_of;
    for (;;) {
      const std::size_t bar = all.find(" | ");
      item.children.push_back(text(at, all.substr(0, bar)));
      if (bar == std::string_view::npos) return item;
      all.remove_prefix(bar + 3);
    }
  }

  Item named(const YAML::Node& at, const std::string& name) {
    const YAML::Node shapes = source_.root["shapes"];
    if (shapes && shapes[name]) {
      if (++depth_ > 50) fail(source_, at, "'$" + name + "' holds itself");
      Item item = value(shapes[name]);
      --depth_;
      return item;
    }
    const auto words = catalogue_.enums.find(name);
    if (words == catalogue_.enums.end()) fail(source_, at, "no shape or enum '" + name + "'");
    Item item;
    item.kind = Kind::enumeration;
    item.words = words->second;
    return item;
  }

  // The filter on a number: exactly that, or between bounds.
  static Item range(Kind kind) {
    Item exact;
    exact.kind = kind;
    Item bounds;
    bounds.kind = Kind::object;
    for (const char* name : {"gt", "gte", "lt", "lte"}) {
      Item bound = exact;
      bound.name = name;
      bounds.children.push_back(bound);
    }
    Item item;
    item.kind = Kind::any_of;
    item.children = {exact, bounds};
    return item;
  }

  const Catalogue& catalogue_;
  const Source& source_;
  int depth_ = 0;
};

void parse_request(const Source& source, const YAML::Node& node, Operation& operation) {
  if (!node || !node.IsScalar()) fail(source, node, "`request` is missing");
  const std::string& text = node.Scalar();
  const std::size_t blank = text.find(' ');
  operation.method = text.substr(0, blank);
  operation.path = blank == std::string::npos ? "" : text.substr(blank + 1);
  const bool known =
      operation.method == "GET" || operation.method == "POST" || operation.method == "DELETE";
  if (!known || !operation.path.starts_with('/')) {
    fail(source, node, "'" + text + "' is not a method and a path");
  }
}

void parse_response(const Catalogue& catalogue, const Source& source, const YAML::Node& node,
                    Operation& operation) {
  using enum api::Shape;
  if (!node) fail(source, node, "`response` is missing");
  if (node.IsMap()) {
    operation.response = parse_members(catalogue, source, node);
    return;
  }
  std::string_view text = node.Scalar();
  if (text == "binary" || text == "none") return;
  operation.shape = object;
  if (text.starts_with("list of ")) {
    operation.shape = list;
    text.remove_prefix(8);
  } else if (text.starts_with("search of ")) {
    operation.shape = search;
    text.remove_prefix(10);
  } else if (text.starts_with("deleted")) {
    operation.shape = deleted;
    if (text == "deleted") return;  // v2 says only {id, object}
  }
  Item item;
  item.kind = api::Kind::embedded;
  if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
  Parser(catalogue, source).targets(node, text, item);
  operation.response_object = item.targets.front();
  if (item.targets.size() > 1) operation.response = {std::move(item)};
}

}  // namespace

Source load(const std::filesystem::path& file, std::string_view shown_as) {
  Source source{.file = std::string(shown_as), .root = {}};
  try {
    source.root = YAML::LoadFile(file.string());
  } catch (const YAML::Exception& error) {
    throw Fault(source.file + ":" + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
  return source;
}

void fail(const Source& source, const YAML::Node& at, const std::string& what) {
  const int line = at ? at.Mark().line : source.root.Mark().line;
  throw Fault(source.file + ":" + std::to_string(line + 1) + ": " + what);
}

void expect_map(const Source& source, const YAML::Node& node) {
  if (!node.IsMap()) fail(source, node, "a map is expected");
}

std::vector<std::string> words_of(const Source& source, const YAML::Node& list) {
  if (!list || !list.IsSequence()) fail(source, list, "a list of words is expected");
  std::vector<std::string> words;
  for (const YAML::Node& word : list) {
    if (!word.IsScalar()) fail(source, word, "a word is expected");
    words.push_back(word.Scalar());
  }
  return words;
}

std::vector<Item> parse_members(const Catalogue& catalogue, const Source& source,
                                const YAML::Node& map) {
  return Parser(catalogue, source).members(map);
}

void parse_enums(Catalogue& catalogue, const Source& source) {
  expect_map(source, source.root);
  for (const auto& entry : source.root) {
    catalogue.enums[entry.first.Scalar()] = words_of(source, entry.second);
  }
}

void parse_stripe(Catalogue& catalogue, const Source& source) {
  expect_map(source, source.root);
  catalogue.api_version = source.root["api_version"].as<std::string>("");
  if (catalogue.api_version.empty()) fail(source, source.root, "`api_version` is missing");
  catalogue.event_types = words_of(source, source.root["event_types"]);
  catalogue.v2_event_types = words_of(source, source.root["v2_event_types"]);
}

void parse_resource(Catalogue& catalogue, const Source& source, const std::string& resource) {
  expect_map(source, source.root);
  const YAML::Node root = source.root;
  if (root["object"]) {
    Object object;
    object.name = root["object"].Scalar();
    object.origin = source.file + ":1";
    object.fields = parse_members(catalogue, source, root["fields"]);
    object.has_deleted = root["deleted"].IsDefined();
    if (object.has_deleted) {
      object.deleted_fields = parse_members(catalogue, source, root["deleted"]);
    }
    if (!catalogue.objects.emplace(object.name, object).second) {
      fail(source, root["object"], "object '" + object.name + "' stands in two files");
    }
  }
  if (!root["operations"]) return;
  expect_map(source, root["operations"]);
  for (const auto& entry : root["operations"]) {
    expect_map(source, entry.second);
    Operation operation;
    operation.resource = resource;
    operation.action = entry.first.Scalar();
    operation.origin = source.file + ":" + std::to_string(entry.first.Mark().line + 1);
    parse_request(source, entry.second["request"], operation);
    if (entry.second["params"]) {
      operation.params = parse_members(catalogue, source, entry.second["params"]);
    }
    parse_response(catalogue, source, entry.second["response"], operation);
    catalogue.operations.emplace(resource + "." + operation.action, operation);
  }
}

}  // namespace okapi::catalogue
