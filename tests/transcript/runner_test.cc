#include "tests/transcript/runner.h"

#include <doctest/doctest.h>

namespace okapi::transcript {
namespace {

// A world of one counter: POST /v1/things makes one and emits thing.created, twice when asked to.
class Things {
 public:
  World world() {
    return {.send = [this](const api::Request& request) { return answer(request); }, .inspect = {}};
  }

 private:
  static api::Response json(int status, const Json& body) {
    return {.status = status, .body = body.dump(), .headers = {{"Request-Id", "req_1"}}};
  }

  api::Response answer(const api::Request& request) {
    keys_ = api::header(request.headers, "Authorization");
    if (request.path() == "/v1/events") return list_events(request);
    if (request.path() == "/v1/key") return json(200, {{"key", keys_}});
    if (request.path() == "/v1/echo") return json(200, {{"body", request.body}});
    if (request.method != "POST") return json(404, {{"error", {{"code", "gone"}}}});
    const int repeat = request.body == "twice=true" ? 2 : 1;
    for (int i = 0; i < repeat; ++i) events_.push_back("thing.created");
    return json(200, {{"id", "thing_" + std::to_string(++made_)}, {"made", made_}});
  }

  api::Response list_events(const api::Request& request) const {
    const std::string query(request.query());
    const std::size_t cursor = query.find("ending_before=evt_");
    const std::size_t from =
        cursor == std::string::npos ? 0 : std::stoul(query.substr(cursor + 18)) + 1;
    Json data = Json::array();
    for (std::size_t i = events_.size(); i > from; --i) {
      data.push_back({{"id", "evt_" + std::to_string(i - 1)}, {"type", events_[i - 1]}});
    }
    return json(200, {{"data", data}, {"has_more", false}});
  }

