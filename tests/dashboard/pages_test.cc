#include "dashboard/pages.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "api/error.h"
#include "dashboard/assets.h"

namespace okapi::dashboard {
namespace {

namespace fs = std::filesystem;

api::Request get(std::string target, api::Headers headers = {}) {
  headers.emplace_back("Host", "127.0.0.1:12111");
  return {.method = "GET",
          .target = std::move(target),
          .body = {},
          .headers = std::move(headers),
          .remote = {}};
}

int refused_with(const api::Request& request, const Settings& settings = {}) {
  try {
    (void)page(request, settings);
  } catch (const api::ApiError& error) {
    return error.status;
  }
  return 0;
}

TEST_CASE("every file of assets/ is in the program as it is") {
  const fs::path folder = fs::path(OKAPI_SOURCE_DIR) / "mock" / "dashboard" / "assets";
  std::set<std::string> names;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) names.insert(fs::relative(entry.path(), folder).string());
  }
  REQUIRE(names.size() > 30);
  CHECK(embedded_assets().size() == names.size());
  for (const Asset& asset : embedded_assets()) {
    const std::string name(asset.name);
    CAPTURE(name);
    CHECK(names.contains(name));
    const auto built_in = page(get("/dashboard/assets/" + name), {});
    const auto on_disk = page(get("/dashboard/assets/" + name), {.ui_dir = folder.string()});
    REQUIRE(built_in);
    REQUIRE(on_disk);
    CHECK(built_in->body == on_disk->body);
  }
}

TEST_CASE("which addresses are the dashboard's") {
  struct Case {
    std::string target;
    std::string accept;
    bool is_page;
  };
  const Case cases[] = {
      {"/", "text/html,*/*;q=0.8", true},
      {"/", "*/*", false},
      {"/", "", false},
      {"/dashboard", "", true},
      {"/dashboard/customers/cus_1?by=day", "*/*", true},
      {"/dashboards", "text/html", false},
      {"/v1/customers", "text/html", false},
      {"/_okapi/clock", "text/html", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.target);
    CHECK(page(get(c.target, {{"Accept", c.accept}}), {}).has_value() == c.is_page);
  }
  api::Request post = get("/dashboard");
  post.method = "POST";
  CHECK_FALSE(page(post, {}));
}

TEST_CASE("files are found by their names alone") {
  for (const char* name :
       {"none.js", "", "../pages.cc", "/etc/passwd", "css/../app.js", "APP.JS", "app.js%00", "."}) {
    CAPTURE(name);
    const fs::path folder = fs::path(OKAPI_SOURCE_DIR) / "mock" / "dashboard" / "assets";
    CHECK(refused_with(get(std::string("/dashboard/assets/") + name)) == 404);
    CHECK(refused_with(get(std::string("/dashboard/assets/") + name),
                       {.ui_dir = folder.string()}) == 404);
  }
}

TEST_CASE("pages of other sites are refused, known hosts are not") {
  CHECK(refused_with(get("/dashboard", {{"Origin", "https://evil.example"}})) == 403);
  CHECK(refused_with(get("/dashboard", {{"Sec-Fetch-Site", "cross-site"}})) == 403);
  api::Request request = get("/dashboard");
  request.headers = {{"Host", "okapi:12111"}};
  CHECK(refused_with(request) == 403);
  CHECK(refused_with(request, {.ui_dir = {}, .allowed_hosts = {"okapi"}}) == 0);
}

}  // namespace
}  // namespace okapi::dashboard
