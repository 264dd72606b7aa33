#include "catalogue/read.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "catalogue/tables.h"

namespace okapi::catalogue {
namespace {

namespace fs = std::filesystem;

// A catalogue on disk: the smallest that compiles, with some of its files replaced.
class Folder {
 public:
  explicit Folder(const std::map<std::string, std::string>& replaced) {
    fs::remove_all(root_);
    std::map<std::string, std::string> files = {
        {"enums.yaml", "colour: [red, green]\n"},
        {"stripe.yaml",
         "api_version: 2026-10-28.endive\nevent_types: [x.made]\nv2_event_types: []\n"},
        {"cows.yaml",
         "object: cow\nfields:\n  id: string\n  colour: $colour\noperations:\n  create:\n"
         "    request: POST /v1/cows\n    params: {name*: string}\n    response: <cow>\n"},
        {"overlay/objects.yaml", "cow: {prefix: cow_, length: 12}\n"},
        {"overlay/operations.yaml", "{}\n"},
        {"overlay/words.yaml", "orders: []\n"},
        {"overlay/versions.yaml", "versions: [2026-10-28.endive]\n"}};
    for (const auto& [name, text] : replaced) files[name] = text;
    for (const auto& [name, text] : files) {
      fs::create_directories((root_ / name).parent_path());
      std::ofstream(root_ / name) << text;
    }
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(root_); }

  [[nodiscard]] const fs::path& root() const { return root_; }

