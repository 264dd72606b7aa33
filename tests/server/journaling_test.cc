// --journal from the server's side: what a second life of the program has of the first.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "store/journal_file.h"
#include "tests/server/small_server.h"

namespace okapi {
namespace {

struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "okapi-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

struct Kept : SmallServer {
  explicit Kept(const Folder& folder)
      : SmallServer(server::Options{.journal = folder.path / "journal"}) {
    loaded = dispatch->load_journal();
    dispatch->begin_journal();
  }
  bool loaded = false;
};

// The request's answer has left, so what it says is on disk: a crash from here on undoes nothing.
api::Response sent(SmallServer& server, const std::string& method, const std::string& target,
                   const std::string& body = {}, api::Headers headers = {}) {
  api::Response response = server.send(method, target, body, std::move(headers));
  if (const auto unkept = server.dispatch->unkept()) {
    std::promise<bool> kept;
    unkept([&](bool is_kept) { kept.set_value(is_kept); });
    REQUIRE(kept.get_future().get());
  }
  return response;
}

// What a kill leaves: the file as it is at this moment.
void crash(const Folder& from, const Folder& to) {
  std::filesystem::copy_file(from.path / "journal", to.path / "journal");
}

TEST_CASE("a crashed server comes back with what it answered, and answers keys as before") {
  const Folder first;
  const Folder second;
  std::string id;
  std::string body;
  std::string declined;
  {
    Kept server(first);
    CHECK_FALSE(server.loaded);
    const api::Response made =
        sent(server, "POST", "/v1/customers", "name=Ada", {{"Idempotency-Key", "k"}});
    REQUIRE(made.status == 200);
    body = made.body;
    id = text(Json::parse(body), "id");
    declined = sent(server, "POST", "/v1/customers", "nme=Ada", {{"Idempotency-Key", "bad"}}).body;
    crash(first, second);
    sent(server, "POST", "/v1/customers", "name=Later");
  }
  Kept again(second);
  CHECK(again.loaded);
  CHECK(again.customers() == 1);
  const api::Response replayed =
      again.send("POST", "/v1/customers", "name=Ada", {{"Idempotency-Key", "k"}});
  CHECK(replayed.body == body);
  CHECK(again.customers() == 1);
  CHECK(again.refusal("POST", "/v1/customers", "name=Bob", {{"Idempotency-Key", "k"}})
            .starts_with("400 Keys for idempotent requests"));
  CHECK(again.get("/_okapi/events").at("data").size() == 1);
  // Ids go on where they were.
  CHECK(again.create_customer("Next") != id);
}

TEST_CASE("resets, snapshots, connected accounts and the clock come back") {
  const Folder first;
  const Folder second;
  {
    Kept server(first);
    server.create_customer("one");
    server.post("/_okapi/snapshots", "name=early");
    server.create_customer("two");
    server.post("/_okapi/clock", "advance=1d");
    sent(server, "POST", "/v1/customers", "name=there",
         {{"Stripe-Account", "acct_1AAAAAAAAAAAAAAA"}});
    SmallServer& other = server;
    other.key = "sk_test_b";
    other.create_customer("gone");
    other.post("/_okapi/reset");
    other.create_customer("kept");
    sent(server, "GET", "/v1/customers");
    crash(first, second);
  }
  Kept again(second);
  CHECK(again.customers() == 2);
  CHECK(integer(again.get("/_okapi/clock"), "now") == start + day);
  again.post("/_okapi/snapshots/early/restore");
  CHECK(again.customers() == 1);
  CHECK(integer(again.get("/_okapi/clock"), "now") == start);
  const api::Response there =
      again.send("GET", "/v1/customers", {}, {{"Stripe-Account", "acct_1AAAAAAAAAAAAAAA"}});
  CHECK(Json::parse(there.body).at("data").size() == 1);
  again.key = "sk_test_b";
  CHECK(again.customers() == 1);
}

TEST_CASE("an idempotency key that a reset freed is free after a crash, too") {
  const Folder first;
  const Folder second;
  {
    Kept server(first);
    sent(server, "POST", "/v1/customers", "name=Ada", {{"Idempotency-Key", "k"}});
    server.post("/_okapi/reset");
    sent(server, "GET", "/v1/customers");
    crash(first, second);
  }
  Kept again(second);
  CHECK(sent(again, "POST", "/v1/customers", "name=Bob", {{"Idempotency-Key", "k"}}).status == 200);
}

TEST_CASE("a journal that was rewritten at each start stays the same world") {
  const Folder folder;
  std::uintmax_t size = 0;
  for (int life = 0; life < 5; ++life) {
    Kept server(folder);
    if (life == 0) {
      for (int i = 0; i < 20; ++i) server.create_customer("n" + std::to_string(i));
      server.post("/_okapi/snapshots", "name=s");
    }
    CHECK(server.customers() == 20);
    const std::uintmax_t now = std::filesystem::file_size(folder.path / "journal");
    if (life > 1) CHECK(now == size);
    size = now;
  }
}

TEST_CASE("nothing is answered that is not on disk, and all goes on when there is room") {
  const Folder folder;
  Kept server(folder);
  sent(server, "POST", "/v1/customers", "name=Ada");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit tight = before;
  tight.rlim_cur = std::filesystem::file_size(folder.path / "journal") + 10;
  setrlimit(RLIMIT_FSIZE, &tight);
  (void)server.send("POST", "/v1/customers", "name=Bob");
  const auto unkept = server.dispatch->unkept();
  std::promise<bool> kept;
  REQUIRE(unkept);
  unkept([&](bool is_kept) { kept.set_value(is_kept); });
  CHECK_FALSE(kept.get_future().get());
  CHECK(server.refusal("GET", "/v1/customers").starts_with("503 okapi cannot write the journal"));
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK(server.customers() == 2);
}

}  // namespace
}  // namespace okapi
