#include "store/state.h"

#include <algorithm>

#include "store/compact_json.h"

namespace okapi::store {
namespace {

const Json* find_dotted(const Json& tree, std::string_view field) {
  const Json* here = &tree;
  while (true) {
    const std::size_t dot = field.find('.');
    if (!here->is_object()) return nullptr;
    const auto found = here->find(field.substr(0, dot));
    if (found == here->end()) return nullptr;
    here = &*found;
    if (dot == std::string_view::npos) return here;
    field.remove_prefix(dot + 1);
  }
}

std::vector<DueKey> due_keys(DueReader reader, const Document& document) {
  std::vector<DueKey> keys;
  if (!document) return keys;
  std::vector<Due> due;
  reader(*document, due);
  for (Due& step : due) {
    keys.push_back({.clock = fingerprint(step.clock),
                    .at = step.at,
                    .rank = step.rank,
                    .sequence = document.sequence(),
                    .action = std::move(step.action)});
  }
  return keys;
}

}  // namespace

// Only texts are indexed. A document that comes from a file has no tree and needs none.
std::optional<std::string> State::indexed_value(const Document& document, std::string_view field) {
  constexpr std::string_view unless = " unless ";
  if (!document) return std::nullopt;
  if (const std::size_t blank = field.find(' '); blank != field.npos) {
    if (indexed_value(document, field.substr(blank + unless.size()))) return std::nullopt;
    field = field.substr(0, blank);
  }
  const Json* tree = document.tree_at_hand();
  if (tree == nullptr) return find_text(document.text(), field);
  const Json* value = find_dotted(*tree, field);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

void State::update_indexes(Table& table, const std::vector<std::string>& fields,
                           const Document& before, const Document& after) {
  const std::uint64_t sequence = (after ? after : before).sequence();
  for (const std::string& field : fields) {
    const std::optional<std::string> old_value = indexed_value(before, field);
    const std::optional<std::string> new_value = indexed_value(after, field);
    if (old_value == new_value) continue;
    if (old_value) {
      table.indexes.erase(IndexKey{.of = fingerprint(field, *old_value), .sequence = sequence});
    }
    if (new_value) {
      table.indexes.set({.of = fingerprint(field, *new_value), .sequence = sequence}, {});
    }
  }
}

Document Table::at(std::uint64_t sequence) const {
  const auto* body = rows.find(sequence);
  return body == nullptr ? Document() : Document(*body);
}

Document Table::find(std::string_view id) const {
  const std::uint64_t* sequence = by_id.find(fingerprint(id));
  return sequence == nullptr ? Document() : at(*sequence);
}

std::size_t State::size() const {
  std::size_t sum = 0;
  for (const auto& table : tables) sum += table->rows.size();
  return sum;
}

const Table& State::table(std::string_view kind) const {
  static const Table empty;
  const auto found = std::ranges::lower_bound(
      tables, kind, {}, [](const auto& table) -> std::string_view { return *table->kind; });
  return found == tables.end() || *(*found)->kind != kind ? empty : **found;
}

Document State::find(std::string_view kind, std::string_view id) const {
  return table(kind).find(id);
}

std::optional<DueStep> State::next_due(std::string_view of_clock, Seconds until) const {
  std::optional<DueStep> step;
  const DueKey from{.clock = fingerprint(of_clock), .at = INT64_MIN, .rank = INT32_MIN};
  due.ascend(from, [&](const DueKey& key, const std::shared_ptr<const std::string>& kind) {
    if (key.clock != from.clock || key.at > until) return false;
    step = DueStep{.due = {.at = key.at,
                           .rank = key.rank,
                           .action = key.action,
                           .clock = std::string(of_clock)},
                   .document = table(*kind).at(key.sequence)};
    return false;
  });
  return step;
}

Table& State::own_table(std::string_view kind) {
  auto found = std::ranges::lower_bound(
      tables, kind, {}, [](const auto& table) -> std::string_view { return *table->kind; });
  if (found == tables.end() || *(*found)->kind != kind) {
    auto table = std::make_shared<Table>();
    table->kind = std::make_shared<const std::string>(kind);
    found = tables.insert(found, std::move(table));
  } else if (found->use_count() > 1) {
    *found = std::make_shared<Table>(**found);
  }
  return **found;
}

void State::put(const Schema& schema, const Document& document, const Document& before) {
  Table& table = own_table(document.kind());
  if (const auto fields = schema.indexes.find(document.kind()); fields != schema.indexes.end()) {
    update_indexes(table, fields->second, before, document);
  }
  if (const auto reader = schema.due.find(document.kind()); reader != schema.due.end()) {
    for (const DueKey& key : due_keys(reader->second, before)) due.erase(key);
    for (DueKey& key : due_keys(reader->second, document)) due.set(std::move(key), table.kind);
  }
  table.rows.set(document.sequence(), document.body_);
  if (!before) table.by_id.set(fingerprint(document.id()), document.sequence());
}

void State::erase(const Schema& schema, const Document& before) {
  Table& table = own_table(before.kind());
  if (const auto fields = schema.indexes.find(before.kind()); fields != schema.indexes.end()) {
    update_indexes(table, fields->second, before, {});
  }
  if (const auto reader = schema.due.find(before.kind()); reader != schema.due.end()) {
    for (const DueKey& key : due_keys(reader->second, before)) due.erase(key);
  }
  table.rows.erase(before.sequence());
  table.by_id.erase(fingerprint(before.id()));
}

}  // namespace okapi::store
