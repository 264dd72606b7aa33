#include "dashboard/pages.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

#include "api/error.h"
#include "dashboard/assets.h"
#include "server/browser_guard.h"

namespace okapi::dashboard {
namespace {

constexpr std::string_view root = "/dashboard";
constexpr std::string_view assets_root = "/dashboard/assets/";

// Scripts and styles are files, never text inside of a page: what a user typed cannot become one.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view content_type(std::string_view name) {
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "text/html; charset=utf-8";
}

// Names of files as they stand in assets/: none leads out of the folder.
bool is_sound(std::string_view name) {
  return !name.starts_with('/') && name.find("..") == name.npos &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                  c == '.' || c == '/';
         });
}

std::optional<std::string> text_of(std::string_view name, const std::string& ui_dir) {
  if (!is_sound(name)) return std::nullopt;
  if (!ui_dir.empty()) {
    std::ifstream file(ui_dir + "/" + std::string(name), std::ios::binary);
    std::ostringstream text;
    if (!(text << file.rdbuf())) return std::nullopt;
    return std::move(text).str();
  }
  const auto assets = embedded_assets();
  const auto found = std::ranges::find(assets, name, &Asset::name);
  if (found == assets.end()) return std::nullopt;
  return std::string(found->text);
}

std::optional<std::string_view> asset_of(const api::Request& request) {
  const std::string_view path = request.path();
  if (path.starts_with(assets_root)) return path.substr(assets_root.size());
  if (path == root || (path.starts_with(root) && path[root.size()] == '/')) return "index.html";
  const bool browses =
      api::header(request.headers, "Accept").find("text/html") != std::string_view::npos;
  if (path == "/" && browses) return "index.html";
  return std::nullopt;
}

}  // namespace

std::optional<api::Response> page(const api::Request& request, const Settings& settings) {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  const std::optional<std::string_view> asset = asset_of(request);
  if (!asset) return std::nullopt;
  server::refuse_foreign_pages(request, settings.allowed_hosts);
  std::optional<std::string> text = text_of(*asset, settings.ui_dir);
  if (!text) throw api::unrecognized_url(request.method, request.path());
  api::Response response;
  response.body = std::move(*text);
  response.content_type = content_type(*asset);
  response.headers = {{"Cache-Control", "no-cache"},
                      {"Content-Security-Policy", std::string(policy)},
                      {"Referrer-Policy", "no-referrer"},
                      {"Vary", "Accept"},
                      {"X-Content-Type-Options", "nosniff"}};
  return response;
}

}  // namespace okapi::dashboard
