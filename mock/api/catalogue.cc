#include "api/catalogue.h"

#include <algorithm>
#include <cstring>

#include "api/catalogue_tables.h"

namespace okapi::api {
namespace {

using tables::NodeRow;
using tables::OperationRow;
using tables::RouteRow;

std::string_view text_of(tables::Text text) {
  const std::uint32_t start = tables::text_starts[text];
  return {tables::pool + start, tables::text_starts[text + 1] - start};
}

std::vector<std::string_view> words_of(const tables::Range& range) {
  std::vector<std::string_view> words;
  words.reserve(range.count);
  for (std::uint32_t i = 0; i < range.count; ++i) {
    words.push_back(text_of(tables::words[range.first + i]));
  }
  return words;
}

bool has_words(const NodeRow& row) {
  const Kind kind = static_cast<Kind>(row.kind);
  return kind == Kind::enumeration || kind == Kind::literal;
}

bool has_targets(const NodeRow& row) {
  const Kind kind = static_cast<Kind>(row.kind);
  return kind == Kind::reference || kind == Kind::embedded || kind == Kind::list;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The length of the UTF-8 sequence that starts `text`, 0 when it is none: too long, a surrogate,
// past U+10FFFF, or cut off.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return 1;
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool wrong_second =
      (byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xED && byte(1) > 0x9F) ||
      (byte(0) == 0xF0 && byte(1) < 0x90) || (byte(0) == 0xF4 && byte(1) > 0x8F);
  return wrong_second ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// In a path '+' is itself, and a '%' without two hexadecimal digits too.
std::string decode_id(std::string_view raw) {
  if (raw.find('%') == std::string_view::npos && is_utf8(raw)) return std::string(raw);
  std::string decoded;
  decoded.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool escape = raw[i] == '%' && i + 2 < raw.size() && hex_digit(raw[i + 1]) >= 0 &&
                        hex_digit(raw[i + 2]) >= 0;
    if (!escape) {
      decoded += raw[i];
      continue;
    }
    decoded += static_cast<char>(hex_digit(raw[i + 1]) * 16 + hex_digit(raw[i + 2]));
    i += 2;
  }
  return is_utf8(decoded) ? decoded : std::string(raw);
}

const RouteRow* find_literal(const RouteRow& row, std::string_view segment) {
  const RouteRow* const end = tables::routes + row.first + row.count;
  const RouteRow* const found = std::lower_bound(
      tables::routes + row.first, end, segment, [](const RouteRow& child, std::string_view wanted) {
        return text_of(child.segment) < wanted;
      });
  return found != end && text_of(found->segment) == segment ? found : nullptr;
}

// No path of the catalogue has more ids; a deeper one cannot match.
constexpr std::size_t most_ids = 4;

struct Walk {
  std::string_view ids[most_ids];
  std::size_t id_count = 0;
};

// The row that `rest` leads to, or null. A literal segment wins over an id; where it leads nowhere,
// the id is tried (/v1/customers/search is the customer `search` to a POST).
const RouteRow* walk(const RouteRow& row, std::string_view rest, Walk& way) {
  if (rest.empty()) return row.operation == tables::no_operation ? nullptr : &row;
  if (rest.front() != '/') return nullptr;
  rest.remove_prefix(1);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, slash);
  rest.remove_prefix(slash);
  if (segment.empty()) return nullptr;
  if (const RouteRow* literal = find_literal(row, segment)) {
    if (const RouteRow* found = walk(*literal, rest, way)) return found;
  }
  if (row.any == 0 || way.id_count == most_ids) return nullptr;
  way.ids[way.id_count++] = segment;
  if (const RouteRow* found = walk(tables::routes[row.any], rest, way)) return found;
  --way.id_count;
  return nullptr;
}

const RouteRow* root_of(std::string_view method) {
  if (method == "GET") return &tables::routes[0];
  if (method == "POST") return &tables::routes[1];
  if (method == "DELETE") return &tables::routes[2];
  return nullptr;
}

// The place of `name` in rows sorted by name, or `size`.
template <typename Row>
std::uint32_t find_row(const Row* rows, std::uint32_t size, std::string_view name) {
  const Row* const found = std::lower_bound(
      rows, rows + size, name,
      [](const Row& row, std::string_view wanted) { return text_of(row.name) < wanted; });
  if (found == rows + size || text_of(found->name) != name) return size;
  return static_cast<std::uint32_t>(found - rows);
}

bool flag(std::uint32_t node, tables::NodeFlag which) {
  return (tables::nodes[node].flags & which) != 0;
}

}  // namespace

std::string_view Node::name() const { return text_of(tables::nodes[index_].name); }
Kind Node::kind() const { return static_cast<Kind>(tables::nodes[index_].kind); }
bool Node::required() const { return flag(index_, tables::flag_required); }
bool Node::emptyable() const { return flag(index_, tables::flag_empty); }
bool Node::nullable() const { return flag(index_, tables::flag_empty); }
bool Node::optional() const { return flag(index_, tables::flag_optional); }
bool Node::includable() const { return flag(index_, tables::flag_includable); }
bool Node::open_enum() const { return flag(index_, tables::flag_open); }
bool Node::deleted_too() const { return flag(index_, tables::flag_deleted_too); }

