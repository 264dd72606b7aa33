#include "store/journal.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/journal_lines.h"
#include "store/snapshot.h"

using namespace okapi;
using store::Account;
using store::Change;
using store::Journal;
using store::Transaction;

namespace {

constexpr std::string_view version = "2026-10-28.endive";

void read_due(const Json& document, std::vector<store::Due>& due) {
  due.push_back({.at = integer(document, "due_at"), .rank = 0, .action = "act", .clock = ""});
}

const store::Schema& schema() {
  static const store::Schema made{.indexes = {{"pet", {"owner"}}}, .due = {{"pet", read_due}}};
  return made;
}

struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "okapi-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

std::string content(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string text_of(const std::shared_ptr<const store::State>& state) {
  std::ostringstream out;
  const store::NamedState named{"sk_test_a", state};
  store::write_snapshot(out, {&named, 1}, version);
  return out.str();
}

// An account that keeps a journal.
struct Kept {
  explicit Kept(const std::string& file)
      : journal(file, std::string(version), [this](const std::string& text) { said = text; }),
        account(
            {.id = "acct_1",
             .schema = &schema(),
             .ids = {.counting = true},
             .clock = {.frozen = true, .at = 1'000},
             .render_event =
                 [](const std::string& id, const store::EmittedEvent& event, const store::Origin&) {
                   return to_compact({{"id", id}, {"object", "event"}, {"type", event.type}});
                 },
             .most_events = 20,
             .record = [this](Change change) { journal.add("sk_test_a", std::move(change)); }}) {}
  void begin() {
    journal.begin(
        [&](const Journal::Write& write) { store::write_account("sk_test_a", account, write); });
  }
  void add_pet(const std::string& owner) {
    Transaction tx(account, {});
    tx.emit(
        "pet.created",
        tx.insert(
            {{"id", tx.new_id("pet_", 20)}, {"object", "pet"}, {"owner", owner}, {"due_at", 5}}));
    tx.commit();
  }
  std::string said;
  Journal journal;
  Account account;
};

std::vector<std::pair<std::string, std::string>> snapshots_of(const Account& account) {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const auto& [name, state] : account.snapshot_states())
    texts.emplace_back(name, text_of(state));
  return texts;
}

struct Read {
  std::string state;
  std::vector<std::pair<std::string, std::string>> snapshots;
  std::vector<std::string> beside;
  std::uint64_t cut = 0;
  bool operator==(const Read&) const = default;
};

Read read(const std::string& file) {
  Read result;
  store::JournalReader reader(
      schema(),
      {.beside = [&](const std::string&,
                     const Json& line) { result.beside.push_back(line.dump()); },
       .replaced = [&](const std::string&, const store::State&) { result.beside.clear(); }});
  result.cut = store::read_journal(file, version, [&](auto block) { reader.read(block); });
  REQUIRE(reader.worlds().size() == 1);
  store::JournalReader::World& world = reader.worlds().front();
  for (auto& [name, state] : world.snapshots) result.snapshots.emplace_back(name, text_of(state));
  result.state = text_of(world.state);
  return result;
}

std::string refusal(const std::string& file) {
  try {
    (void)read(file);
    return {};
  } catch (const store::JournalError& error) {
    return error.what();
  }
}

// Whatever a transaction can do, and what replaces a state as a whole.
void random_step(Account& account, std::mt19937_64& random) {
  const std::uint64_t kind = random() % 20;
  if (kind == 0) return account.save_snapshot(std::to_string(random() % 2));
  if (kind == 1) {
    (void)account.restore_snapshot(std::to_string(random() % 2));
    return;
  }
  if (kind == 2 && random() % 4 == 0) return account.reset();
  if (kind == 3) return account.replace(account.committed());
  Transaction tx(account, {});
  std::vector<store::Document> pets;
  tx.scan_up("pet", 0, [&](const store::Document& pet) {
    pets.push_back(pet);
    return true;
  });
  for (std::uint64_t i = random() % 4; i-- > 0;) {
    const std::string owner = "owner " + std::to_string(random() % 5);
    if (pets.empty() || random() % 3 != 0) {
      pets.push_back(tx.insert({{"id", tx.new_id("pet_", 20)},
                                {"object", "pet"},
                                {"owner", owner},
                                {"due_at", random() % 100}}));
      tx.emit("pet.created", pets.back());
    } else if (random() % 3 != 0) {
      store::Document& pet = pets[random() % pets.size()];
      pet = tx.update(pet, [&](Json& edited) { edited["owner"] = owner; });
      tx.emit("pet.updated", pet);
    } else {
      const std::size_t which = random() % pets.size();
      const Json again = *pets[which];
      tx.erase(pets[which]);
      pets.erase(pets.begin() + static_cast<std::ptrdiff_t>(which));
      // The id may come back within the same commit.
      if (random() % 2 == 0) pets.push_back(tx.insert(again));
    }
  }
  for (std::uint64_t i = random() % 3; i-- > 0;) {
    const std::string identifier = "event " + std::to_string(random() % 40);
    const Seconds now = 1'000 + static_cast<Seconds>(random() % 100'000);
    if (tx.meter_log().find(identifier, now)) {
      (void)tx.edit_meter_log().cancel(identifier, now);
      continue;
    }
    store::MeterEntry entry;
    entry.meter = "mtr_" + std::to_string(random() % 2);
    entry.customer = "cus_" + std::to_string(random() % 3);
    entry.identifier = identifier;
    entry.point = {.at = static_cast<Seconds>(random() % 1'000),
                   .value = *Decimal::parse(std::to_string(random() % 100) + ".5"),
                   .received = tx.next_number()};
    entry.received_at = now;
    tx.edit_meter_log().append(entry);
  }
  if (random() % 10 == 0) {
    tx.set_clock({.frozen = random() % 2 == 0, .at = static_cast<Seconds>(random() % 1'000)});
  }
  if (random() % 10 == 0) tx.attach(to_compact(Json{{"note", random() % 100}}));
  if (random() % 8 != 0) tx.commit();
}

TEST_CASE("a journal read back is the account, whatever happened to it") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const Folder folder;
    const std::string file = folder.path / "journal";
    std::mt19937_64 random(seed);
    Kept kept(file);
    for (int i = 0; i < 20; ++i) random_step(kept.account, random);
    kept.begin();
    for (int i = 0; i < 200; ++i) random_step(kept.account, random);
    REQUIRE(kept.journal.wait(kept.journal.position()));
    const Read found = read(file);
    CHECK(found.state == text_of(kept.account.committed()));
    CHECK(found.snapshots == snapshots_of(kept.account));
    CHECK(found.cut == 0);
    CHECK(kept.said.empty());
  }
}

TEST_CASE("named snapshots come back with the state, and one after another") {
  const Folder folder;
  const std::string file = folder.path / "journal";
  std::mt19937_64 random(3);
  Kept kept(file);
  kept.begin();
  for (int i = 0; i < 400; ++i) random_step(kept.account, random);
  REQUIRE(snapshots_of(kept.account).size() == 2);
  REQUIRE(kept.journal.wait(kept.journal.position()));
  CHECK(read(file).snapshots == snapshots_of(kept.account));
}

TEST_CASE("a journal that is cut anywhere has every whole block before, and nothing else") {
  const Folder folder;
  const std::string file = folder.path / "journal";
  std::vector<std::pair<std::uint64_t, std::string>> states;  // by the size of the file
  {
    Kept kept(file);
    kept.begin();
    for (int i = 0; i < 12; ++i) {
      kept.add_pet("owner " + std::to_string(i));
      REQUIRE(kept.journal.wait(kept.journal.position()));
      states.emplace_back(std::filesystem::file_size(file), text_of(kept.account.committed()));
    }
  }
  const std::string whole = content(file);
  const std::string cut_file = folder.path / "cut";
  for (std::size_t size = whole.size(); size >= states.front().first; --size) {
    std::ofstream(cut_file, std::ios::binary) << whole.substr(0, size);
    while (states.back().first > size) states.pop_back();
    const Read found = read(cut_file);
    REQUIRE(found.state == states.back().second);
    REQUIRE(found.cut == size - states.back().first);
  }
}

TEST_CASE("damage of what was safe is refused; of the last write, cut off") {
  const Folder folder;
  const std::string file = folder.path / "journal";
  std::uint64_t last = 0;  // where the last block begins
  {
    Kept kept(file);
    kept.begin();
    for (int i = 0; i < 5; ++i) {
      last = std::filesystem::file_size(file);
      kept.add_pet("ann");
      REQUIRE(kept.journal.wait(kept.journal.position()));
    }
  }
  const std::string whole = content(file);
  const std::string damaged_file = folder.path / "damaged";
  for (std::size_t at = store::journal_head(version).size(); at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    std::ofstream(damaged_file, std::ios::binary) << damaged;
    if (at >= last) {
      REQUIRE(read(damaged_file).cut == whole.size() - last);
    } else {
      CAPTURE(at);
      REQUIRE(refusal(damaged_file).find("damaged is damaged at byte ") != std::string::npos);
    }
  }
}

TEST_CASE("blocks that were on their way together are cut together, whichever arrived") {
  // As a power cut leaves them: the second is there, the first is not.
  const Folder folder;
  const std::string file = folder.path / "journal";
  Kept kept(folder.path / "other");
  kept.add_pet("ann");
  std::string text = store::journal_head(version);
  store::write_state("sk_test_a", nullptr, *kept.account.committed(),
                     [&](std::string_view block) { store::append_block(text, block, 0); });
  const std::uint64_t safe = text.size();
  store::append_block(text, store::beside_block("sk_test_a", "{\"first\":1}"), safe);
  const std::uint64_t second = text.size();
  store::append_block(text, store::beside_block("sk_test_a", "{\"second\":1}"), safe);
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(safe),
            text.begin() + static_cast<std::ptrdiff_t>(second), '\0');
  std::ofstream(file, std::ios::binary) << text;
  const Read found = read(file);
  CHECK(found.cut == text.size() - safe);
  CHECK(found.beside.empty());
}

TEST_CASE("a file that is no journal of ours is refused with a remedy, and stays as it is") {
  const Folder folder;
  const std::string file = folder.path / "journal";
  struct Case {
    std::string name;
    std::string text;
    std::string sentence;
  };
  const Case cases[] = {
      {"empty", "", "journal (it is empty): name a file that okapi wrote"},
      {"foreign", "{\"a\":1}\nand more", "is not a journal of okapi; name a file that okapi wrote"},
      {"binary",
       std::string("\x7f"
                   "ELF\0\0",
                   6),
       "is not a journal of okapi"},
      {"newer", "{\"okapi_journal\":2,\"api_version\":\"2026-10-28.endive\"}\n",
       "was written by a newer okapi (format 2, this one reads 1); use that one"},
      {"other version", "{\"okapi_journal\":1,\"api_version\":\"2031-01-01.x\"}\n",
       "holds objects of API version 2031-01-01.x and this okapi keeps those of"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    std::ofstream(file, std::ios::binary) << c.text;
    CHECK(refusal(file).find(c.sentence) != std::string::npos);
    CHECK(content(file) == c.text);
  }
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  CHECK(refusal(file).find("it is no file") != std::string::npos);
}

TEST_CASE("a block that makes no sense names its place") {
  const Folder folder;
  const std::string file = folder.path / "journal";
  for (const std::string line :
       {"{\"erased\":7,\"object\":\"pet\"}", "{}", "{\"what\":1}", "[]", "{\"sequence\":1,\"x\":2}",
        "{\"state\":{}}", "{\"meter_event\":{}}"}) {
    CAPTURE(line);
    std::string text = store::journal_head(version);
    const std::size_t at = text.size();
    store::append_block(text, "{\"account\":\"a\",\"change\":\"commit\"}\n" + line + "\n", 0);
    std::ofstream(file, std::ios::binary) << text;
    CHECK(refusal(file).find("journal, byte " + std::to_string(at) + ": ") != std::string::npos);
  }
}

TEST_CASE("a journal has one owner") {
  const Folder folder;
  const std::string file = folder.path / "journal";
  Kept kept(file);
  kept.begin();
  CHECK_THROWS_AS(Kept{file}, store::JournalError);
}

TEST_CASE("what was committed is written when it is waited for, in one go for many") {
  const Folder folder;
  const std::string file = folder.path / "journal";
  Kept kept(file);
  kept.begin();
  CHECK_FALSE(kept.journal.pending());
  for (int i = 0; i < 500; ++i) kept.add_pet("ann");
  const Journal::Position position = kept.journal.position();
  CHECK(position == 500);
  REQUIRE(kept.journal.wait(position));
  CHECK(read(file).state == text_of(kept.account.committed()));
  CHECK_FALSE(kept.journal.pending());
}

// A limit on the size of files is a disk that is full.
struct FullDisk {
  explicit FullDisk(rlim_t size) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit tight = before;
    tight.rlim_cur = size;
    setrlimit(RLIMIT_FSIZE, &tight);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before); }
  rlimit before{};
};

TEST_CASE("with a full disk nothing is promised, and all is written when there is room again") {
  const Folder folder;
  const std::string file = folder.path / "journal";
  Kept kept(file);
  kept.begin();
  kept.add_pet("ann");
  REQUIRE(kept.journal.wait(kept.journal.position()));
  const std::string before = content(file);
  {
    const FullDisk full(before.size() + 100);
    kept.add_pet("bob");
    CHECK_FALSE(kept.journal.wait(kept.journal.position()));
    CHECK_FALSE(kept.journal.works());
    CHECK(kept.journal.trouble().find("journal (File too large): make room") != std::string::npos);
    CHECK(kept.said == kept.journal.trouble());
    CHECK(content(file) == before);
    // Who comes late is not left waiting either, and who makes many changes is told to pause.
    CHECK_FALSE(kept.journal.wait(kept.journal.position()));
    CHECK(kept.journal.make_room());
    for (int i = 0; i < 10'000; ++i) kept.add_pet("bob");
    CHECK_FALSE(kept.journal.make_room());
  }
  CHECK(kept.journal.works());
  CHECK(kept.journal.make_room());
  CHECK_FALSE(kept.journal.pending());
  kept.add_pet("cid");
  REQUIRE(kept.journal.wait(kept.journal.position()));
  CHECK(read(file).state == text_of(kept.account.committed()));
}

TEST_CASE("a journal that cannot be rewritten at the start stays as it was") {
  const Folder folder;
  const std::string file = folder.path / "journal";
  {
    Kept kept(file);
    kept.begin();
    kept.add_pet("ann");
  }
  const std::string before = content(file);
  Kept kept(file);
  for (int i = 0; i < 100; ++i) kept.add_pet("bob");
  const FullDisk full(200);
  CHECK_THROWS(kept.begin());
  CHECK(content(file) == before);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}

}  // namespace
