#include "store/state.h"

#include <algorithm>
#include <atomic>
#include <limits>

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

Fingerprint Table::id_key(std::string_view id) {
  return {.high = neighbourhood_of_id(id), .low = fingerprint(id).low};
}

Document Table::row(std::uint64_t sequence) const {
  const auto* body = rows.find(sequence);
  return body == nullptr ? Document() : Document(*body);
}

// --- views

namespace {

constexpr std::string_view owner_kind = "subscription";
constexpr std::uint64_t far = std::numeric_limits<std::uint64_t>::max();

bool has_value(const Document& document, std::string_view field, std::string_view value) {
  return State::indexed_value(document, field) == value;
}

}  // namespace

Document View::at(std::uint64_t sequence) const {
  if (Document row = table_.row(sequence)) {
    return told_.empty() ? row : told_.newest(std::move(row));
  }
  return told_.empty() ? Document() : told_.at(kind_, sequence);
}

Document View::find(std::string_view id) const {
  const std::uint64_t* sequence = table_.by_id.find(Table::id_key(id));
  if (sequence != nullptr) return at(*sequence);
  return told_.empty() ? Document() : told_.find(kind_, id);
}

// What is written and what is told alternate in the order of their sequences; no part has a number
// of a row.
void View::ascend(std::uint64_t from, const Visit& visit) const {
  const bool tells = told_.count(kind_) > 0;
  std::uint64_t next = from;
  bool goes_on = true;
  table_.rows.ascend(from, [&](std::uint64_t sequence, const auto& body) {
    if (tells) goes_on = told_.ascend(kind_, next, sequence, visit);
    next = sequence + 1;
    goes_on = goes_on && visit(told_.empty() ? Document(body) : told_.newest(Document(body)));
    return goes_on;
  });
  if (tells && goes_on) told_.ascend(kind_, next, far, visit);
}

void View::descend(std::uint64_t from, const Visit& visit) const {
  const bool tells = told_.count(kind_) > 0;
  std::uint64_t end = from == far ? far : from + 1;
  bool goes_on = true;
  table_.rows.descend(from, [&](std::uint64_t sequence, const auto& body) {
    if (tells) goes_on = told_.descend(kind_, sequence + 1, end, visit);
    end = sequence;
    goes_on = goes_on && visit(told_.empty() ? Document(body) : told_.newest(Document(body)));
    return goes_on;
  });
  if (tells && goes_on) told_.descend(kind_, 0, end, visit);
}

// Stretches are not indexed: what stands in one names its subscription, the customer of that, or
// something else of the same stretch.
std::vector<std::uint64_t> View::told_parts(std::string_view value) const {
  std::vector<std::uint64_t> parts;
  if (told_.count(kind_) == 0) return parts;
  const auto add = [&](std::vector<std::uint64_t> more) {
    parts.insert(parts.end(), more.begin(), more.end());
  };
  if (const std::uint64_t* owner = owners_.by_id.find(Table::id_key(value))) {
    add(told_.parts_of_owner(*owner));
  }
  const Fingerprint of = fingerprint("customer", value);
  owners_.indexes.ascend(IndexKey{.of = of}, [&](const IndexKey& key, Nothing) {
    if (key.of != of) return false;
    add(told_.parts_of_owner(key.sequence));
    return true;
  });
  add(told_.parts_around(value));
  std::ranges::sort(parts);
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return parts;
}

void View::ascend_where(std::string_view field, std::string_view value, std::uint64_t from,
                        const Visit& visit) const {
  const Fingerprint of = fingerprint(field, value);
  const std::vector<std::uint64_t> parts = told_parts(value);
  auto part = parts.begin();
  bool goes_on = true;
  const auto tell_until = [&](std::uint64_t end) {
    for (; goes_on && part != parts.end() && *part < end; ++part) {
      for (const Document& document : told_.documents(kind_, *part)) {
        if (document.sequence() < from || !has_value(document, field, value)) continue;
        goes_on = visit(document);
        if (!goes_on) break;
      }
    }
    return goes_on;
  };
  table_.indexes.ascend(IndexKey{.of = of, .sequence = from}, [&](const IndexKey& key, Nothing) {
    if (key.of != of || !tell_until(key.sequence)) return false;
    goes_on = visit(at(key.sequence));
    return goes_on;
  });
  tell_until(far);
}

