#include "store/journal_lines.h"

#include <algorithm>

#include "base/text.h"
#include "store/compact_json.h"
#include "store/state.h"

namespace okapi::store {
namespace {

using Lines = std::function<void(std::string_view line)>;

std::string_view word_of(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::commit:
      return "commit";
    case Change::Kind::replace:
      return "replace";
    case Change::Kind::save:
      return "save";
    case Change::Kind::restore:
      return "restore";
  }
  return {};
}

std::string head_line(std::string_view account, Change::Kind kind, const std::string& name = {}) {
  Json head = {{"account", account}, {"change", word_of(kind)}};
  if (kind == Change::Kind::save || kind == Change::Kind::restore) head["name"] = name;
  return to_compact(head);
}

std::string_view word_of(MeterChange::Kind kind) {
  switch (kind) {
    case MeterChange::Kind::added:
      return "meter_event";
    case MeterChange::Kind::removed:
      return "meter_event_removed";
    case MeterChange::Kind::seen:
      return "identifier";
    case MeterChange::Kind::forgotten:
      return "identifier_forgotten";
  }
  return {};
}

// Rows that differ, of one kind.
void compare_tables(const Table& before, const Table& after,
                    const std::function<void(std::uint64_t sequence, bool kept)>& visit) {
  using Rows = decltype(Table::rows);
  Rows::compare(before.rows, after.rows,
                [&](std::uint64_t sequence, const auto* was, const auto* is) {
                  if (was != nullptr && is != nullptr && *was == *is) return;
                  visit(sequence, is != nullptr);
                });
}

// Erasures before all the rest, for ids that were used again.
void write_erased(const Table& before, const Table& after, const Lines& write) {
  compare_tables(before, after, [&](std::uint64_t sequence, bool kept) {
    if (kept) return;
    write(concat(R"({"erased":)", std::to_string(sequence), R"(,"object":")", *before.kind, "\"}"));
  });
}

void write_rows(const Table& before, const Table& after, const Lines& write) {
  compare_tables(before, after, [&](std::uint64_t sequence, bool kept) {
    if (kept) write(document_line(after.row(sequence)));
  });
}

void write_difference(const State& before, const State& after, const Lines& write) {
  for (const auto& table : before.tables) {
    const Table& now = after.table(*table->kind);
    if (table.get() != &now) write_erased(*table, now, write);
  }
  for (const auto& table : after.tables) {
    const Table& then = before.table(*table->kind);
    if (table.get() != &then) write_rows(then, *table, write);
  }
  after.meter_log.visit_changes(before.meter_log, [&](const MeterChange& change) {
    write(to_compact(Json{{word_of(change.kind), to_json(change.entry)}}));
  });
}

void append_line(std::string& block, std::string_view line) {
  block += line;
  block += '\n';
}

std::string settings_line(const State& state) {
  return to_compact(Json{{"state", to_json(state)}});
}

MeterChange::Kind kind_of(std::string_view word) {
  using enum MeterChange::Kind;
  for (const MeterChange::Kind kind : {added, removed, seen, forgotten}) {
    if (word_of(kind) == word) return kind;
  }
  throw LineError("the line is none of a journal");
}

}  // namespace

std::string change_block(std::string_view account, const Change& change) {
  std::string block;
  append_line(block, head_line(account, change.kind, change.name));
  const bool has_state =
      change.kind == Change::Kind::commit || change.kind == Change::Kind::replace;
  if (has_state) {
    static const State nothing;
    append_line(block, settings_line(*change.after));
    write_difference(change.before ? *change.before : nothing, *change.after,
                     [&](std::string_view line) { append_line(block, line); });
  }
  if (!change.beside.empty()) append_line(block, concat(R"({"beside":)", change.beside, "}"));
  return block;
}

std::string beside_block(std::string_view account, std::string_view line) {
  return concat(to_compact(Json{{"account", account}, {"change", "beside"}}), "\n", R"({"beside":)",
                line, "}\n");
}

