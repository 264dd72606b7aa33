// Every operation of the catalogue, once with the least that it demands and once with everything
// that it knows: what the suites of the SDKs do against stripe-mock.
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "app.h"
#include "cli/curl.h"
#include "server/dispatch.h"
#include "tests/transcript/shape.h"
#include "tests/transcript/world.h"

namespace okapi {
namespace {

enum class Extent { minimal, full };

std::string text_for(std::string_view name) {
  if (name == "currency" || name.ends_with("_currency")) return "usd";
  if (name.ends_with("email")) return "jenny@example.com";
  if (name == "url" || name.ends_with("_url")) return "https://example.com/";
  if (name == "country") return "US";
  if (name == "number") return "4242424242424242";
  if (name == "exp_month") return "12";
  if (name == "exp_year") return "2030";
  if (name == "cvc") return "123";
  return "text";
}

Json value_for(const api::Node& node, Extent extent, bool v2, int depth);

Json members_for(api::NodeRange members, Extent extent, bool v2, int depth) {
  constexpr int deepest = 6;
  Json object = Json::object();
  for (const api::Node member : members) {
    const bool wanted = member.required() || (extent == Extent::full && depth < deepest);
    // Names that only older versions lead to are no client's to send.
    if (!wanted || member.name().starts_with('_')) continue;
    object[std::string(member.name())] = value_for(member, extent, v2, depth + 1);
  }
  // A form cannot say {}.
  if (object.empty() && !members.empty() && depth > 0 && !v2) {
    object[std::string(members[0].name())] = value_for(members[0], extent, v2, depth + 1);
  }
  return object;
}

Json value_for(const api::Node& node, Extent extent, bool v2, int depth) {
  using enum api::Kind;
  switch (node.kind()) {
    case string:
    case reference:
    case embedded:
    case list:
    case any:
      return text_for(node.name()).substr(0, node.max_length());
    case integer:
      return 1;
    case floating:
    case decimal:
      return "1.5";
    case boolean:
      return true;
    case time:
      return v2 ? Json("2030-01-01T00:00:00.000Z") : Json(1'893'456'000);
    case metadata:
      return {{"key", "value"}};
    case enumeration:
    case literal:
      return node.values().empty() ? Json("text") : Json(node.values().front());
    case object:
      return members_for(node.children(), extent, v2, depth);
    case array:
      return Json::array({value_for(node.element(), extent, v2, depth)});
    case map:
      return {{"usd", value_for(node.element(), extent, v2, depth)}};
    case any_of:
      return value_for(node.children()[0], extent, v2, depth);
  }
  return {};
}

void append_pairs(std::string& out, const std::string& name, const Json& value) {
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) append_pairs(out, name + "[" + key + "]", child);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      append_pairs(out, name + "[" + std::to_string(i) + "]", value[i]);
    }
  } else {
    if (!out.empty()) out += '&';
    out +=
        name + "=" + cli::url_encode(value.is_string() ? value.get<std::string>() : value.dump());
  }
}

api::Request request_for(const api::Operation& operation, Extent extent) {
  api::Request request;
  request.method = operation.method();
  const std::string_view pattern = operation.path();
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const bool hole = pattern[at] == '{';
    if (hole) at = pattern.find('}', at);
    request.target += hole ? std::string("id_123") : std::string(1, pattern[at]);
  }
  request.headers = {{"Authorization", "Bearer sk_test_every"},
                     {"Stripe-Version", std::string(api::api_version())}};
  const Json params = members_for(operation.params(), extent, operation.v2(), 0);
  const bool posts = request.method == "POST";
  if (operation.v2() && posts) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = params.dump();
    return request;
  }
  std::string form;
  for (const auto& [key, value] : params.items()) append_pairs(form, key, value);
  if (posts) {
    request.body = form;
  } else if (!form.empty()) {
    request.target += "?" + form;
  }
  return request;
}

server::Dispatch make_server(bool synthesizes) {
  return server::Dispatch(registry(), api::Settings{.synthesize_unknown_ids = synthesizes},
                          transcript::quiet_options());
}

std::string faults_of(const api::Request& request, const api::Response& response) {
  std::string all;
  for (const std::string& fault : transcript::shape_faults(request, response)) all += fault + "\n";
  return all;
}

// Files are no forms: they have their own tests. Usage records are not of this version.
bool is_tried(const api::Operation& operation) {
  return !operation.multipart() && !operation.resource().starts_with("usage_record");
}

// Every operation with its required parameters, then with all of them; each answer has its shape.
template <typename Check>
void send_everything(bool synthesizes, Check check) {
  server::Dispatch server = make_server(synthesizes);
  for (std::uint32_t i = 0; i < api::operation_count(); ++i) {
    const api::Operation operation(i);
    if (!is_tried(operation)) continue;
    for (const Extent extent : {Extent::minimal, Extent::full}) {
      const api::Request request = request_for(operation, extent);
      const api::Response response = server.handle(request);
      CAPTURE(std::string(operation.name()));
      CAPTURE(request.target);
      CAPTURE(request.body);
      CAPTURE(response.body);
      check(response);
      CHECK(faults_of(request, response) == "");
    }
  }
}

}  // namespace

TEST_CASE("with --unknown-ids=synthesize every operation answers, and in its own shape") {
  send_everything(true, [](const api::Response& response) { CHECK(response.status == 200); });
}

TEST_CASE("without it every operation answers or says why not, and never that okapi failed") {
  std::map<int, int> seen;
  send_everything(false, [&](const api::Response& response) {
    CHECK(response.status != 500);
    ++seen[response.status];
  });
  CHECK(seen[200] > 100);
  CHECK(seen[404] > 100);
}

}  // namespace okapi
