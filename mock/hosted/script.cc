#include "hosted/script.h"

#include <algorithm>

#include "base/text.h"
#include "hosted/assets.h"

namespace okapi::hosted {
namespace {

bool is_train(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
}

// "/v3", "/v3/", "/v3/stripe.js", "/endive/stripe.js".
bool names_script(std::string_view path) {
  if (path == "/v3" || path == "/v3/" || path == "/v3/stripe.js") return true;
  constexpr std::string_view end = "/stripe.js";
  return path.starts_with('/') && path.ends_with(end) &&
         is_train(path.substr(1, path.size() - end.size() - 1));
}

// One file for the browser, several subjects for us: in the order of their names.
std::string joined() {
  std::string script = "(() => {\n'use strict';\n";
  for (const Asset& asset : embedded_assets()) {
    if (asset.name.starts_with("stripe/")) script += concat(asset.text, "\n");
  }
  return script + "})();\n";
}

}  // namespace

std::optional<api::Response> stripe_script(const api::Request& request) {
  if (!names_script(request.path())) return std::nullopt;
  static const std::string script = joined();
  api::Response response;
  response.body = script;
  response.content_type = "text/javascript; charset=utf-8";
  // Pages of any origin load it: that is what it is for.
  response.headers = {{"Access-Control-Allow-Origin", "*"},
                      {"Cache-Control", "no-cache"},
                      {"Cross-Origin-Resource-Policy", "cross-origin"},
                      {"X-Content-Type-Options", "nosniff"}};
  return response;
}

}  // namespace okapi::hosted