  int made_ = 0;
  std::string keys_;
  std::vector<std::string> events_;
};

Outcome play(const std::string& text) {
  Things things;
  return run(parse_transcript("a.transcript", text), things.world());
}

std::string failures(const std::string& text) {
  std::string all;
  for (const std::string& failure : play(text).failures) all += failure + "\n";
  return all;
}

TEST_CASE("a transcript that is right says nothing") {
  const Outcome outcome = play(R"(# Things are counted.

$ curl https://api.stripe.com/v1/things \
    -u "<>:" -d a=b
< 200
{ "id": "thing_1",
  "made": 1 }
=> THING = id
=> REQUEST = Request-Id:
! thing.created

# A captured name may stand in a request.
$ curl /v1/echo -d id={{THING}}&request={{REQUEST}}
)");
  CHECK(outcome.requests == 1);
  CHECK(outcome.failures.size() == 1);  // '&' is not quoted
  CHECK(failures("$ curl -XPOST /v1/things\n< 200\n=> A = id\n=> B = Request-Id:\n"
                 "$ curl /v1/echo -d 'id={{A}}&r={{B}}'\n< 200\n"
                 "{\"body\": \"id={{A}}&r=req_1\"}\n") == "");
}

TEST_CASE("each expectation can fail, and names its line") {
  struct Case {
    std::string name;
    std::string text;
    std::string failure;
  };
  const Case cases[] = {
      {"right", "$ curl -X POST /v1/things\n< 200\n{\"made\": 1}\n! thing.created\n", ""},
      {"status", "$ curl /v1/things\n< 200\n", "a.transcript:2: status: expected 200, got 404"},
      {"body, on a later line",
       "$ curl -XPOST /v1/things\n< 200\n{\"id\": \"...\",\n\"made\": 2}\n",
       "a.transcript:4: made\n    expected  2\n    got       1\n"},
      {"exactly", "$ curl -XPOST /v1/things\n< 200 exactly\n{\"made\": 1}\n", "a.transcript:3: id"},
      {"a header", "$ curl -XPOST /v1/things\n< 200\n< Request-Id: req_2\n",
       "a.transcript:3: Request-Id"},
      {"any header value", "$ curl -XPOST /v1/things\n< 200\n< Request-Id: ...\n", ""},
      {"a header that must be absent", "$ curl -XPOST /v1/things\n< 200\n< Request-Id:\n",
       "a.transcript:3: Request-Id"},
      {"an absent header", "$ curl -XPOST /v1/things\n< 200\n< Etag:\n", ""},
      {"no event", "$ curl -XPOST /v1/things\n< 200\n!\n", "a.transcript:3: events"},
      {"one event too few", "$ curl /v1/things -d twice=true\n< 200\n! thing.created\n",
       "a.transcript:3: events"},
      {"events of earlier requests do not count",
       "$ curl -XPOST /v1/things\n< 200\n$ curl /v1/things\n< 404\n!\n", ""},
      {"no answer line", "$ curl -XPOST /v1/things\n", "a.transcript:1: the request has no"},
      {"a name that is not bound", "# p\n$ curl /v1/{{X}}\n< 200\n",
       "a.transcript:2: {{X}} is not bound"},
      {"a field that is not there", "$ curl -XPOST /v1/things\n< 200\n=> A = nope\n",
       "a.transcript:1: {{A}} cannot be bound"},
      {"an option curl does not have", "$ curl --nope\n< 200\n", "a.transcript:1: curl option"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string said = failures(c.text);
    if (c.failure.empty()) {
      CHECK(said == "");
    } else {
      CHECK(said.substr(0, c.failure.size()) == c.failure);
    }
  }
}

TEST_CASE("a file that breaks the format is refused with its line") {
  struct Case {
    std::string text;
    std::string message;
  };
  const Case cases[] = {
      {"words\n", "t:1: expected a line"},
      {"< 200\n", "t:1: there is no request"},
      {"$ curl /a\n< 200\n< 200\n", "t:3: the request has two answers"},
      {"$ curl /a\n< twohundred\n", "t:2: no status"},
      {"$ curl /a\n< 200 roughly\n", "t:2: expected 'exactly'"},
      {"$ curl /a -d 'x\n", "t:1: the request does not end"},
      {"$ curl /a\n=> A\n", "t:2: expected => NAME"},
      {"$ curl /a\n! a\n\n! b\n", "t:4: the events of a request stand together"},
      {"$ curl /a\n< A: b\n", "t:2: a line '< status' comes first"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    std::string message;
    try {
      (void)parse_transcript("t", c.text);
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    CHECK(message.substr(0, c.message.size()) == c.message);
  }
}

TEST_CASE("the default key stands in for none and for the documentation's") {
  const std::string bearer = "{\"key\": \"Bearer sk_test_okapi\"}\n";
  CHECK(failures("$ curl /v1/key\n< 200\n" + bearer) == "");
  CHECK(failures("$ curl /v1/key -u \"<>:\"\n< 200\n" + bearer) == "");
  CHECK(failures("$ curl /v1/key -H 'Authorization:'\n< 200\n{\"key\": \"\"}\n") == "");
  CHECK(failures("$ curl /v1/key -u sk_test_a:\n< 200\n" + bearer) != "");
}

TEST_CASE("a request may go on over quoted lines") {
  CHECK(failures("$ curl /v1/echo --json '{\n  \"a\": 1 }'\n< 200\n"
                 "{\"body\": \"{\\n  \\\"a\\\": 1 }\"}\n") == "");
}

TEST_CASE("blessing makes a transcript pass and keeps its prose") {
  const std::string before =
      "# Prose.\n"
      "$ curl /v1/things -d twice=true\n"
      "< 201\n"
      "{ \"made\": 5,  \"id\": \"...\" }\n"
      "! nothing.at_all\n"
      "\n"
      "# More.\n"
      "$ curl /v1/things\n"
      "< Request-Id: no\n";
  CHECK_THROWS((void)parse_transcript("t", before));
  const std::string wrong = before.substr(0, before.find("< Request-Id"));
  const std::string expected =
      "# Prose.\n"
      "$ curl /v1/things -d twice=true\n"
      "< 200\n"
      "{ \"made\": 1,  \"id\": \"...\" }\n"
      "! thing.created\n"
      "! thing.created\n"
      "\n"
      "# More.\n"
      "$ curl /v1/things\n"
      "< 404\n"
      "{\n"
      "  \"error\": {\n"
      "    \"code\": \"gone\"\n"
      "  }\n"
      "}\n";
  CHECK(play(wrong).blessed_text == expected);
  CHECK(failures(expected) == "");
  CHECK(play(expected).blessed_text == expected);
}

TEST_CASE("what the world finds wrong with an answer fails the request") {
  Things things;
  World world = things.world();
  world.inspect = [](const api::Request&, const api::Response&) {
    return std::vector<std::string>{"field nope is not declared"};
  };
  const Outcome outcome = run(parse_transcript("t", "$ curl -XPOST /v1/things\n< 200\n"), world);
  REQUIRE(outcome.failures.size() == 1);
  CHECK(outcome.failures[0] == "t:1: field nope is not declared");
}

}  // namespace
}  // namespace okapi::transcript
