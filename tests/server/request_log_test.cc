#include "server/request_log.h"

#include <string>

#include <doctest/doctest.h>

#include "base/json.h"

namespace okapi::server {
namespace {

RequestRecord record(const std::string& id, const std::string& account = "acct_1") {
  RequestRecord made;
  made.at = 1'793'188'800;
  made.request_id = id;
  made.account = account;
  made.method = "POST";
  made.target = "/v1/customers?x=1";
  made.operation = "customers.create";
  made.version = "2026-10-28.endive";
  made.status = 400;
  made.error_code = "parameter_missing";
  made.microseconds = 1234;
  return made;
}

TEST_CASE("a request is one line of key=value") {
  CHECK(log_line(record("req_1"), false) ==
        "time=2026-10-28T12:00:00.000Z request_id=req_1 account=acct_1 method=POST "
        "path=/v1/customers "
        "operation=customers.create version=2026-10-28.endive status=400 error=parameter_missing "
        "ms=1.23");
}

TEST_CASE("text of a client cannot forge a line or a field") {
  RequestRecord forged = record("req_1");
  forged.target = "/v1/a\nstatus=200 x=\"y\"";
  const std::string line = log_line(forged, false);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find("path=\"/v1/a\\nstatus=200 x=\\\"y\\\"\"") != std::string::npos);
}

TEST_CASE("as JSON it parses") {
  RequestRecord made = record("req_1");
  made.target = "/v1/\"\n";
  const Json line = Json::parse(log_line(made, true));
  CHECK(line.at("status") == 400);
  CHECK(line.at("path") == "/v1/\"\n");
  CHECK(line.at("replayed") == false);
}

TEST_CASE("the newest come first, the oldest are overwritten") {
  RequestLog log({.quiet = true, .json = false, .most_records = 3});
  for (int i = 1; i <= 5; ++i) log.add(record("req_" + std::to_string(i), i == 4 ? "b" : "a"));
  const auto ids = [&](const std::string& account, std::size_t most) {
    std::string out;
    for (const RequestRecord& one : log.newest(account, most)) out += one.request_id + " ";
    return out;
  };
  CHECK(ids("", 10) == "req_5 req_4 req_3 ");
  CHECK(ids("", 2) == "req_5 req_4 ");
  CHECK(ids("a", 10) == "req_5 req_3 ");
  CHECK(log.count() == 5);
  RequestRecord found;
  CHECK(log.find("req_4", found));
  CHECK(found.account == "b");
  CHECK_FALSE(log.find("req_1", found));
  log.forget("a");
  CHECK(ids("", 10) == "req_4 ");
}

TEST_CASE("a long body is cut") {
  RequestLog log({.quiet = true, .json = false, .most_records = 3});
  RequestRecord big = record("req_1");
  big.body = std::string(1 << 20, 'x');
  log.add(std::move(big));
  RequestRecord found;
  REQUIRE(log.find("req_1", found));
  CHECK(found.body.size() == RequestLog::longest_body);
}

}  // namespace
}  // namespace okapi::server
