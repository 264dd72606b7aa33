// Sample answers, for --unknown-ids=synthesize: what the catalogue says that an operation answers,
// with values that are legal and mean nothing. Suites that were written for stripe-mock need no
// more.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/operation.h"

namespace okapi::api {

// The body of an answer; `path_ids` as in Context, `url` is the path of the request.
[[nodiscard]] std::string sample_answer(store::Transaction& tx, const Operation& operation,
                                        const std::vector<std::string>& path_ids,
                                        std::string_view url);
// Answers with bytes that are no JSON: a quote's PDF.
[[nodiscard]] bool answers_binary(const Operation& operation);

}  // namespace okapi::api
