#include "api/form.h"

#include <string>

#include <doctest/doctest.h>

#include "api/error.h"

namespace okapi::api {
namespace {

// {"a":{"b":"1"}} of a tree; elements by position are written as "".
std::string shown(const FormNode& node) {
  std::string out;
  if (node.is_leaf) out += "'" + node.value + "'";
  if (node.children.empty()) return out;
  out += "{";
  for (const auto& [key, child] : node.children) {
    if (out.back() != '{') out += ",";
    out += key + ":" + shown(child);
  }
  return out + "}";
}

std::string message_of(std::string_view query, std::string_view body) {
  try {
    (void)parse_form(query, body);
    return "";
  } catch (const ApiError& error) {
    return error.message;
  }
}

TEST_CASE("bracketed keys become a tree") {
  struct Case {
    std::string name;
    std::string form;
    std::string tree;
  };
  const Case cases[] = {
      {"nothing", "", ""},
      {"a scalar", "a=1", "{a:'1'}"},
      {"a nested hash", "a[b][c]=1", "{a:{b:{c:'1'}}}"},
      {"brackets as percent codes", "a%5Bb%5D=1", "{a:{b:'1'}}"},
      {"array by index", "a[0]=x&a[1]=y", "{a:{0:'x',1:'y'}}"},
      {"array by position", "a[]=x&a[]=y", "{a:{:'x',:'y'}}"},
      {"array of hashes by index", "a[0][b]=1&a[1][b]=2", "{a:{0:{b:'1'},1:{b:'2'}}}"},
      {"a key seen again starts the next element", "a[][b]=1&a[][c]=2&a[][b]=3",
       "{a:{:{b:'1',c:'2'},:{b:'3'}}}"},
      {"a deeper key seen again too", "a[][b][c]=1&a[][b][d]=2&a[][b][c]=3",
       "{a:{:{b:{c:'1',d:'2'}},:{b:{c:'3'}}}}"},
      {"arrays inside of elements do not clash", "a[][b][]=1&a[][b][]=2&a[][c]=3",
       "{a:{:{b:{:'1',:'2'},c:'3'}}}"},
      {"an empty value", "a=", "{a:''}"},
      {"no equals sign is an empty value", "a", "{a:''}"},
      {"more equals signs belong to the value", "a=b=c", "{a:'b=c'}"},
      {"plus and percent codes", "a=b+c%20d%2Be", "{a:'b c d+e'}"},
      {"the same scalar twice: the last wins", "a=1&a=2", "{a:'2'}"},
      {"empty pairs are skipped", "&&a=1&&b=2&", "{a:'1',b:'2'}"},
      {"a clash keeps both, for params to refuse", "a=1&a[b]=2", "{a:'1'{b:'2'}}"},
      {"names are case-sensitive", "a=1&A=2", "{a:'1',A:'2'}"},
      {"an open bracket is part of the name", "a[b=1", "{a[b:'1'}"},
      {"text behind a bracket makes it a name", "a[b]c=1", "{a[b]c:'1'}"},
      {"a leading bracket makes it a name", "[a]=1", "{[a]:'1'}"},
      {"nested open brackets make it a name", "a[[b]]=1", "{a[[b]]:'1'}"},
      {"a lonely closing bracket is part of the name", "a]=1", "{a]:'1'}"},
      {"UTF-8", "a=%C3%A9", "{a:'\xC3\xA9'}"},
      {"a name without text", "=1", "{:'1'}"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(shown(parse_form("", c.form)) == c.tree);
    CHECK(shown(parse_form(c.form, "")) == c.tree);
  }
}

TEST_CASE("the query comes first and the body wins") {
  CHECK(shown(parse_form("a=1&b=2", "a=3&c=4")) == "{a:'3',b:'2',c:'4'}");
}

TEST_CASE("what cannot be decoded is refused") {
  struct Case {
    std::string name;
    std::string form;
  };
  std::string deep = "a";
  for (int i = 0; i < 20; ++i) deep += "[b]";
  std::string many;
  for (int i = 0; i < 10'001; ++i) many += "a" + std::to_string(i) + "=1&";
  const Case cases[] = {
      {"a cut percent code", "a=%"},
      {"half a percent code", "a=%4"},
      {"not hexadecimal", "a=%zz"},
      {"a broken code in a key", "a%=1"},
      {"a NUL", "a=%00"},
      {"a stray continuation byte", "a=%80"},
      {"an overlong slash", "a=%C0%AF"},
      {"a surrogate", "a=%ED%A0%80"},
      {"beyond Unicode", "a=%F4%90%80%80"},
      {"a raw bad byte", "a=\xff"},
      {"21 levels", deep + "=1"},
      {"10,001 pairs", many},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(
        message_of("", c.form).starts_with("The parameters of this request could not be decoded."));
  }
}

TEST_CASE("20 levels and 10,000 pairs are accepted") {
  std::string deep = "a";
  for (int i = 0; i < 19; ++i) deep += "[b]";
  CHECK(message_of("", deep + "=1").empty());
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "a[k" + std::to_string(i) + "]=1&";
  const FormNode form = parse_form("", many);
  REQUIRE(form.find("a") != nullptr);
  CHECK(form.find("a")->children.size() == 10'000);
  REQUIRE(form.find("a")->find("k9999") != nullptr);
  CHECK(form.find("a")->find("k9999")->value == "1");
  CHECK(form.find("a")->find("k10000") == nullptr);
}

TEST_CASE("many elements by position do not hide named ones") {
  std::string mixed;
  for (int i = 0; i < 40; ++i) mixed += "a[]=x&";
  const FormNode form = parse_form("", mixed + "a[5]=y&a[5]=z&a[]=last");
  const FormNode& a = *form.find("a");
  CHECK(a.children.size() == 42);
  REQUIRE(a.find("5") != nullptr);
  CHECK(a.find("5")->value == "z");
  CHECK(a.children.back().node.value == "last");
}

TEST_CASE("ten thousand elements that all clash stay quick and whole") {
  std::string hashes;
  for (int i = 0; i < 5000; ++i) hashes += "a[][b]=1&a[][c]=2&";
  const FormNode form = parse_form("", hashes);
  CHECK(form.find("a")->children.size() == 5000);
}

TEST_CASE("percent_decode leaves broken codes alone") {
  CHECK(percent_decode("a%2Fb+c", false) == "a/b+c");
  CHECK(percent_decode("a%2Fb+c", true) == "a/b c");
  CHECK(percent_decode("100%", true) == "100%");
  CHECK(percent_decode("%4", true) == "%4");
}

}  // namespace
}  // namespace okapi::api
