#include <vector>

#include "api/catalogue.h"
#include "api/error.h"
#include "api/params.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/pick.h"
#include "tests/fuzz/targets.h"

namespace okapi::fuzz {

void v2_body(std::string_view input) {
  static const std::vector<api::Operation> known =
      operations_where([](const api::Operation& operation) { return operation.v2(); });
  const api::Operation operation = pick_operation(take_line(input), known);
  const std::string_view query = take_line(input);
  try {
    const api::Input read = api::check_v2_params(operation, api::parse_form(query, {}), input);
    expect(read.params.is_object(), "parameters that are no object");
    (void)to_compact(read.params);
  } catch (const api::ApiError&) {
  }
}

}  // namespace okapi::fuzz
