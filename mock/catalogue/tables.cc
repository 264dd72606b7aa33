#include "catalogue/tables.h"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <unordered_map>
#include <utility>

#include "api/catalogue_tables.h"
#include "catalogue/routes.h"

namespace okapi::catalogue {
namespace {

using api::Kind;
using api::tables::NodeRow;
using api::tables::Range;
using api::tables::Text;

// Every string once; equal rows of children once, so that a shape used in ten operations costs one.
class Tables {
 public:
  Text text(const std::string& value) {
    const auto [entry, is_new] = text_ids_.emplace(value, texts_.size());
    if (is_new) texts_.push_back(value);
    return checked(entry->second);
  }

  Range words(const std::vector<std::string>& values) {
    std::vector<Text> row;
    row.reserve(values.size());
    for (const std::string& value : values) row.push_back(text(value));
    return append(words_, word_ranges_, row, [](Text id) { return std::to_string(id); });
  }

  Range nodes(const std::vector<Item>& items) {
    std::vector<NodeRow> rows;
    rows.reserve(items.size());
    for (const Item& item : items) rows.push_back(node(item));
    return append(nodes_, node_ranges_, rows, printed);
  }

  static std::string printed(const NodeRow& row) {
    std::string line;
    for (const std::uint32_t value :
         {row.first, std::uint32_t{row.count}, std::uint32_t{row.name}, std::uint32_t{row.detail},
          std::uint32_t{row.kind}, std::uint32_t{row.flags}}) {
      line += (line.empty() ? "{" : ",") + std::to_string(value);
    }
    return line + "}";
  }

  void write_texts(std::ostream& out) const {
    out << "const char pool[] =\n";
    for (const std::string& value : texts_) out << std::quoted(value) << "\n";
    out << ";\nconst std::uint32_t text_starts[] = {";
    std::size_t start = 0;
    for (const std::string& value : texts_) {
      out << start << ',';
      start += value.size();
    }
    out << start << "};\n";
  }

  void write_rows(std::ostream& out) const {
    out << "const NodeRow nodes[] = {\n";
    for (const NodeRow& row : nodes_) out << printed(row) << ",\n";
    out << "};\nconst Text words[] = {";
    for (const Text word : words_) out << word << ',';
    out << "};\n";
  }

 private:
  template <typename Number>
  static std::uint16_t checked(Number value) {
    if (value >= 0xFFFF) throw Fault("the catalogue has grown past its tables: widen them");
    return static_cast<std::uint16_t>(value);
  }

  template <typename Row, typename Print>
  static Range append(std::vector<Row>& rows, std::unordered_map<std::string, Range>& known,
                      const std::vector<Row>& added, Print print) {
    std::string key;
    for (const Row& row : added) key += print(row) + ";";
    const Range range{static_cast<std::uint32_t>(rows.size()),
                      static_cast<std::uint32_t>(added.size())};
    const auto [entry, is_new] = known.emplace(key, range);
    if (is_new) rows.insert(rows.end(), added.begin(), added.end());
    return entry->second;
  }

  NodeRow node(const Item& item) {
    Range below = item.words.empty() ? nodes(item.children) : words(item.words);
    if (item.targets.size() > 1) below = nodes(each_target(item));
    std::uint16_t detail = 0;
    if (item.kind == Kind::string) detail = item.max_length;
    if (!item.targets.empty()) detail = text(item.targets.front());
    using namespace api::tables;
    const int flags = (item.required ? flag_required : 0) | (item.empty ? flag_empty : 0) |
                      (item.optional ? flag_optional : 0) | (item.open ? flag_open : 0) |
                      (item.deleted_too ? flag_deleted_too : 0) |
                      (item.includable ? flag_includable : 0);
    return {.first = below.first,
            .count = checked(below.count),
            .name = text(item.name),
            .detail = detail,
            .kind = static_cast<std::uint8_t>(item.kind),
            .flags = static_cast<std::uint8_t>(flags)};
  }

  // `->account | card` keeps one child for each target.
  static std::vector<Item> each_target(const Item& item) {
    std::vector<Item> result;
    for (const std::string& target : item.targets) {
      Item single;
      single.kind = item.kind;
      single.targets = {target};
      single.deleted_too = item.deleted_too;
      result.push_back(std::move(single));
    }
    return result;
  }

  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::size_t> text_ids_;
  std::vector<Text> words_;
  std::unordered_map<std::string, Range> word_ranges_;
  std::vector<NodeRow> nodes_;
  std::unordered_map<std::string, Range> node_ranges_;
};

std::string printed(const Range& range) {
  return "{" + std::to_string(range.first) + "," + std::to_string(range.count) + "}";
}

bool is_v2(std::string_view path_or_name) {
  return path_or_name.starts_with("/v2/") || path_or_name.starts_with("v2.");
}

void write_operations(const Catalogue& catalogue, Tables& tables, std::ostream& out) {
  out << "const OperationRow operations[] = {\n";
  for (const auto& [name, operation] : catalogue.operations) {
    const bool multipart = std::ranges::any_of(operation.params, &Item::file);
    out << "{" << printed(tables.nodes(operation.params)) << ","
        << printed(tables.nodes(operation.response));
    for (const std::string& value : {name, operation.resource, operation.action, operation.method,
                                     operation.path, operation.response_object}) {
      out << "," << tables.text(value);
    }
    out << "," << static_cast<int>(operation.shape) << "," << is_v2(operation.path) << ","
        << multipart << "},\n";
  }
  out << "};\nconst std::uint32_t operations_size = " << catalogue.operations.size() << ";\n";
}

void write_objects(const Catalogue& catalogue, Tables& tables, std::ostream& out) {
  out << "const ObjectRow objects[] = {\n";
  for (const auto& [name, object] : catalogue.objects) {
    out << "{" << printed(tables.nodes(object.fields)) << ","
        << printed(tables.nodes(object.deleted_fields)) << "," << tables.text(name) << ","
        << tables.text(object.id_prefix) << "," << tables.text(object.noun) << ","
        << tables.text(object.path_param) << "," << object.id_length << "," << is_v2(name) << ","
        << object.has_deleted << "},\n";
  }
  out << "};\nconst std::uint32_t objects_size = " << catalogue.objects.size() << ";\n";
}

void write_routes(const Catalogue& catalogue, Tables& tables, std::ostream& out) {
  out << "const RouteRow routes[] = {\n";
  for (const RouteEntry& route : make_routes(catalogue)) {
    out << "{" << route.first << "," << route.count << "," << route.any << "," << route.operation
        << "," << tables.text(route.segment) << "},\n";
  }
  out << "};\n";
}

}  // namespace

void write_tables(const Catalogue& catalogue, std::ostream& out) {
  Tables tables;
  out << "// Written by the build from mock/catalogue; not for editing.\n"
         "#include \"api/catalogue_tables.h\"\n\nnamespace okapi::api::tables {\n\n";
  static_cast<void>(tables.text(""));
  write_operations(catalogue, tables, out);
  write_objects(catalogue, tables, out);
  write_routes(catalogue, tables, out);
  out << "const Range event_types = " << printed(tables.words(catalogue.event_types)) << ";\n"
      << "const Range v2_event_types = " << printed(tables.words(catalogue.v2_event_types)) << ";\n"
      << "const Range api_versions = " << printed(tables.words(catalogue.api_versions)) << ";\n"
      << "const Text api_version = " << tables.text(catalogue.api_version) << ";\n";
  tables.write_rows(out);
  tables.write_texts(out);
  out << "\n}  // namespace okapi::api::tables\n";
}

}  // namespace okapi::catalogue
