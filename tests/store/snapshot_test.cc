#include "store/snapshot.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/atomic_file.h"
#include "store/compact_json.h"

using namespace okapi;
using store::Account;
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

Account::Settings settings() {
  return {.id = "acct_1",
          .schema = &schema(),
          .ids = {.counting = true},
          .clock = {.frozen = true, .at = 1'000},
          .render_event = [](const std::string& id, const store::EmittedEvent& event,
                             const store::Origin&) {
            return to_compact({{"id", id}, {"object", "event"}, {"type", event.type}});
          }};
}

void fill(Account& account, int pets) {
  Transaction tx(account, {});
  for (int i = 0; i < pets; ++i) {
    tx.emit("pet.created", tx.insert({{"id", tx.new_id("pet_", 20)},
                                      {"object", "pet"},
                                      {"owner", i % 2 == 0 ? "ann \"\\\n\u00e9" : "bob"},
                                      {"due_at", 5'000 - i}}));
    store::MeterEntry entry;
    entry.meter = "mtr_1";
    entry.customer = "cus_1";
    entry.identifier = "event " + std::to_string(i);
    entry.point = {.at = i, .value = *Decimal::parse("2.5"), .received = tx.next_number()};
    entry.received_at = 1'000 + i;
    tx.edit_meter_log().append(std::move(entry));
  }
  tx.set_clock({.frozen = false, .at = 0, .offset = -77});
  tx.commit();
}

std::string written(const std::vector<store::NamedState>& accounts) {
  std::ostringstream out;
  store::write_snapshot(out, accounts, version);
  return out.str();
}

std::vector<store::NamedState> read(const std::string& file) {
  std::istringstream in(file);
  return store::read_snapshot(in, "world.json", schema(), version);
}

// The sentence a file is refused with; empty when it is read.
std::string refusal(const std::string& file) {
  try {
    (void)read(file);
    return {};
  } catch (const store::SnapshotError& error) {
    return error.what();
  }
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
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

}  // namespace

TEST_CASE("a snapshot written, read and written again is the same file") {
  Account first(settings());
  Account second(settings());
  fill(first, 100);
  fill(second, 3);
  const std::string file = written({{"sk_test_a", first.committed()},
                                    {"sk_test_b", second.committed()},
                                    {"sk_test_empty", Account(settings()).committed()}});
  CHECK(written(read(file)) == file);
}

TEST_CASE("indexes, queue, counters, clock and meter events come back with the documents") {
  Account account(settings());
  fill(account, 10);
  Account again(settings());
  again.replace(read(written({{"sk_test_a", account.committed()}})).at(0).state);
  CHECK(again.size() == 20);
  CHECK(again.clock().offset == -77);
  Transaction tx(again, {});
  CHECK(tx.where("pet", "owner", "ann \"\\\n\u00e9").size() == 5);
  const auto first = tx.next_due("", 10'000);
  REQUIRE(first);
  CHECK(first->due.at == 4'991);
  CHECK(tx.meter_log().size() == 10);
  CHECK(tx.meter_log().aggregate("mtr_1", "cus_1", 0, 10).sum == *Decimal::parse("25"));
  CHECK(tx.next_number() == 11);
  const std::string id = tx.new_id("pet_", 20);
  CHECK_FALSE(tx.find("pet", id));
  CHECK(tx.insert({{"id", id}, {"object", "pet"}, {"due_at", 1}}).sequence() == 21);
}

TEST_CASE("a file that is no snapshot of ours is refused with file, line and remedy") {
  Account account(settings());
  fill(account, 2);
  const std::string file = written({{"sk_test_a", account.committed()}});
  struct Case {
    std::string name;
    std::string file;
    std::string sentence;
  };
  const Case cases[] = {
      {"nothing", "", "world.json is not a snapshot of okapi; name a file that okapi wrote"},
      {"foreign", "{\"a\":1}\n", "world.json is not a snapshot of okapi"},
      {"binary",
       std::string("\x7f"
                   "ELF\0\0",
                   6),
       "world.json is not a snapshot of okapi"},
      {"newer", replaced(file, "\"okapi_snapshot\":1", "\"okapi_snapshot\":2"),
       "world.json was written by a newer okapi (format 2, this one reads 1); use that one"},
      {"other version", replaced(file, "2026-10-28.endive", "2031-01-01.x"),
       "world.json holds objects of API version 2031-01-01.x and this okapi keeps those of"},
      {"a version of several lines", replaced(file, "2026-10-28.endive", R"(1\n2)"),
       "world.json holds objects of API version 1?2 and this okapi keeps those of"},
      {"broken document", replaced(file, "\"owner\":", "\"owner\""),
       "world.json, line 5: the document is not compact JSON; take another copy of the file"},
      {"document of no kind", replaced(file, "\"object\":\"pet\"", "\"subject\":\"pet\""),
       "line 5: the document has no id or no object"},
      {"missing field", replaced(file, "\"due_at\":5000", "\"due_at\":null"),
       "line 5: the document lacks what an object of its kind has"},
      {"wild sequence", replaced(file, "{\"sequence\":1,", "{\"sequence\":99,"),
       "line 5: the document's sequence is none of the account"},
      {"twice", replaced(file, "{\"sequence\":2,", "{\"sequence\":1,"),
       "line 6: the document is there twice"},
      {"wrong value", replaced(file, "\"value\":\"2.5\"", "\"value\":\"2.5.1\""),
       "line 7: value is not a decimal"},
      {"line gone", replaced(file, "\n{\"sequence\":2", "\n\n{\"sequence\":2"),
       "line 6: the line is not a JSON object"},
      {"more behind", file + "{}\n", "line 10: the file goes on behind its end"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(refusal(c.file).find(c.sentence) != std::string::npos);
  }
  CHECK(refusal(file).empty());
}

TEST_CASE("a cut or garbled file is refused, or read as something whole") {
  Account account(settings());
  fill(account, 3);
  const std::string file = written({{"sk_test_a", account.committed()}});
  for (std::size_t length = 0; length + 1 < file.size(); ++length) {
    REQUIRE_FALSE(refusal(file.substr(0, length)).empty());
  }
  std::mt19937_64 random(11);
  for (int round = 0; round < 3'000; ++round) {
    std::string garbled = file;
    for (std::uint64_t i = 0; i <= random() % 3; ++i) {
      garbled[random() % garbled.size()] = static_cast<char>(random());
    }
    std::istringstream in(garbled);
    try {
      for (const auto& state : store::read_snapshot(in, "world.json", schema(), version)) {
        // What was accepted can be used: every document parses.
        Account loaded(settings());
        loaded.replace(state.state);
        Transaction tx(loaded, {});
        for (const char* kind : {"pet", "event"}) {
          tx.scan_up(kind, 0,
                     [](const store::Document& document) { return document->is_object(); });
        }
      }
    } catch (const store::SnapshotError&) {
    }
  }
}

TEST_CASE("compact JSON is told from everything else") {
  for (const std::string good :
       {"{}", "[]", "null", "-0.5e+7", "[1,[2,{\"a\":\"\\u00e9\\n\"}],true]", "\"\\ud83d\\ude00\"",
        "{\"a\":{},\"b\":[]}", "0", "1e5"}) {
    CAPTURE(good);
    CHECK(store::is_compact_json(good));
    CHECK(Json::accept(good));
  }
  for (const std::string_view bad :
       {"1e999",    "",        " {}",         "{ }",         "{\"a\": 1}", "[1,]",
        "{,}",      "{\"a\"}", "01",          "1.",          "-",          "\"\\x\"",
        "\"a",      "\"\n\"",  "\"\\ud83d\"", "\"\\udc00\"", "nul",        "{}{}",
        "\"\xff\"", "[",       "]",           "1e",          "+1"}) {
    CAPTURE(bad);
    CHECK_FALSE(store::is_compact_json(bad));
  }
  CHECK_FALSE(store::is_compact_json("-" + std::string(400, '9')));
  CHECK_FALSE(store::is_compact_json(std::string(5'000, '[') + std::string(5'000, ']')));
  CHECK(store::find_text(R"({"id":"a\"b","n":{"id":"x"},"object":"o"})", "id") == "a\"b");
  CHECK(store::find_text(R"({"id":"a","n":{"object":"x"},"object":"o"})", "object") == "o");
  CHECK_FALSE(store::find_text(R"({"id":5})", "id"));
  CHECK_FALSE(store::find_text(R"({"di":"5"})", "id"));
  CHECK(store::find_text(R"({"a":{"b":{"c":"d"}}})", "a.b.c") == "d");
  CHECK_FALSE(store::find_text(R"({"a":{"b":null}})", "a.b.c"));
}

TEST_CASE("a save that is not committed, or cannot be made, leaves the old file") {
  const Folder folder;
  const std::string file = folder.path / "world.json";
  {
    store::AtomicFile saved(file);
    saved.stream() << "old";
    saved.commit();
  }
  {
    store::AtomicFile dropped(file);
    dropped.stream() << "new";
  }
  CHECK(content(file) == "old");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
  try {
    store::AtomicFile nowhere(folder.path / "no" / "world.json");
    FAIL("a folder that is not there was written to");
  } catch (const store::FileError& error) {
    CHECK(std::string(error.what()).find("no/world.json (No such file") != std::string::npos);
  }
}

TEST_CASE("a linked snapshot is replaced where the link points to") {
  const Folder folder;
  const std::string file = folder.path / "world.json";
  const std::string link = folder.path / "link.json";
  std::ofstream(file) << "old";
  std::filesystem::create_symlink(file, link);
  store::AtomicFile saved(link);
  saved.stream() << "new";
  saved.commit();
  CHECK(content(file) == "new");
  CHECK(std::filesystem::is_symlink(link));
}

TEST_CASE("kill -9 at any moment of a save leaves the old file or the new one, whole") {
  const Folder folder;
  const std::string file = folder.path / "world.json";
  Account account(settings());
  fill(account, 400);
  const std::string small = written({});
  const std::string big = written({{"sk_test_a", account.committed()}});
  std::mt19937_64 random(5);
  for (int round = 0; round < 25; ++round) {
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    const pid_t child = fork();
    if (child == 0) {
      for (bool which = false;; which = !which) {
        if (::write(ready[1], "x", 1) != 1) _exit(1);
        store::AtomicFile saved(file);
        saved.stream() << (which ? small : big);
        saved.commit();
      }
    }
    char byte = 0;
    for (std::uint64_t saves = 2 + random() % 3; saves-- > 0;)
      REQUIRE(::read(ready[0], &byte, 1) == 1);
    // Somewhere in the midst of the save that has just begun.
    for (std::uint64_t spins = random() % 2'000; spins-- > 0;) (void)getppid();
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(ready[0]);
    close(ready[1]);
    const std::string found = content(file);
    REQUIRE((found == small || found == big));
    REQUIRE(refusal(found).empty());
  }
}
