#include "cli/client.h"

#include "server/http_client.h"

namespace okapi::cli {

Send send_to(std::string base_url) {
  return [base_url = std::move(base_url)](const api::Request& request) {
    return server::send(base_url, request);
  };
}

api::Request make_request(std::string method, std::string target, const std::string& key,
                          std::string body) {
  api::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers.emplace_back("Authorization", "Bearer " + key);
  if (!body.empty()) {
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  }
  request.body = std::move(body);
  return request;
}

}  // namespace okapi::cli
