// The head of an answer, and the answers of the transport itself.
#pragma once

#include <string>

#include "api/request.h"
#include "server/head.h"
#include "server/http.h"

namespace okapi::server {

struct AnswerStyle {
  bool closes = false;
  bool confirms_keep_alive = false;  // HTTP/1.0 clients want it said
};

// Replaces `head` by status line and headers, up to and including the empty line.
void write_head(std::string& head, const api::Response& response, AnswerStyle style);
// 204 and 304 have none.
[[nodiscard]] bool may_have_body(int status);

[[nodiscard]] api::Response refusal_response(const HttpOptions& options, const Refusal& refusal);

}  // namespace okapi::server