void View::descend_where(std::string_view field, std::string_view value, std::uint64_t from,
                         const Visit& visit) const {
  const Fingerprint of = fingerprint(field, value);
  const std::vector<std::uint64_t> parts = told_parts(value);
  auto part = parts.rbegin();
  bool goes_on = true;
  const auto tell_down_to = [&](std::uint64_t first) {
    for (; goes_on && part != parts.rend() && *part >= first; ++part) {
      std::vector<Document> found = told_.documents(kind_, *part);
      for (std::size_t i = found.size(); i-- > 0;) {
        if (found[i].sequence() > from || !has_value(found[i], field, value)) continue;
        goes_on = visit(found[i]);
        if (!goes_on) break;
      }
    }
    return goes_on;
  };
  table_.indexes.descend(IndexKey{.of = of, .sequence = from}, [&](const IndexKey& key, Nothing) {
    if (key.of != of || !tell_down_to(key.sequence)) return false;
    goes_on = visit(at(key.sequence));
    return goes_on;
  });
  tell_down_to(0);
}

// --- the state

std::uint64_t State::new_edition() {
  static std::atomic<std::uint64_t> newest = 0;
  return ++newest;
}

std::size_t State::size() const {
  std::size_t sum = 0;
  for (const auto& table : tables) sum += table->rows.size();
  for (const Stretch::Count& count : told.counts()) sum += count.documents;
  return sum;
}

const Table& State::table(std::string_view kind) const {
  static const Table empty;
  const auto found = std::ranges::lower_bound(
      tables, kind, {}, [](const auto& table) -> std::string_view { return *table->kind; });
  return found == tables.end() || *(*found)->kind != kind ? empty : **found;
}

View State::view(std::string_view kind) const {
  return {kind, table(kind), told, told.empty() ? Table() : table(owner_kind)};
}

std::size_t State::count(std::string_view kind) const {
  return table(kind).rows.size() + told.count(kind);
}

Document State::at(std::string_view kind, std::uint64_t sequence) const {
  if (!told.empty()) return view(kind).at(sequence);
  return table(kind).row(sequence);
}

Document State::find(std::string_view kind, std::string_view id) const {
  if (!told.empty()) return view(kind).find(id);
  const Table& of = table(kind);
  const std::uint64_t* sequence = of.by_id.find(Table::id_key(id));
  return sequence == nullptr ? Document() : of.row(*sequence);
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
                   .document = at(*kind, key.sequence)};
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
  // What stood in a stretch alone is in no index yet.
  const bool was_told = !told.empty() && told.give_up(document.kind(), document.sequence());
  Table& table = own_table(document.kind());
  if (const auto fields = schema.indexes.find(document.kind()); fields != schema.indexes.end()) {
    update_indexes(table, fields->second, was_told ? Document() : before, document);
  }
  if (const auto reader = schema.due.find(document.kind()); reader != schema.due.end()) {
    for (const DueKey& key : due_keys(reader->second, before)) due.erase(key);
    for (DueKey& key : due_keys(reader->second, document)) due.set(std::move(key), table.kind);
  }
  table.rows.set(document.sequence(), document.body_);
  if (!before || was_told) table.by_id.set(Table::id_key(document.id()), document.sequence());
}

void State::erase(const Schema& schema, const Document& before) {
  if (!told.empty()) told.give_up(before.kind(), before.sequence());
  Table& table = own_table(before.kind());
  if (const auto fields = schema.indexes.find(before.kind()); fields != schema.indexes.end()) {
    update_indexes(table, fields->second, before, {});
  }
  if (const auto reader = schema.due.find(before.kind()); reader != schema.due.end()) {
    for (const DueKey& key : due_keys(reader->second, before)) due.erase(key);
  }
  table.rows.erase(before.sequence());
  table.by_id.erase(Table::id_key(before.id()));
}

}  // namespace okapi::store
