// Documents that a stretch knows stand among those that are written down, until somebody writes to
// them.
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "store/bulk.h"
#include "store/committed.h"
#include "store/snapshot.h"

using namespace okapi;
using store::Account;
using store::Bulk;
using store::Document;
using store::Transaction;

namespace {

const store::Schema& schema() {
  static const store::Schema made{
      .indexes = {{"bill", {"customer"}}, {"subscription", {"customer"}}}, .due = {}};
  return made;
}

std::string render_event(const std::string& id, const store::EmittedEvent& event,
                         const store::Origin&) {
  return to_compact({{"id", id}, {"object", "event"}, {"type", event.type}});
}

Account::Settings settings(bool counting = true) {
  return {.id = "acct_1",
          .schema = &schema(),
          .ids = {.counting = counting, .seed = 5},
          .clock = {.frozen = true, .at = 1'000},
          .render_event = render_event};
}

// A bill and the event of it, written on an account of its own when somebody asks.
class Bills final : public store::Stretch {
 public:
  Bills(bool counting, std::uint64_t first, std::shared_ptr<const Bills> earlier, Document owner)
      : counting_(counting),
        first_(first),
        earlier_(std::move(earlier)),
        owner_(std::move(owner)) {}

  std::span<const std::uint64_t> parts() const override { return {&first_, 1}; }
  std::uint64_t width(std::uint64_t) const override { return 10; }
  std::span<const Count> counts(std::uint64_t) const override { return counts_; }
  std::vector<Document> documents(std::uint64_t part) const override {
    return store::written_between(*play(), part, part + 10);
  }
  Document changed(std::uint64_t sequence) const override {
    return store::row_in(*play(), "subscription", sequence);
  }
  const Stretch* earlier() const override { return earlier_.get(); }

 private:
  std::shared_ptr<const store::State> play() const {
    Account account(settings(counting_));
    Transaction tx(account, {});
    Bulk bulk(tx, "");
    bulk.continue_from(owner_.sequence());
    Json subscription = *owner_;
    subscription["billed"] = first_;
    tx.insert(std::move(subscription));
    bulk.continue_from(first_);
    const Document bill = tx.insert(
        {{"id", tx.new_id("bill_", 25)}, {"object", "bill"}, {"customer", owner_->at("customer")}});
    tx.emit("bill.created", bill);
    tx.commit();
    return account.committed();
  }

  bool counting_;
  std::uint64_t first_;
  std::shared_ptr<const Bills> earlier_;
  Document owner_;
  std::vector<Count> counts_ = {{.kind = "bill", .documents = 1},
                                {.kind = "event", .documents = 1}};
};

// A subscription of Ann's, a bill that is told, one that is written, one that is told.
struct Shop {
  explicit Shop(bool counting = true) : account(settings(counting)) {
    Transaction tx(account, {});
    owner = tx.insert({{"id", "sub_1"}, {"object", "subscription"}, {"customer", "ann"}});
    Bulk bulk(tx, "");
    const auto tell = [&](std::shared_ptr<const Bills> earlier) {
      const std::uint64_t first = bulk.take_numbers(10);
      auto told = std::make_shared<const Bills>(counting, first, std::move(earlier), owner);
      bulk.tell(first, told);
      bulk.change(owner.sequence(), told);
      return told;
    };
    const auto first = tell(nullptr);
    written = tx.insert({{"id", "bill_mine"}, {"object", "bill"}, {"customer", "ann"}});
    tell(first);
    tx.commit();
  }
  std::vector<std::string> bills(bool down = false) {
    std::vector<std::string> ids;
    Transaction tx(account, {});
    const auto note = [&](const Document& document) {
      ids.push_back(document.id());
      return true;
    };
    down ? tx.scan_down("bill", 0, note) : tx.scan_up("bill", 0, note);
    return ids;
  }
  std::vector<std::string> bills_of(const std::string& customer) {
    std::vector<std::string> ids;
    Transaction tx(account, {});
    for (const Document& bill : tx.where("bill", "customer", customer)) ids.push_back(bill.id());
    return ids;
  }

  Account account;
  Document owner;
  Document written;
};

}  // namespace

TEST_CASE("told documents are found, counted and listed like others") {
  for (const bool counting : {true, false}) {
    Shop shop(counting);
    const std::vector<std::string> bills = shop.bills();
    REQUIRE(bills.size() == 3);
    CHECK(bills[1] == "bill_mine");
    CHECK(shop.bills(true) == std::vector<std::string>(bills.rbegin(), bills.rend()));
    CHECK(shop.bills_of("ann") == bills);
    CHECK(shop.bills_of("bob").empty());
    for (const std::string& id : bills) {
      const Document found = shop.account.find_committed("bill", id);
      REQUIRE(found);
      CHECK(text(*found, "customer") == "ann");
      CHECK_FALSE(shop.account.find_committed("event", id));
    }
    CHECK(shop.account.count("bill") == 3);
    CHECK(shop.account.counts().at("event") == 2);
    CHECK(shop.account.size() == 6);
    CHECK(integer(*shop.account.find_committed("subscription", "sub_1"), "billed") > 10);
  }
}

TEST_CASE("scans begin and end anywhere") {
  Shop shop;
  Transaction tx(shop.account, {});
  std::vector<Document> bills;
  tx.scan_up("bill", 0, [&](const Document& bill) {
    bills.push_back(bill);
    return true;
  });
  REQUIRE(bills.size() == 3);
  for (std::size_t from = 0; from < 3; ++from) {
    std::vector<std::string> above;
    const auto note = [](std::vector<std::string>& ids) {
      return [&](const Document& bill) {
        ids.push_back(bill.id());
        return true;
      };
    };
    tx.scan_up_where("bill", "customer", "ann", bills[from].sequence(), note(above));
    CHECK(above.size() == 2 - from);
    std::vector<std::string> below;
    tx.scan_down_where("bill", "customer", "ann", bills[from].sequence(), note(below));
    CHECK(below.size() == from);
    below.clear();
    tx.scan_down("bill", bills[from].sequence(), note(below));
    CHECK(below.size() == from);
  }
  int seen = 0;
  tx.scan_up("bill", 0, [&](const Document&) { return ++seen < 2; });
  CHECK(seen == 2);
}

TEST_CASE("what is written over a told document counts, and an erased one is gone") {
  Shop shop;
  const std::vector<std::string> bills = shop.bills();
  {
    Transaction tx(shop.account, {});
    tx.update(tx.find("bill", bills[0]), [](Json& edited) { edited["customer"] = "bob"; });
    tx.erase(tx.find("bill", bills[2]));
    tx.update(tx.find("subscription", "sub_1"), [](Json& edited) { edited["seen"] = true; });
    tx.commit();
  }
  CHECK(shop.bills() == std::vector<std::string>{bills[0], bills[1]});
  CHECK(shop.bills_of("bob") == std::vector<std::string>{bills[0]});
  CHECK(shop.bills_of("ann") == std::vector<std::string>{bills[1]});
  CHECK_FALSE(shop.account.find_committed("bill", bills[2]));
  CHECK(shop.account.count("bill") == 2);
  const Document subscription = shop.account.find_committed("subscription", "sub_1");
  CHECK(boolean(*subscription, "seen"));
  CHECK(integer(*subscription, "billed") > 10);  // as it was told before
}

TEST_CASE("a snapshot file holds told documents like others") {
  Shop shop;
  std::stringstream file;
  const store::NamedState written{.name = "sk_test_1", .state = shop.account.committed()};
  store::write_snapshot(file, {&written, 1}, "v");
  const std::vector<store::NamedState> read = store::read_snapshot(file, "f", schema(), "v");
  REQUIRE(read.size() == 1);
  CHECK(store::told_documents(*written.state) == 4);
  CHECK(store::told_documents(*read[0].state) == 0);
  for (const std::string& id : shop.bills()) {
    const Document one = store::find_committed(*read[0].state, "bill", id);
    REQUIRE(one);
    CHECK(one.text() == shop.account.find_committed("bill", id).text());
  }
  CHECK(store::where_committed(*read[0].state, "bill", "customer", "ann").size() == 3);
}

TEST_CASE("the ring forgets told events with their part, the oldest first") {
  Account::Settings small = settings();
  small.most_events = 2;
  Account account(small);
  const auto types = [&] {
    std::vector<std::string> found;
    store::scan_committed(*account.committed(), "event", 0, [&](const Document& event) {
      found.push_back(text(*event, "type"));
      return true;
    });
    return found;
  };
  const auto tell = [&] {
    Transaction tx(account, {});
    const Document owner =
        tx.insert({{"id", tx.new_id("sub_", 20)}, {"object", "subscription"}, {"customer", "ann"}});
    Bulk bulk(tx, "");
    const std::uint64_t first = bulk.take_numbers(10);
    bulk.tell(first, std::make_shared<const Bills>(true, first, nullptr, owner));
    tx.commit();
  };
  const auto write = [&] {
    Transaction tx(account, {});
    tx.emit("pet.fed", tx.insert({{"id", tx.new_id("pet_", 20)}, {"object", "pet"}}));
    tx.commit();
  };
  using Types = std::vector<std::string>;
  tell();
  write();
  CHECK(types() == Types{"bill.created", "pet.fed"});
  tell();
  CHECK(types() == Types{"pet.fed", "bill.created"});
  write();
  CHECK(types() == Types{"bill.created", "pet.fed"});
  write();
  CHECK(types() == Types{"pet.fed", "pet.fed"});
  CHECK(account.count("event") == 2);
  CHECK(account.count("bill") == 2);
}
