#include "server/downloads.h"

#include "api/error.h"
#include "api/form.h"
#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "server/accounts.h"
#include "server/auth.h"

namespace okapi::server {
namespace {

constexpr std::string_view files = "/v1/files/";
constexpr std::string_view contents = "/contents";
constexpr std::string_view links = "/links/";

// "file_…" of /v1/files/file_…/contents; empty for other paths.
std::string_view file_in(std::string_view path) {
  if (!path.starts_with(files) || !path.ends_with(contents)) return {};
  if (path.size() <= files.size() + contents.size()) return {};
  const std::string_view id =
      path.substr(files.size(), path.size() - files.size() - contents.size());
  return id.find('/') == id.npos ? id : std::string_view();
}

api::Response bytes_of(const store::Account& account, const std::string& file) {
  const store::Document stored = account.find_committed("okapi.file_contents", file);
  if (!stored) throw api::no_such_in_path("file", file, "file");
  api::Response response;
  response.body = decode_base64(text(*stored, "data"));
  response.content_type = text(*stored, "content_type");
  if (response.content_type.empty()) response.content_type = "application/octet-stream";
  // An uploaded page must not run as one of okapi's own.
  response.headers = {{"Content-Security-Policy", "sandbox"},
                      {"X-Content-Type-Options", "nosniff"}};
  return response;
}

// Whoever has the link may look: it names the account, and the link in it.
api::Response by_link(std::string_view path, Accounts& accounts) {
  path.remove_prefix(links.size());
  const std::size_t slash = path.find('/');
  World* world = slash == path.npos ? nullptr : accounts.find(path.substr(0, slash));
  const std::string id(slash == path.npos ? path : path.substr(slash + 1));
  const store::Document link =
      world != nullptr ? world->store.find_committed("file_link", id) : store::Document();
  if (!link) throw api::no_such_in_path("file link", id, "link");
  const auto expires_at = maybe_integer(*link, "expires_at");
  if (expires_at && *expires_at <= world->store.clock().now()) {
    throw api::no_such_in_path("file link", id, "link");
  }
  return bytes_of(world->store, text(*link, "file"));
}

}  // namespace

bool is_download(const api::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") return false;
  return request.path().starts_with(links) || !file_in(request.path()).empty();
}

api::Response download(const api::Request& request, Accounts& accounts, const Options& options) {
  const std::string_view path = request.path();
  if (path.starts_with(links)) return by_link(path, accounts);
  const World& world = *identify(request, accounts, options).world;
  return bytes_of(world.store, api::percent_decode(file_in(path), false));
}

}  // namespace okapi::server
