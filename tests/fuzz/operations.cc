#include "api/storage.h"
#include "app.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/pick.h"
#include "tests/fuzz/targets.h"
#include "tests/fuzz/world.h"

namespace okapi::fuzz {
namespace {

bool is_known(const api::Operation& operation) {
  return api::coverage(registry(), operation) != api::Coverage::missing && !operation.multipart();
}

// Each hole of the path takes the next of the ids, or one that goes with the operation.
std::string path_of(const api::Operation& operation, std::string_view ids, const World& world) {
  std::string path;
  std::string_view pattern = operation.path();
  while (!pattern.empty()) {
    path += take_until(pattern, '{');
    if (pattern.empty()) break;
    const std::string hole(take_until(pattern, '}'));
    const std::string_view given = take_until(ids, ' ');
    std::string id = world.filled(given);
    if (id.empty()) id = world.id_of(hole);
    if (id.empty()) id = world.id_of(operation.response_object());
    path += id.empty() ? "id_none" : id;
  }
  return path;
}

}  // namespace

void operations(std::string_view input) {
  static const std::vector<api::Operation> known = operations_where(is_known);
  static World world;
  std::string_view ids = take_line(input);
  const std::string_view name = take_until(ids, ' ');
  api::Operation operation = pick_operation(name, known);
  api::Request request = make_request(std::string(operation.method()), {});
  api::Route route;
  if (const std::string path = world.filled(ids); api::find_route(name, path, route)) {
    operation = route.operation;
    request.method = name;
    request.target = path;
  } else {
    request.target = path_of(operation, ids, world);
  }
  const std::string params = world.filled(input);
  if (request.method != "POST") {
    if (!params.empty()) request.target += "?" + params;
  } else {
    request.body = params;
    if (operation.v2()) request.headers.back().second = "application/json";
  }
  // What no request line can say does not come here.
  if (request.target.find_first_of(std::string_view(" \r\n\0", 4)) != std::string::npos) return;
  (void)world.send(request);
}

}  // namespace okapi::fuzz