 private:
  const fs::path root_ = fs::temp_directory_path() / "okapi_catalogue_test";
};

// What reading says about a file with this text; empty when nothing is wrong.
std::string fault(const std::string& name, const std::string& text) {
  const std::map<std::string, std::string> replaced = {{name, text}};
  const Folder folder(replaced);
  try {
    const Catalogue catalogue = read(folder.root());
    std::ostringstream tables;
    write_tables(catalogue, tables);
    return "";
  } catch (const Fault& found) {
    return found.what();
  }
}

TEST_CASE("a sound catalogue compiles to tables") {
  const Folder folder(std::map<std::string, std::string>{});
  const Catalogue catalogue = read(folder.root());
  CHECK(catalogue.objects.at("cow").id_prefix == "cow_");
  CHECK(catalogue.objects.at("cow").fields.at(1).words == std::vector<std::string>{"red", "green"});
  CHECK(catalogue.operations.at("cows.create").params.at(0).required);
  std::ostringstream tables;
  write_tables(catalogue, tables);
  CHECK(tables.str().find("operations_size = 1;") != std::string::npos);
}

TEST_CASE("a wrong resource file is refused with file and line") {
  struct Case {
    std::string text;
    std::string fault;
  };
  const Case cases[] = {
      {"object: cow\nfields:\n  id: strin\n", "cows.yaml:3: unknown type 'strin'"},
      {"object: cow\nfields:\n  id!: string\n", "cows.yaml:3: unknown suffix in 'id!'"},
      {"object: cow\nfields:\n  \"[]\": string\n", "cows.yaml:3: a key without a name"},
      {"object: cow\nfields:\n  a: $b\n", "cows.yaml:3: no shape or enum 'b'"},
      {"object: cow\nshapes:\n  b:\n    c: $b\nfields:\n  a: $b\n",
       "cows.yaml:4: '$b' holds itself"},
      {"object: cow\nfields:\n  a: string(x)\n",
       "cows.yaml:3: a length is expected in 'string(x)'"},
      {"object: cow\nfields:\n  a: string(70000)\n",
       "cows.yaml:3: a length is expected in 'string(70000)'"},
      {"object: cow\nfields:\n  a: ->\n", "cows.yaml:3: an object is missing"},
      {"object: cow\nfields:\n  a: ->big cow\n", "cows.yaml:3: not an object: 'big cow'"},
      {"object: cow\nfields:\n  a: <cow\n", "cows.yaml:3: '>' is missing"},
      {"object: cow\nfields:\n  a|: string\n", "cows.yaml:3: a list of alternatives is expected"},
      {"object: cow\nfields:\n  a: [[x]]\n", "cows.yaml:3: a word is expected"},
      {"object: cow\nfields: 7\n", "cows.yaml:2: a map is expected"},
      {"object: cow\nfields:\n  a: ->horse\n", "cows.yaml:1: no object 'horse'"},
      {"operations:\n  create:\n    request: PUT /v1/cows\n    response: <cow>\n",
       "cows.yaml:3: 'PUT /v1/cows' is not a method and a path"},
      {"operations:\n  create:\n    request: POST /v1/cows\n",
       "cows.yaml:1: `response` is missing"},
      {"object: cow\nfields: {id: string\n", "cows.yaml:3: end of map flow not found"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(fault("cows.yaml", c.text) == c.fault);
  }
}

TEST_CASE("two operations on one path, and one object in two files, are refused") {
  const std::string twin = "operations:\n  make:\n    request: POST /v1/cows\n    response: none\n";
  CHECK(fault("calves.yaml", twin) ==
        "cows.yaml:6: POST /v1/cows belongs to another operation already");
  CHECK(fault("calves.yaml", "object: cow\nfields: {id: string}\n") ==
        "cows.yaml:1: object 'cow' stands in two files");
}

TEST_CASE("the overlay may only speak of what is there") {
  struct Case {
    std::string file;
    std::string text;
    std::string fault;
  };
  const Case cases[] = {
      {"objects", "horse: {}\n", "overlay/objects.yaml:1: no object 'horse'"},
      {"objects", "cow: {prefixx: c_}\n", "overlay/objects.yaml:1: unknown fact 'prefixx'"},
      {"objects", "cow: {length: long}\n", "overlay/objects.yaml:1: a number is expected"},
      {"objects", "cow:\n  present:\n    - tail\n", "overlay/objects.yaml:3: nothing at 'tail'"},
      {"objects", "cow: {also: {tail: string}}\n", ""},
      {"operations", "cows.milk: {}\n", "overlay/operations.yaml:1: no operation 'cows.milk'"},
      {"operations", "cows.create, cows.milk: {}\n",
       "overlay/operations.yaml:1: no operation 'cows.milk'"},
      {"operations", "cows.create: {order: [name, name]}\n",
       "overlay/operations.yaml:1: 'name' stands twice"},
      {"operations", "cows.create: {order: [tail]}\n",
       "overlay/operations.yaml:1: nothing is called 'tail'"},
      {"operations", "cows.create: {also: {name.first: string}}\n",
       "overlay/operations.yaml:1: nothing at 'name.first'"},
      {"operations", "cows.create: {lengths: {name: 10}}\n", ""},
      {"versions", "versions: 2026\n", "overlay/versions.yaml:1: a list of words is expected"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(fault("overlay/" + c.file + ".yaml", c.text) == c.fault);
  }
}

TEST_CASE("the overlay replaces a parameter, orders words and sets lengths") {
  const Folder folder(
      {{"cows.yaml",
        "object: cow\nfields: {id: string}\noperations:\n  create:\n    request: POST /v1/cows\n"
        "    params:\n      b: string\n      colour: [green, red]\n      spots[]: {size: string}\n"
        "    response: <cow>\n"},
       {"overlay/operations.yaml",
        "cows.create:\n  also: {b: int, spots.depth: float}\n  lengths: {spots.size: 3}\n"
        "  order: [spots]\n"},
       {"overlay/words.yaml", "orders: [[red, green]]\n"}});
  const Catalogue catalogue = read(folder.root());
  const std::vector<Item>& params = catalogue.operations.at("cows.create").params;
  REQUIRE(params.size() == 3);
  CHECK(params[0].name == "spots");
  CHECK(params[0].children[0].children[0].max_length == 3);
  CHECK(params[0].children[0].children[1].kind == api::Kind::floating);
  CHECK(params[1].kind == api::Kind::integer);
  CHECK(params[2].words == std::vector<std::string>{"red", "green"});
}

}  // namespace
}  // namespace okapi::catalogue
