#include "hosted/view.h"

#include <algorithm>

#include <kainjow/mustache.hpp>

#include "base/check.h"
#include "base/text.h"
#include "hosted/assets.h"

namespace okapi::hosted {
namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;
using kainjow::mustache::partial;

std::string template_of(std::string_view name) {
  const std::string file = concat("pages/", name, ".mustache");
  const auto assets = embedded_assets();
  const auto found = std::ranges::find(assets, std::string_view(file), &Asset::name);
  OKAPI_CHECK(found != assets.end());
  return std::string(found->text);
}

data to_data(const Json& value) {
  if (value.is_boolean()) return data(value.get<bool>());
  if (value.is_string()) {
    // So that a section of an empty text stays closed.
    if (value.get_ref<const std::string&>().empty()) return data(false);
    return data(value.get<std::string>());
  }
  if (value.is_number()) return data(value.dump());
  if (value.is_array()) {
    data list(data::type::list);
    for (const Json& element : value) list.push_back(to_data(element));
    return list;
  }
  if (!value.is_object()) return data(false);
  data object(data::type::object);
  for (const auto& [name, member] : value.items()) object.set(name, to_data(member));
  return object;
}

// "http://app.example:3000" of an address, "myapp:" of one that is no web page.
std::string source_of(std::string_view url) {
  const std::size_t scheme = url.find(':');
  if (scheme == url.npos) return {};
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return std::string(url.substr(0, scheme + 1));
  }
  const std::string_view source = url.substr(0, url.find_first_of("/?#", scheme + 3));
  // What could end a directive does not belong into a policy.
  return source.find_first_of("; ,'\"") == source.npos ? std::string(source) : std::string();
}

std::string policy_of(const View& view) {
  std::string policy =
      "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
      "form-action 'self'";
  for (const std::string& url : view.leads_to) {
    const std::string source = source_of(url);
    if (!source.empty()) policy += ' ' + source;
  }
  policy += view.framed ? "; frame-ancestors *" : "; frame-ancestors 'none'";
  return policy;
}

}  // namespace

api::Response show(const View& view) {
  data values = to_data(view.values);
  for (const Asset& asset : embedded_assets()) {
    constexpr std::string_view folder = "pages/";
    if (!asset.name.starts_with("pages/_")) continue;
    std::string name(asset.name.substr(folder.size()));
    name.resize(name.find('.'));
    values.set(name, partial([text = std::string(asset.text)] { return text; }));
  }
  mustache page(template_of(view.name));
  OKAPI_CHECK(page.is_valid());
  api::Response response;
  response.status = view.status;
  response.body = page.render(values);
  response.content_type = "text/html; charset=utf-8";
  response.headers = {{"Cache-Control", "no-store"},
                      {"Content-Security-Policy", policy_of(view)},
                      // With no-referrer a browser would send its own forms from "null".
                      {"Referrer-Policy", "same-origin"},
                      {"X-Content-Type-Options", "nosniff"}};
  return response;
}

api::Response redirect_to(const std::string& url) {
  api::Response response;
  response.status = 303;
  response.content_type = "text/plain; charset=utf-8";
  // An address comes from an application: it must not end this line and begin another.
  std::string line = url;
  std::erase_if(line, [](char c) { return static_cast<unsigned char>(c) < ' '; });
  response.headers = {{"Cache-Control", "no-store"}, {"Location", std::move(line)}};
  return response;
}

api::Response show_message(int status, const std::string& title, const std::string& message) {
  return show(
      {.name = "message", .values = {{"title", title}, {"message", message}}, .status = status});
}

}  // namespace okapi::hosted
