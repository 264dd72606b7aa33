// Files come back byte by byte: with the key of their account, and by a link without one.
#include <string>

#include <doctest/doctest.h>

#include "app.h"
#include "base/json.h"
#include "tests/transcript/world.h"

namespace okapi {
namespace {

class Client {
 public:
  Client() : dispatch_(registry(), api::Settings{}, transcript::quiet_options()) {
    dispatch_.set_ready(true);
  }

  api::Response send(const std::string& method, const std::string& target,
                     const std::string& body = {}, const std::string& type = {},
                     const std::string& key = "sk_test_files") {
    api::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    if (!key.empty()) request.headers.emplace_back("Authorization", "Bearer " + key);
    if (!type.empty()) request.headers.emplace_back("Content-Type", type);
    return dispatch_.handle(request);
  }
  Json upload(const std::string& bytes) {
    const api::Response made =
        send("POST", "/v1/files",
             "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\npci_document\r\n"
             "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n"
             "Content-Type: application/pdf\r\n\r\n" +
                 bytes + "\r\n--x--\r\n",
             "multipart/form-data; boundary=x");
    REQUIRE(made.status == 200);
    return Json::parse(made.body);
  }

 private:
  server::Dispatch dispatch_;
};

std::string path_of(const Json& object) {
  const std::string& url = text(object, "url");
  return url.substr(url.find('/', url.find("://") + 3));
}

}  // namespace

TEST_CASE("a file comes back as it went") {
  Client client;
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  const std::string path = path_of(client.upload(bytes));
  const api::Response got = client.send("GET", path);
  CHECK(got.body == bytes);
  CHECK(got.content_type == "application/pdf");
  CHECK(client.send("GET", path, {}, {}, "sk_test_stranger").status == 404);
  CHECK(client.send("GET", path, {}, {}, "").status == 401);
}

TEST_CASE("a link needs no key, and ends") {
  Client client;
  const std::string file = text(client.upload("secret"), "id");
  const std::string form = "application/x-www-form-urlencoded";
  const Json link = Json::parse(client.send("POST", "/v1/file_links", "file=" + file, form).body);
  CHECK(client.send("GET", path_of(link), {}, {}, "").body == "secret");
  CHECK(client.send("GET", path_of(link) + "x", {}, {}, "").status == 404);
  CHECK(client.send("GET", "/links/acct_none/link_none", {}, {}, "").status == 404);
  client.send("POST", "/v1/file_links/" + text(link, "id"), "expires_at=now", form);
  CHECK(client.send("GET", path_of(link), {}, {}, "").status == 404);
}

}  // namespace okapi