void write_state(std::string_view account, const State* before, const State& after,
                 const std::function<void(std::string_view block)>& write) {
  constexpr std::size_t enough = 1 << 20;
  std::string block;
  const auto begin = [&](Change::Kind kind) {
    block.clear();
    append_line(block, head_line(account, kind));
    append_line(block, settings_line(after));
  };
  // A journal that was reset in between has nothing in common with what was before.
  const bool akin = before != nullptr && after.meter_log.is_akin(before->meter_log);
  static const State nothing;
  begin(akin || before == nullptr ? Change::Kind::commit : Change::Kind::replace);
  write_difference(akin ? *before : nothing, after, [&](std::string_view line) {
    append_line(block, line);
    if (block.size() < enough) return;
    write(block);
    begin(Change::Kind::commit);
  });
  write(block);
}

void write_account(std::string_view name, const Account& account,
                   const std::function<void(std::string_view block)>& write) {
  std::shared_ptr<const State> before;
  for (const auto& [snapshot, state] : account.snapshot_states()) {
    write_state(name, before.get(), *state, write);
    write(change_block(
        name, {.kind = Change::Kind::save, .before = nullptr, .after = state, .name = snapshot}));
    before = state;
  }
  write_state(name, before.get(), *account.committed(), write);
}

// --- reading

JournalReader::World& JournalReader::world_of(const std::string& name) {
  const auto [entry, is_new] = by_name_.emplace(name, worlds_.size());
  if (is_new) {
    worlds_.push_back({.name = name, .state = std::make_shared<State>(), .snapshots = {}});
  }
  return worlds_[entry->second];
}

void JournalReader::read(std::string_view block) {
  World* world = nullptr;
  bool replaces = false;
  while (!block.empty()) {
    const std::size_t end = std::min(block.find('\n'), block.size());
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(std::min(end + 1, block.size()));
    if (world != nullptr) {
      read_line(*world, line);
      continue;
    }
    const Json head = parse_line(line);
    world = &world_of(line_text(head, "account"));
    replaces = begin(*world, head);
  }
  if (replaces) others_.replaced(world->name, *world->state);
}

// True when what was there before is gone.
bool JournalReader::begin(World& world, const Json& head) {
  const std::string change = line_text(head, "change");
  if (change == "commit" || change == "beside") return false;
  if (change == "replace") {
    world.state = std::make_shared<State>();
    return true;
  }
  if (change == "save") {
    const std::string name = line_text(head, "name");
    std::erase_if(world.snapshots, [&](const auto& entry) { return entry.first == name; });
    world.snapshots.emplace_back(name, std::make_shared<const State>(*world.state));
    return false;
  }
  if (change == "restore") {
    const std::string name = line_text(head, "name");
    const auto found =
        std::ranges::find(world.snapshots, name, &decltype(world.snapshots)::value_type::first);
    if (found == world.snapshots.end()) {
      throw LineError("a snapshot that is restored was never saved");
    }
    world.state = std::make_shared<State>(*found->second);
    return true;
  }
  throw LineError("the block is none of a journal");
}

void JournalReader::read_line(World& world, std::string_view line) {
  State& state = *world.state;
  if (line.starts_with(document_line_start)) {
    return lines_.read_document(state, line, StateReader::Place::any);
  }
  const Json parsed = parse_line(line);
  if (parsed.empty()) throw LineError("the line is none of a journal");
  const std::string& word = parsed.begin().key();
  if (word == "state") return StateReader::read_settings(state, parsed.at("state"));
  if (word == "erased") {
    return lines_.erase_document(state, line_text(parsed, "object"), line_number(parsed, "erased"));
  }
  if (word == "beside") return others_.beside(world.name, parsed.at("beside"));
  const MeterChange change{.kind = kind_of(word), .entry = line_meter_entry(parsed.at(word))};
  bool applied = false;
  try {
    applied = state.meter_log.apply(change);
  } catch (const std::exception&) {
    // Sums that no usage reaches, or arrival numbers that are not unique.
  }
  if (!applied) throw LineError("the meter event does not go with the others");
}

}  // namespace okapi::store
