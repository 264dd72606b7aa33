#include "api/url.h"

#include <algorithm>

#include "api/catalogue.h"
#include "api/error.h"
#include "api/form.h"
#include "api/request.h"
#include "base/text.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/targets.h"

namespace okapi::fuzz {

void url(std::string_view input) {
  api::Request request;
  request.method = take_until(input, ' ');
  request.target = input;
  expect(request.path().size() + request.query().size() <= input.size(), "the target grew");
  api::Route route;
  if (api::find_route(request.method, request.path(), route)) {
    expect(route.operation.method() == request.method, "another method's operation");
    const auto holes = std::ranges::count(route.operation.path(), '{');
    expect(static_cast<std::ptrdiff_t>(route.path_ids.size()) == holes, "ids of another path");
    for (const std::string& id : route.path_ids) expect(!id.empty(), "an id is empty");
  }
  try {
    (void)api::parse_form(request.query(), {});
  } catch (const api::ApiError&) {
  }
}

}  // namespace okapi::fuzz
