#include "server/fixtures.h"

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/server/small_server.h"

using namespace okapi;

namespace {

std::map<std::string, std::string> play(SmallServer& server, const std::string& yaml) {
  std::istringstream in(yaml);
  return server::send_fixture(*server.dispatch, in, "world.yaml");
}

// The sentence the fixture is refused with; empty when it was played.
std::string refusal(const std::string& yaml) {
  SmallServer server;
  try {
    play(server, yaml);
    return {};
  } catch (const server::FixtureError& error) {
    return error.what();
  }
}

// The raw body of the newest POST.
std::string sent_body(SmallServer& server) {
  server.key = "sk_test_okapi";
  return text(server.get("/_okapi/requests?method=POST").at("data").at(0), "body");
}

}  // namespace

TEST_CASE("steps are sent in order, and what they save is filled in below") {
  SmallServer server;
  const auto saved = play(server, R"(
description: two customers
key: sk_test_world
steps:
  - post: /v1/customers
    params: {name: Jenny Rosen}
    save: CUSTOMER_ID
  - post: /v1/customers/{{CUSTOMER_ID}}
    params:
      name: "{{CUSTOMER_ID}} & {{ CUSTOMER_ID }}"
    save: {NAME: name, CREATED: created}
  - get: /v1/customers
    params: {limit: 1}
    save: {LISTED: data.0.name}
  - get: /v1/customers/cus_none
    expect: 404
  - post: /v1/customers
    key: sk_test_other
)");
  const std::string id = saved.at("CUSTOMER_ID");
  CHECK(saved.at("NAME") == id + " & " + id);
  CHECK(saved.at("LISTED") == saved.at("NAME"));
  CHECK(saved.at("CREATED") == std::to_string(start));
  server.key = "sk_test_world";
  CHECK(server.customers() == 1);
  server.key = "sk_test_other";
  CHECK(server.customers() == 1);
}

TEST_CASE("scalars are sent as they are written") {
  struct Case {
    std::string yaml;
    std::string sent;
  };
  const Case cases[] = {
      {"0123", "0123"},
      {"no", "no"},
      {"1e3", "1e3"},
      {"0x1F", "0x1F"},
      {"1_000", "1_000"},
      {"true", "true"},
      {"'yes'", "yes"},
      {"2026-11-01", "2026-11-01"},
      {"~", ""},
      {"", ""},
      {"''", ""},
      {"[]", ""},
      {"1.10", "1.10"},
      {"\"a\\tb\"", "a%09b"},

      {"!!int 7", "7"},
      {"|\n        two\n        lines", "two%0Alines%0A"},
      {"{{now}}", std::to_string(start)},
      {"{{now+1d}}", std::to_string(start + day)},
      {"'{{now-2h}}'", std::to_string(start - 2 * hour)},
      {"'{{2026-11-01}}'", "1793491200"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.yaml);
    SmallServer server;
    const std::string fixture =
        "steps:\n  - post: /v1/customers\n    params:\n      name: " + c.yaml + "\n";
    play(server, fixture);
    CHECK(sent_body(server) == "name=" + c.sent);
  }
}

TEST_CASE("nested params become the form's brackets, in the order they are written") {
  SmallServer server;
  play(server, R"(
steps:
  - post: /v1/customers
    params:
      name: A
      metadata: {b&c: "1=2", a: }
      preferred_locales: [de, en-GB]
      address:
        city: Zürich
      tax_id_data:
        - {type: eu_vat, value: "1"}
        - {type: gb_vat, value: "2"}
    expect: 200
)");
  CHECK(sent_body(server) ==
        "name=A&metadata[b%26c]=1%3D2&metadata[a]=&preferred_locales[0]=de&"
        "preferred_locales[1]=en-GB&address[city]=Z%C3%BCrich&tax_id_data[0][type]=eu_vat&"
        "tax_id_data[0][value]=1&tax_id_data[1][type]=gb_vat&tax_id_data[1][value]=2");
}

TEST_CASE("aliases repeat what they name") {
  SmallServer server;
  const auto saved = play(server, R"(
steps:
  - post: /v1/customers
    params: &jenny {name: Jenny}
    save: A
  - post: /v1/customers
    params: *jenny
    save: {B: name}
)");
  CHECK(saved.at("B") == "Jenny");
}

TEST_CASE("steps set and advance the account's clock") {
  SmallServer server;
  const auto saved = play(server, R"(
steps:
  - now: 2026-12-31T10:00:00Z
  - advance: 2mo
  - post: /v1/customers
    save: {CREATED: created}
  - now: "{{now+1d}}"
  - post: /v1/customers
    save: {LATER: created}
)");
  CHECK(saved.at("CREATED") == std::to_string(*parse_time("2027-02-28T10:00:00Z")));
  CHECK(saved.at("LATER") == std::to_string(*parse_time("2027-03-01T10:00:00Z")));
}

