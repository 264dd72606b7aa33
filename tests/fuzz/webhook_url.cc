#include <algorithm>

#include "api/url.h"
#include "base/text.h"
#include "cli/curl.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/targets.h"
#include "tests/fuzz/world.h"

namespace okapi::fuzz {
namespace {

bool is_safe(char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; }

// What becomes of the parts is a host to be looked up and a request line: none may be broken out
// of.
void check_parts(const api::Url& url) {
  expect(!url.host.empty() && std::ranges::all_of(url.host, is_safe), "no host: " + url.host);
  expect(std::ranges::all_of(url.target, is_safe), "a target that breaks its line");
  expect(url.target.starts_with('/'), "no target: " + url.target);
  expect(url.target.find('#') == std::string::npos, "a fragment is sent");
  const bool digits = std::ranges::all_of(url.port, [](char c) { return c >= '0' && c <= '9'; });
  expect(digits && !url.port.empty() && url.port.size() <= 5, "no port: " + url.port);
  const bool bracketed = url.host.find(':') != std::string::npos;
  const std::string text = concat(url.secure ? "https://" : "http://", bracketed ? "[" : "",
                                  url.host, bracketed ? "]:" : ":", url.port, url.target);
  const auto again = api::parse_url(text);
  expect(again && again->host == url.host && again->port == url.port &&
             again->target == url.target && again->secure == url.secure,
         "another url the second time: " + text);
}

}  // namespace

void webhook_url(std::string_view input) {
  static World world;
  const auto url = api::parse_url(input);
  if (url) check_parts(*url);
  const api::Response response =
      world.send(make_request("POST", "/v1/webhook_endpoints",
                              "enabled_events[]=invoice.paid&url=" + cli::url_encode(input)));
  expect(response.status == 400 || (response.status == 200 && url), "a url that is none");
}

}  // namespace okapi::fuzz
