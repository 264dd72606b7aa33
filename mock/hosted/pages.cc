#include "hosted/pages.h"

#include <algorithm>
#include <string_view>

#include "api/error.h"
#include "api/form.h"
#include "hosted/assets.h"
#include "hosted/challenge_page.h"
#include "hosted/page_list.h"
#include "hosted/script.h"
#include "hosted/view.h"
#include "server/browser_guard.h"
#include "server/dispatch.h"

namespace okapi::hosted {
namespace {

struct Route {
  std::string_view path;  // "{}" stands for one segment; the first is the account
  api::Response (*answer)(const Visit&);
};
constexpr Route routes[] = {
    {"/b/{}/{}", link_page},
    {"/c/pay/{}/{}", checkout_page},
    {"/i/{}/{}", invoice_page},
    {"/invoice/{}/{}/pdf", invoice_file},
    {"/p/session/{}/{}", portal_page},
    {"/p/login/{}/{}", portal_login_page},
    {"/credit_notes/{}/{}/pdf", credit_note_file},
};

constexpr std::string_view assets_root = "/hosted/";
constexpr std::string_view challenge_root = "/_okapi/3ds/";

// The first segment, and what is left.
std::string_view cut_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& ids) {
  ids.clear();
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = cut_segment(pattern);
    const std::string_view given = cut_segment(path);
    if (wanted == "{}") {
      if (given.empty()) return false;
      ids.push_back(api::percent_decode(given, false));
    } else if (wanted != given) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

bool is_get(const api::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

// Applications of other origins send people here: that is what the pages are for. But no page of
// theirs may fill in and send a form.
void guard(const api::Request& request, const std::vector<std::string>& allowed_hosts) {
  if (!is_get(request)) {
    server::refuse_foreign_pages(request, allowed_hosts);
    return;
  }
  api::Request bare = request;
  std::erase_if(bare.headers, [](const auto& header) {
    return header.first != "Host" && header.first != "host";
  });
  server::refuse_foreign_pages(bare, allowed_hosts);
}

std::optional<api::Response> asset(const api::Request& request) {
  const std::string_view path = request.path();
  if (!is_get(request) || !path.starts_with(assets_root)) return std::nullopt;
  const auto assets = embedded_assets();
  const auto found = std::ranges::find(assets, path.substr(assets_root.size()), &Asset::name);
  if (found == assets.end() || !found->name.ends_with(".css")) return std::nullopt;
  api::Response response;
  response.body = found->text;
  response.content_type = "text/css; charset=utf-8";
  response.headers = {{"Cache-Control", "no-cache"}, {"X-Content-Type-Options", "nosniff"}};
  return response;
}

api::Response answer(server::Dispatch& dispatch, const api::Request& request, const Route& route,
                     std::vector<std::string> ids) {
  try {
    return route.answer(Visit(dispatch, request, std::move(ids)));
  } catch (const api::ApiError& error) {
    return show_message(error.status, "This page cannot be shown", error.message);
  }
}

}  // namespace

std::optional<api::Response> page(server::Dispatch& dispatch, const api::Request& request,
                                  const std::vector<std::string>& allowed_hosts) {
  if (request.path().starts_with(challenge_root) && is_get(request)) {
    return challenge_page(dispatch, request);
  }
  if (auto file = asset(request)) return file;
  if (is_get(request)) {
    if (auto script = stripe_script(request)) return script;
  }
  if (!is_get(request) && request.method != "POST") return std::nullopt;
  std::vector<std::string> ids;
  for (const Route& route : routes) {
    if (!matches(route.path, request.path(), ids)) continue;
    guard(request, allowed_hosts);
    return answer(dispatch, request, route, std::move(ids));
  }
  return std::nullopt;
}

}  // namespace okapi::hosted