TEST_CASE("a v2 request is sent as JSON, of strings") {
  SmallServer server;
  play(server, R"(
steps:
  - post: /v2/billing/meter_events
    params:
      event_name: tokens
      payload: {stripe_customer_id: cus_1, value: 25}
    expect: 501
)");
  CHECK(sent_body(server) ==
        R"({"event_name":"tokens","payload":{"stripe_customer_id":"cus_1","value":"25"}})");
}

TEST_CASE("a fixture that cannot be played is refused with file, line and remedy") {
  struct Case {
    std::string name;
    std::string yaml;
    std::string sentence;
  };
  const Case cases[] = {
      {"nothing", "", "world.yaml, line 1: a fixture is a map with the key steps"},
      {"a list", "- post: /v1/customers", "line 1: a fixture is a map with the key steps"},
      {"no steps", "name: x", "line 1: steps must be there and be a list of requests"},
      {"steps are a map", "name: x\nsteps:\n  a: b", "line 3: steps must be there and be a list"},
      {"unknown key", "steps: []\nsetps: []",
       "line 2: the key setps is not known here; these are: name, description, key, steps"},
      {"unknown key of a step", "steps:\n  - post: /v1/customers\n    parms: {}",
       "line 3: the key parms is not known here; these are: post, params, save, expect, key"},
      {"two actions", "steps:\n  - post: /v1/customers\n    get: /v1/customers",
       "line 2: a step has one of post and get"},
      {"no action", "steps:\n  - params: {}", "line 2: a step has one of post, get, delete, now"},
      {"a step that is no map", "steps:\n  - post", "line 2: a step is a map such as"},
      {"another path", "steps:\n  - post: /_okapi/reset", "line 2: the path begins with /v1/ or"},
      {"params are a list", "steps:\n  - post: /v1/customers\n    params: [a]",
       "line 3: params must be a map"},
      {"duplicate key",
       "steps:\n  - post: /v1/customers\n    params:\n      name: a\n      name: b",
       "line 5: the key name stands twice; take one of them out"},
      {"merge key", "a: &a {b: c}\nsteps:\n  - <<: *a", "line 3: merge keys (<<) are not read"},
      {"unsaved name", "steps:\n  - post: /v1/customers\n    params: {name: \"{{NOBODY}}\"}",
       "line 3: nothing was saved as NOBODY; save it in a step before this one"},
      {"refused request", "steps:\n\n  - post: /v1/customers\n    params: {nmae: a}",
       "world.yaml, line 3: POST /v1/customers answered 400 and not 200: Received unknown "
       "parameter: nmae"},
      {"unexpected success", "steps:\n  - post: /v1/customers\n    expect: 402",
       "line 2: POST /v1/customers answered 200 and not 402"},
      {"nothing to save", "steps:\n  - post: /v1/customers\n    save: {X: nickname}",
       "line 3: the answer has no nickname to be saved as X"},
      {"bad span", "steps:\n  - advance: soon", "line 2: POST /_okapi/clock answered 400"},
      {"live key", "key: sk_live_1\nsteps:\n  - post: /v1/customers",
       "line 3: POST /v1/customers answered 401"},
      {"not YAML", "steps:\n  - post: [", "line 2: this is not YAML"},
      {"bad escape", "steps:\n  - post: \"\\q\"", "line 2: this is not YAML"},
      {"documents without end", ",steps: []", "line 1: a second YAML document begins"},
      {"two documents", "steps: []\n---\nsteps: []", "line 3: a second YAML document begins"},
      {"not UTF-8", "steps: [\xff]", "world.yaml: the fixture is not text in UTF-8"},
      {"NUL", std::string("steps: [\0]", 10), "world.yaml: the fixture is not text in UTF-8"},
      {"endless alias", "steps: &a [*a]", "line 1: "},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string said = refusal(c.yaml);
    CAPTURE(said);
    CHECK(said.find(c.sentence) != std::string::npos);
  }
}

TEST_CASE("aliases cannot explode and nesting cannot overflow") {
  // Nine levels of nine aliases each stand for 387 million values.
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level < 9; ++level) {
    const std::string below = "*a" + std::to_string(level - 1);
    std::string line = "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + below;
    for (int i = 1; i < 9; ++i) line += ", " + below;
    bomb += line + "]\n";
  }
  CHECK(refusal(bomb + "steps: []").find("aliases make more than 200,000 values") !=
        std::string::npos);
  for (const std::string bracket : {"[", "{", "- ", "? "}) {
    std::string deep = "steps: \n  ";
    for (int i = 0; i < 100'000; ++i) deep += bracket;
    CHECK_FALSE(refusal(deep).empty());
  }
}

TEST_CASE("a fixture that is not there is named") {
  SmallServer server;
  try {
    server::send_fixture(*server.dispatch, "/nowhere/world.yaml");
    FAIL("a file that is not there was read");
  } catch (const server::FixtureError& error) {
    CHECK(std::string(error.what()) ==
          "cannot read the fixture /nowhere/world.yaml (No such file or directory): give the path "
          "of a YAML file with steps");
  }
  CHECK_THROWS_AS(server::send_fixture(*server.dispatch, std::filesystem::temp_directory_path()),
                  server::FixtureError);
}
