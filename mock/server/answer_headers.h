// The headers of every answer of the API (api-conventions 1.3).
#pragma once

#include <string_view>

#include "api/request.h"

namespace okapi::server {

struct AnswerFacts {
  std::string_view request_id = {};  // these two are absent from a 401
  std::string_view version = {};
  std::string_view idempotency_key = {};
  std::string_view original_request = {};
  std::string_view connected_account = {};
  bool replayed = false;
  bool final = false;  // the operation ran and had a key: a retry would give the same answer
  bool unauthorized = false;
};

void add_answer_headers(api::Headers& headers, const AnswerFacts& facts);
// The answer to OPTIONS.
[[nodiscard]] api::Response preflight_response(const api::Request& request);

}  // namespace okapi::server
