#include "server/answer_headers.h"

namespace okapi::server {
namespace {

void add_cors(api::Headers& headers) {
  headers.emplace_back("Access-Control-Allow-Credentials", "true");
  headers.emplace_back("Access-Control-Allow-Methods", "GET, HEAD, PUT, PATCH, POST, DELETE");
  headers.emplace_back("Access-Control-Allow-Origin", "*");
  headers.emplace_back("Access-Control-Expose-Headers",
                       "Request-Id, Stripe-Manage-Version, Stripe-Should-Retry, "
                       "X-Stripe-External-Auth-Required, X-Stripe-Privileged-Session-Required");
  headers.emplace_back("Access-Control-Max-Age", "300");
}

}  // namespace

// Differs: no Strict-Transport-Security, which would lock a browser out of a plain
// http://localhost.
void add_answer_headers(api::Headers& headers, const AnswerFacts& facts) {
  headers.reserve(headers.size() + 14);
  const auto add = [&](const char* name, std::string_view value) {
    if (!value.empty()) headers.emplace_back(name, value);
  };
  add("Request-Id", facts.request_id);
  add("Stripe-Version", facts.version);
  add("Idempotency-Key", facts.idempotency_key);
  add("Original-Request", facts.original_request);
  if (facts.replayed) add("Idempotent-Replayed", "true");
  if (facts.final) add("Stripe-Should-Retry", "false");
  add("Stripe-Account", facts.connected_account);
  // Guess: Bearer is what was recorded; Basic has been reported.
  if (facts.unauthorized) add("WWW-Authenticate", "Bearer realm=\"Stripe\"");
  add_cors(headers);
  add("Cache-Control", "no-cache, no-store");
  add("Vary", "Origin");
}

api::Response preflight_response(const api::Request& request) {
  api::Response response;
  response.status = 204;
  add_cors(response.headers);
  const std::string_view asked = api::header(request.headers, "Access-Control-Request-Headers");
  response.headers.emplace_back(
      "Access-Control-Allow-Headers",
      asked.empty() ? "Authorization, Content-Type, Idempotency-Key, Stripe-Account, Stripe-Version"
                    : asked);
  return response;
}

}  // namespace okapi::server
