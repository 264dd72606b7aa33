// Sample answers, for --unknown-ids=synthesize: what the catalogue says that an operation answers,
// with values that are legal and mean nothing. Suites that were written for stripe-mock need no
// more.
#pragma once

#include <string>
#include <vector>

#include "api/operation.h"

namespace okapi::api {

// `path_ids` as in Context; `url` is the path of the request.
[[nodiscard]] Json sample_answer(store::Transaction& tx, const Operation& operation,
                                 const std::vector<std::string>& path_ids, std::string_view url);

}  // namespace okapi::api
