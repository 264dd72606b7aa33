#include "store/account.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "base/check.h"

using namespace okapi;
using store::Account;
using store::Document;
using store::Transaction;

namespace {

void read_due(const Json& document, std::vector<store::Due>& due) {
  if (!has(document, "due_at")) return;
  due.push_back({.at = integer(document, "due_at"),
                 .rank = static_cast<int>(maybe_integer(document, "rank").value_or(0)),
                 .action = "act",
                 .clock = maybe_text(document, "clock").value_or("")});
}

const store::Schema& schema() {
  static const store::Schema made{
      .indexes = {{"pet", {"owner", "home.city", "owner unless home.city"}}},
      .due = {{"pet", read_due}},
  };
  return made;
}

std::string render_event(const std::string& id, const store::EmittedEvent& event,
                         const store::Origin& origin) {
  return to_compact({{"id", id},
                     {"object", "event"},
                     {"type", event.type},
                     {"created", event.created},
                     {"request", origin.request_id},
                     {"before", event.before ? Json(*event.before) : Json()},
                     {"after", *event.after}});
}

Account::Settings settings() {
  return {.id = "acct_1",
          .schema = &schema(),
          .ids = {.counting = true},
          .clock = {.frozen = true, .at = 1'000},
          .render_event = render_event};
}

Json pet(const std::string& id, const std::string& owner = "ann") {
  return {{"id", id}, {"object", "pet"}, {"owner", owner}, {"home", {{"city", "Bern"}}}};
}

std::vector<std::string> ids_of(const std::vector<Document>& documents) {
  std::vector<std::string> ids;
  for (const Document& document : documents) ids.push_back(document.id());
  return ids;
}

using Ids = std::vector<std::string>;

void insert_pets(Account& account, int count) {
  Transaction tx(account, {});
  for (int i = 0; i < count; ++i) tx.insert(pet("pet_" + std::to_string(i)));
  tx.commit();
}

}  // namespace

TEST_CASE("what a transaction writes is seen by it at once and by others after commit") {
  Account account(settings());
  Transaction tx(account, {});
  const Document made = tx.insert(pet("pet_1"));
  CHECK(tx.find("pet", "pet_1") == made);
  CHECK_FALSE(account.find_committed("pet", "pet_1"));
  tx.commit();
  CHECK(account.find_committed("pet", "pet_1") == made);
  CHECK(tx.find("pet", "pet_1") == made);
  CHECK(made.kind() == "pet");
  CHECK(made.text() == R"({"id":"pet_1","object":"pet","home":{"city":"Bern"},"owner":"ann"})");
  CHECK(text(*account.find_committed("pet", "pet_1"), "owner") == "ann");
}

TEST_CASE("a transaction that ends without commit leaves no trace") {
  Account account(settings());
  insert_pets(account, 1);
  try {
    Transaction tx(account, {});
    tx.insert(pet("pet_new"));
    tx.update(tx.find("pet", "pet_0"), [](Json& edited) { edited["owner"] = "bob"; });
    tx.emit("pet.updated", tx.find("pet", "pet_0"));
    tx.set_clock({.frozen = true, .at = 5});
    CHECK(tx.next_number() == 1);
    throw std::runtime_error("refused");
  } catch (const std::runtime_error&) {
  }
  CHECK(account.size() == 1);
  CHECK(text(*account.find_committed("pet", "pet_0"), "owner") == "ann");
  CHECK(account.clock().at == 1'000);
  Transaction tx(account, {});
  CHECK(tx.next_number() == 1);
  CHECK(ids_of(tx.where("pet", "owner", "bob")).empty());
}

TEST_CASE("a committed document never changes; an update is a new one at the same place") {
  Account account(settings());
  insert_pets(account, 3);
  Transaction tx(account, {});
  const Document before = tx.find("pet", "pet_1");
  const Document after = tx.update(before, [](Json& edited) { edited["owner"] = "bob"; });
  CHECK(text(*before, "owner") == "ann");
  CHECK(text(*after, "owner") == "bob");
  CHECK(before.sequence() == after.sequence());
  CHECK(tx.update(after, [](Json&) {}) == after);
  tx.commit();
  CHECK_THROWS_AS(tx.insert(pet("pet_9")), Bug);
}

TEST_CASE("indexes follow the documents") {
  Account account(settings());
  insert_pets(account, 4);
  Transaction tx(account, {});
  CHECK(ids_of(tx.where("pet", "owner", "ann")) == Ids{"pet_0", "pet_1", "pet_2", "pet_3"});
  CHECK(ids_of(tx.where("pet", "home.city", "Bern")).size() == 4);
  CHECK(tx.where("pet", "owner unless home.city", "ann").empty());
  tx.update(tx.find("pet", "pet_1"), [](Json& edited) { edited["owner"] = "bob"; });
  tx.update(tx.find("pet", "pet_2"), [](Json& edited) { edited["home"] = nullptr; });
  tx.erase(tx.find("pet", "pet_3"));
  CHECK(ids_of(tx.where("pet", "owner", "ann")) == Ids{"pet_0", "pet_2"});
  CHECK(ids_of(tx.where("pet", "owner", "bob")) == Ids{"pet_1"});
  CHECK(ids_of(tx.where("pet", "owner unless home.city", "ann")) == Ids{"pet_2"});
  CHECK(ids_of(tx.where("pet", "home.city", "Bern")) == Ids{"pet_0", "pet_1"});
  CHECK(tx.where("pet", "owner", "an").empty());
  CHECK_FALSE(tx.find("pet", "pet_3"));
  CHECK(tx.count("pet") == 3);
}

TEST_CASE("scans start beside a sequence and stop when told") {
  Account account(settings());
  insert_pets(account, 100);
  Transaction tx(account, {});
  const auto take = [](Ids& into, std::size_t limit) {
    return [&into, limit](const Document& document) {
      into.push_back(document.id());
      return into.size() < limit;
    };
  };
  Ids newest;
  tx.scan_down("pet", 0, take(newest, 2));
  CHECK(newest == Ids{"pet_99", "pet_98"});
  Ids older;
  tx.scan_down("pet", tx.find("pet", "pet_50").sequence(), take(older, 2));
  CHECK(older == Ids{"pet_49", "pet_48"});
  Ids newer;
  tx.scan_up_where("pet", "owner", "ann", tx.find("pet", "pet_50").sequence(), take(newer, 2));
  CHECK(newer == Ids{"pet_51", "pet_52"});
  Ids last;
  tx.scan_down_where("pet", "owner", "ann", tx.find("pet", "pet_1").sequence(), take(last, 9));
  CHECK(last == Ids{"pet_0"});
  Ids none;
  tx.scan_up("pet", tx.find("pet", "pet_99").sequence(), take(none, 9));
  CHECK(none.empty());
}

TEST_CASE("a visitor may write while it visits") {
  Account account(settings());
  insert_pets(account, 200);
  Transaction tx(account, {});
  std::size_t visited = 0;
  tx.scan_up_where("pet", "owner", "ann", 0, [&](const Document& document) {
    ++visited;
    tx.update(document, [](Json& edited) { edited["owner"] = "bob"; });
    return true;
  });
  CHECK(visited == 200);
  CHECK(tx.where("pet", "owner", "bob").size() == 200);
}

TEST_CASE("what falls due comes in the order of time, rank and creation, clock by clock") {
  Account account(settings());
  Transaction tx(account, {});
  const auto add = [&](const std::string& id, Seconds at, int rank, const std::string& clock) {
    Json tree = pet(id);
    tree["due_at"] = at;
    tree["rank"] = rank;
    tree["clock"] = clock;
    return tx.insert(std::move(tree));
  };
  add("pet_late", 300, 0, "");
  add("pet_second", 100, 2, "");
  add("pet_third", 100, 2, "");
  add("pet_first", 100, 1, "");
  add("pet_clock", 50, 0, "clock_1");
  Ids order;
  while (const auto step = tx.next_due("", 200)) {
    CHECK(step->due.action == "act");
    order.push_back(step->document.id());
    tx.update(step->document, [](Json& edited) { edited["due_at"] = nullptr; });
  }
  CHECK(order == Ids{"pet_first", "pet_second", "pet_third"});
  CHECK(tx.next_due("clock_1", 50)->document.id() == "pet_clock");
  CHECK_FALSE(tx.next_due("clock_1", 49));
  tx.erase(tx.find("pet", "pet_clock"));
  CHECK_FALSE(tx.next_due("clock_1", 1'000));
  tx.commit();
  CHECK(account.has_due("", 300));
  CHECK_FALSE(account.has_due("", 299));
}

TEST_CASE("events hold the documents as they were before and at commit") {
  Account account(settings());
  insert_pets(account, 2);
  Ids events;
  {
    Transaction tx(account, {.request_id = "req_1", .idempotency_key = {}});
    const Document first = tx.find("pet", "pet_0");
    tx.emit("pet.updated", first);
    tx.emit("pet.petted", first);
    tx.update(first, [](Json& edited) { edited["owner"] = "bob"; });
    tx.emit("pet.updated", tx.find("pet", "pet_0"));  // said already
    tx.update(first, [](Json& edited) { edited["owner"] = "cid"; });
    const Document second = tx.find("pet", "pet_1");
    tx.erase(second);
    tx.emit("pet.deleted", second);
    tx.emit("pet.created", tx.insert(pet("pet_2")));
    tx.commit();
    events = tx.committed_events();
  }
  REQUIRE(events.size() == 4);
  const auto event = [&](std::size_t i) { return *account.find_committed("event", events[i]); };
  CHECK(text(event(0), "type") == "pet.updated");
  CHECK(text(event(0), "request") == "req_1");
  CHECK(integer(event(0), "created") == 1'000);
  CHECK(text(event(0).at("before"), "owner") == "ann");
  CHECK(text(event(0).at("after"), "owner") == "cid");
  CHECK(text(event(1), "type") == "pet.petted");
  CHECK(text(event(2), "type") == "pet.deleted");
  CHECK(text(event(2).at("after"), "id") == "pet_1");
  CHECK(text(event(3), "type") == "pet.created");
  CHECK(event(3).at("before").is_null());
}

TEST_CASE("an account keeps its newest events") {
  Account::Settings kept = settings();
  kept.most_events = 3;
  Account account(kept);
  insert_pets(account, 1);
  for (int i = 0; i < 5; ++i) {
    Transaction tx(account, {});
    const Document pet = tx.update(tx.find("pet", "pet_0"),
                                   [&](Json& edited) { edited["owner"] = std::to_string(i); });
    tx.emit("pet.updated", pet);
    tx.commit();
    CHECK(tx.committed_events().size() == 1);
  }
  const Transaction tx(account, {});
  std::vector<std::string> owners;
  tx.scan_up("event", 0, [&](const Document& event) {
    owners.push_back(text(event->at("after"), "owner"));
    return true;
  });
  CHECK(owners == std::vector<std::string>{"2", "3", "4"});
}

TEST_CASE("events outlive their account and the state they tell of") {
  Document event;
  {
    Account account(settings());
    Transaction tx(account, {.request_id = "req_1", .idempotency_key = {}});
    tx.emit("pet.created", tx.insert(pet("pet_1")));
    tx.commit();
    event = account.find_committed("event", tx.committed_events().at(0));
    account.reset();
    CHECK(account.size() == 0);
  }
  CHECK(text(event->at("after"), "id") == "pet_1");
}

TEST_CASE("a named snapshot brings back everything, counters and clock included") {
  Account account(settings());
  insert_pets(account, 50);
  account.save_snapshot("full");
  {
    Transaction tx(account, {});
    for (int i = 0; i < 50; ++i) tx.erase(tx.find("pet", "pet_" + std::to_string(i)));
    tx.set_clock({.frozen = true, .at = 9});
    (void)tx.new_id("x_", 10);
    tx.commit();
  }
  account.save_snapshot("bare");
  CHECK(account.snapshots() == Ids{"full", "bare"});
  CHECK(account.restore_snapshot("full"));
  CHECK(account.count("pet") == 50);
  CHECK(account.clock().at == 1'000);
  {
    Transaction tx(account, {});
    CHECK(tx.where("pet", "owner", "ann").size() == 50);
    CHECK(tx.new_id("x_", 10) == make_id({.counting = true}, "x_", 10, 1));
  }
  CHECK(account.restore_snapshot("bare"));
  CHECK(account.size() == 0);
  CHECK_FALSE(account.restore_snapshot("none"));
  account.reset();
  CHECK(account.snapshots() == Ids{"full", "bare"});
}

TEST_CASE("readers see whole commits only, while writers follow each other") {
  Account account(settings());
  {
    Transaction tx(account, {});
    tx.insert({{"id", "a"}, {"object", "pet"}, {"n", 0}});
    tx.insert({{"id", "b"}, {"object", "pet"}, {"n", 0}});
    tx.commit();
  }
  constexpr int writers = 3;
  constexpr int rounds = 300;
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  std::jthread reader([&] {
    while (!done) {
      const std::int64_t first = integer(*account.find_committed("pet", "a"), "n");
      const std::int64_t second = integer(*account.find_committed("pet", "b"), "n");
      if (second < first) ++torn;  // b was read later, so it can only be further
    }
  });
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < writers; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < rounds; ++round) {
          Transaction tx(account, {});
          for (const char* id : {"a", "b"}) {
            tx.update(tx.find("pet", id),
                      [](Json& edited) { edited["n"] = integer(edited, "n") + 1; });
          }
          tx.emit("pet.updated", tx.find("pet", "a"));
          tx.commit();
        }
      });
    }
  }
  done = true;
  reader.join();
  CHECK(torn == 0);
  CHECK(integer(*account.find_committed("pet", "a"), "n") == writers * rounds);
  CHECK(account.count("event") == writers * rounds);
}