NodeRange Node::children() const {
  const NodeRow& row = tables::nodes[index_];
  return has_words(row) ? NodeRange() : NodeRange(row.first, row.count);
}

Node Node::element() const { return Node(tables::nodes[index_].first); }

std::string_view Node::target() const {
  const NodeRow& row = tables::nodes[index_];
  return has_targets(row) ? text_of(row.detail) : std::string_view();
}

std::vector<std::string_view> Node::targets() const {
  const NodeRow& row = tables::nodes[index_];
  if (!has_targets(row)) return {};
  if (row.count == 0) return {text_of(row.detail)};
  std::vector<std::string_view> result;
  for (const Node child : children()) result.push_back(child.target());
  return result;
}

std::vector<std::string> Node::values() const {
  const NodeRow& row = tables::nodes[index_];
  std::vector<std::string> result;
  if (!has_words(row)) return result;
  for (std::uint32_t i = 0; i < row.count; ++i) {
    result.emplace_back(text_of(tables::words[row.first + i]));
  }
  return result;
}

bool Node::has_value(std::string_view word) const {
  const NodeRow& row = tables::nodes[index_];
  if (!has_words(row)) return false;
  for (std::uint32_t i = 0; i < row.count; ++i) {
    if (text_of(tables::words[row.first + i]) == word) return true;
  }
  return false;
}

std::uint32_t Node::max_length() const {
  const NodeRow& row = tables::nodes[index_];
  return static_cast<Kind>(row.kind) == Kind::string ? row.detail : 5000;
}

bool NodeRange::find(std::string_view name, Node& found) const {
  for (const Node node : *this) {
    if (node.name() != name) continue;
    found = node;
    return true;
  }
  return false;
}

std::string_view Operation::name() const { return text_of(tables::operations[index_].name); }
std::string_view Operation::resource() const {
  return text_of(tables::operations[index_].resource);
}
std::string_view Operation::action() const { return text_of(tables::operations[index_].action); }
std::string_view Operation::method() const { return text_of(tables::operations[index_].method); }
std::string_view Operation::path() const { return text_of(tables::operations[index_].path); }
bool Operation::v2() const { return tables::operations[index_].v2; }
bool Operation::multipart() const { return tables::operations[index_].multipart; }
Shape Operation::shape() const { return static_cast<Shape>(tables::operations[index_].shape); }

NodeRange Operation::params() const {
  const tables::Range& range = tables::operations[index_].params;
  return {range.first, range.count};
}

NodeRange Operation::response() const {
  const tables::Range& range = tables::operations[index_].response;
  return {range.first, range.count};
}

std::string_view Operation::response_object() const {
  return text_of(tables::operations[index_].response_object);
}

std::vector<std::string_view> Operation::response_objects() const {
  if (response_object().empty()) return {};
  if (response().empty()) return {response_object()};
  return (*response().begin()).targets();
}

std::string_view ObjectType::name() const { return text_of(tables::objects[index_].name); }
std::string_view ObjectType::id_prefix() const {
  return text_of(tables::objects[index_].id_prefix);
}
int ObjectType::id_length() const { return tables::objects[index_].id_length; }
std::string_view ObjectType::noun() const { return text_of(tables::objects[index_].noun); }
std::string_view ObjectType::path_param() const {
  return text_of(tables::objects[index_].path_param);
}
bool ObjectType::v2() const { return tables::objects[index_].v2; }
bool ObjectType::has_deleted() const { return tables::objects[index_].has_deleted; }

NodeRange ObjectType::fields() const {
  const tables::Range& range = tables::objects[index_].fields;
  return {range.first, range.count};
}

NodeRange ObjectType::deleted_fields() const {
  const tables::Range& range = tables::objects[index_].deleted_fields;
  return {range.first, range.count};
}

bool find_route(std::string_view method, std::string_view raw_path, Route& found) {
  const RouteRow* const root = root_of(method);
  if (root == nullptr || raw_path.empty()) return false;
  Walk way;
  const RouteRow* const row = walk(*root, raw_path, way);
  if (row == nullptr) return false;
  found.operation = Operation(row->operation);
  found.path_ids.clear();
  for (std::size_t i = 0; i < way.id_count; ++i) found.path_ids.push_back(decode_id(way.ids[i]));
  return true;
}

bool find_operation(std::string_view name, Operation& found) {
  const std::uint32_t row = find_row(tables::operations, tables::operations_size, name);
  if (row == tables::operations_size) return false;
  found = Operation(row);
  return true;
}

bool find_object(std::string_view name, ObjectType& found) {
  const std::uint32_t row = find_row(tables::objects, tables::objects_size, name);
  if (row == tables::objects_size) return false;
  found = ObjectType(row);
  return true;
}

std::uint32_t operation_count() { return tables::operations_size; }
std::uint32_t object_count() { return tables::objects_size; }
std::vector<std::string_view> event_types() { return words_of(tables::event_types); }
std::vector<std::string_view> v2_event_types() { return words_of(tables::v2_event_types); }
std::string_view api_version() { return text_of(tables::api_version); }
std::vector<std::string_view> api_versions() { return words_of(tables::api_versions); }

}  // namespace okapi::api
