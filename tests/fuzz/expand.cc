#include "api/expand.h"

#include "api/error.h"
#include "cli/curl.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/pick.h"
#include "tests/fuzz/targets.h"
#include "tests/fuzz/world.h"

namespace okapi::fuzz {
namespace {

bool is_read(const api::Operation& operation) {
  return operation.method() == "GET" && operation.shape() != api::Shape::other;
}

}  // namespace

void expand(std::string_view input) {
  static const std::vector<api::Operation> known = operations_where(is_read);
  static World world;
  std::string_view first = take_line(input);
  const api::Operation operation = pick_operation(take_until(first, ' '), known);
  std::string target;
  std::string_view pattern = operation.path();
  while (!pattern.empty()) {
    target += take_until(pattern, '{');
    if (!pattern.empty() && !take_until(pattern, '}').empty()) {
      const std::string id = world.id_of(operation.response_object());
      target += id.empty() ? "id_none" : id;
    }
  }
  for (char joint = '?'; !input.empty(); joint = '&') {
    target += joint + std::string("expand[]=") + cli::url_encode(take_line(input));
  }
  api::Request request = make_request("GET", target);
  const std::vector<std::string_view> versions = api::api_versions();
  if (!first.empty()) {
    std::size_t number = 0;
    for (const char c : first) number = number * 10 + static_cast<unsigned char>(c);
    request.headers.emplace_back("Stripe-Version", versions[number % versions.size()]);
  }
  (void)world.send(request);
}

}  // namespace okapi::fuzz
