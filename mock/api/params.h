// Parameters checked and coerced by what the catalogue declares: unknown first, then in the
// operation's own order (api-conventions 2.2). The result is typed JSON: strings, integers,
// booleans, arrays, objects; times are integers, decimals stay strings (canonical text), metadata
// is an object of strings ("" values kept: they delete). What was unset by the empty string is
// null; what was not sent is absent. From here on no handler parses text.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "api/catalogue.h"
#include "api/form.h"
#include "api/multipart.h"
#include "base/json.h"

namespace okapi::api {

struct Input {
  std::optional<Upload> upload;     // of operations that take a file
  Json params = Json::object();     // without the three below
  std::vector<std::string> expand;  // checked against the catalogue
  // Paging of lists; empty when not sent.
  std::int64_t limit = 10;  // clamped into 1..100
  std::string starting_after;
  std::string ending_before;
  std::string page;  // search and v2 lists
};

// v1: a form, of a client of this version. Throws ApiError.
[[nodiscard]] Input check_params(const Operation& operation, const FormNode& form,
                                 std::string_view version = {});
// v2: a JSON body plus a form query. Throws ApiError.
[[nodiscard]] Input check_v2_params(const Operation& operation, const FormNode& query,
                                    std::string_view json_body);

}  // namespace okapi::api
