#include "cli/curl.h"

#include <doctest/doctest.h>

namespace okapi::cli {
namespace {

using Words = std::vector<std::string>;

CurlCommand parse(std::string_view command) { return parse_curl(shell_words(command)); }

TEST_CASE("words are split as a shell does") {
  struct Case {
    std::string name;
    std::string text;
    Words words;
  };
  const Case cases[] = {
      {"nothing", "", {}},
      {"blanks only", " \t\n ", {}},
      {"runs of blanks part words", "a  b\tc\nd", {"a", "b", "c", "d"}},
      {"single quotes keep everything", R"('a "b" \n $c')", {R"(a "b" \n $c)"}},
      {"double quotes know four escapes", R"("a\"b\\c\$d\n")", {R"(a"b\c$d\n)"}},
      {"quotes join with what touches them",
       R"("recurring[interval]"='mon'th)",
       {"recurring[interval]=month"}},
      {"an empty word", R"(a '' b)", {"a", "", "b"}},
      {"a continued line", "a \\\n  b", {"a", "b"}},
      {"a continued line that was flattened", "a \\ b", {"a", "b"}},
      {"a continuation inside double quotes vanishes", "\"a\\\nb\"", {"ab"}},
      {"a backslash at the end continues into nothing", "a \\", {"a"}},
      {"a backslash takes the next character", R"(a\"b)", {"a\"b"}},
      {"a separator may be quoted", R"("a&b|c;d")", {"a&b|c;d"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(shell_words(c.text) == c.words);
  }
}

TEST_CASE("a command that is more than one request is refused") {
  for (const std::string text : {"curl /v1/x | jq", "a 'b", "a \"b", "a; b", "a && b", "a > b"}) {
    CAPTURE(text);
    CHECK_THROWS_AS((void)shell_words(text), CurlError);
  }
}

TEST_CASE("the method follows curl's rules") {
  struct Case {
    std::string name;
    std::string command;
    std::string method;
  };
  const Case cases[] = {
      {"no data reads", "curl /v1/a", "GET"},
      {"data writes", "curl /v1/a -d b=1", "POST"},
      {"-X decides", "curl -X DELETE /v1/a", "DELETE"},
      {"-X may touch its value", "curl -XPOST /v1/a", "POST"},
      {"-G reads with data", "curl -G /v1/a -d b=1", "GET"},
      {"-I asks for the head", "curl -I /v1/a", "HEAD"},
      {"json writes", "curl /v2/a --json '{}'", "POST"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(parse(c.command).request.method == c.method);
  }
}

TEST_CASE("data is joined, not encoded, unless asked") {
  struct Case {
    std::string name;
    std::string command;
    std::string target;
    std::string body;
  };
  const Case cases[] = {
      {"pairs are joined in order", "curl /a -d b=1 --data c=2", "/a", "b=1&c=2"},
      {"a blank stays as it is", "curl /a -d 'name=Hypernian tokens'", "/a",
       "name=Hypernian tokens"},
      {"the value is encoded", "curl /a --data-urlencode 'b=x y&z'", "/a", "b=x%20y%26z"},
      {"a value without a name is encoded", "curl /a --data-urlencode '=x y'", "/a", "x%20y"},
      {"-G moves data to the query", "curl /a -G -d b=1 -d c=2", "/a?b=1&c=2", ""},
      {"-G adds to a query", "curl '/a?x=1' -G -d b=1", "/a?x=1&b=1", ""},
      {"json is one text", "curl /a --json '{\"a\":' --json '1}'", "/a", "{\"a\":1}"},
      {"a blank in the path is encoded", "curl '/v1/products/a b'", "/v1/products/a%20b", ""},
      {"a fragment is not sent", "curl '/a?b=1#c'", "/a?b=1", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const api::Request request = parse(c.command).request;
    CHECK(request.target == c.target);
    CHECK(request.body == c.body);
  }
}

TEST_CASE("host, key and headers are taken from the documented form") {
  const CurlCommand command = parse(
      "curl https://api.stripe.com/v1/products \\\n -u \"<>:\" \\\n"
      " -H 'Idempotency-Key:  abc' -sS --max-time 3 -d name=x");
  CHECK(command.base_url == "https://api.stripe.com");
  CHECK(command.request.target == "/v1/products");
  CHECK(api::header(command.request.headers, "authorization") == "Basic PD46");
  CHECK(api::header(command.request.headers, "Idempotency-Key") == "abc");
  CHECK(api::header(command.request.headers, "Content-Type") ==
        "application/x-www-form-urlencoded");
}

TEST_CASE("a user without a colon has an empty password") {
  const auto authorization = [](std::string_view command) {
    return std::string(api::header(parse(command).request.headers, "Authorization"));
  };
  CHECK(authorization("curl /a -u sk_test_1:") == authorization("curl /a -u sk_test_1"));
  CHECK(authorization("curl /a -u a:b") == "Basic YTpi");
  CHECK(authorization("curl /a -u a:bc") == "Basic YTpiYw==");
}

TEST_CASE("a header given wins over the one that data brings") {
  const api::Request request = parse("curl /a -d '{}' -H 'content-type: application/json'").request;
  CHECK(request.headers.size() == 1);
}

TEST_CASE("what is not understood is said") {
  for (const std::string command :
       {"wget /a", "curl", "curl -d a=b", "curl /a /b", "curl /a -d", "curl /a --frobnicate",
        "curl /a -Q", "curl /a -d @file", "curl example", "curl /a -H nonsense"}) {
    CAPTURE(command);
    CHECK_THROWS_AS((void)parse(command), CurlError);
  }
}

TEST_CASE("-F makes a form of parts") {
  const CurlCommand command = parse(
      "curl /v1/files -F purpose=pci_document -F 'file=a;b;filename=a.txt;type=text/plain' "
      "-F 'note=x;type=text/html;filename=n'");
  CHECK(command.request.method == "POST");
  const std::string boundary = "--------------------------okapi";
  CHECK(command.request.body ==
        boundary + "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\npci_document\r\n" +
            boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n" +
            "Content-Type: text/plain\r\n\r\na;b\r\n" + boundary +
            "\r\nContent-Disposition: form-data; name=\"note\"; filename=\"n\"\r\n" +
            "Content-Type: text/html\r\n\r\nx\r\n" + boundary + "--\r\n");
  CHECK_THROWS_AS((void)parse("curl /v1/files -F file=@secret"), CurlError);
  CHECK_THROWS_AS((void)parse("curl /v1/files -F file"), CurlError);
}

}  // namespace
}  // namespace okapi::cli
