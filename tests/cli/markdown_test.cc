#include "cli/markdown.h"

#include <doctest/doctest.h>

#include "cli/curl.h"

using namespace okapi::cli;

namespace {

std::vector<std::string> commands_of(std::string_view page) {
  std::vector<std::string> commands;
  for (const CurlExample& example : find_curl_examples(page)) {
    std::string joined;
    for (const std::string& word : shell_words(example.command)) {
      if (!joined.empty()) joined += '|';
      joined += word;
    }
    commands.push_back(joined);
  }
  return commands;
}

}  // namespace

TEST_CASE("the curl commands of a page are found wherever pages put them") {
  struct Case {
    std::string name;
    std::string page;
    std::vector<std::string> commands;
  };
  const Case cases[] = {
      {"a fenced block with continued lines",
       "Text.\n```sh\ncurl /v1/a \\\n  -d x=1\n```\nMore.",
       {"curl|/v1/a|-d|x=1"}},
      {"two commands in one block",
       "```\ncurl /v1/a\ncurl /v1/b -d y=2\n```",
       {"curl|/v1/a", "curl|/v1/b|-d|y=2"}},
      {"a block flattened onto one line",
       "First: ```curl curl https://h/v1/a \\ -u \"<>:\" \\ -d name=\"A b\" ``` then ```curl curl "
       "/v1/b ```",
       {"curl|https://h/v1/a|-u|<>:|-d|name=A b", "curl|/v1/b"}},
      {"two commands flattened into one block",
       "``` curl /v1/a -d x=1 curl /v1/b ```",
       {"curl|/v1/a|-d|x=1", "curl|/v1/b"}},
      {"other languages are left alone", "```js\nstripe.customers.create()\n```", {}},
      {"a shell prompt in front", "```console\n$ curl /v1/a\n{ \"id\": 1 }\n```", {"curl|/v1/a"}},
      {"a word that only begins with curl", "```\ncurling /v1/a\n```", {}},
      {"a newline inside quotes belongs to the command",
       "```\ncurl /v1/a -d 'x=1\n2'\n```",
       {"curl|/v1/a|-d|x=1\n2"}},
      {"a transcript",
       "# prose\n\n$ curl /v1/a \\\n    -d x=1\n< 200\n\n$ curl /v1/b\n",
       {"curl|/v1/a|-d|x=1", "curl|/v1/b"}},
      {"a fence that never closes", "```\ncurl /v1/a\n", {}},
      {"an empty page", "", {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(commands_of(c.page) == c.commands);
  }
}

TEST_CASE("an example knows the line that it begins on") {
  const std::vector<CurlExample> found =
      find_curl_examples("one\n```\n\ncurl /v1/a\ncurl /v1/b\n```");
  REQUIRE(found.size() == 2);
  CHECK(found[0].line == 4);
  CHECK(found[1].line == 5);
}
