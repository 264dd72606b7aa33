#include "server/http_client.h"

#include <stdexcept>

#include <httplib.h>

namespace okapi::server {

api::Response send(const std::string& base_url, const api::Request& request) {
  httplib::Client client(base_url);
  client.enable_server_certificate_verification(false);  // our own certificate is self-signed
  client.set_url_encode(false);                          // targets are sent as they are written
  client.set_read_timeout(600);                          // a long advance takes its time
  httplib::Request outgoing;
  outgoing.method = request.method;
  outgoing.path = request.target;
  outgoing.body = request.body;
  for (const auto& [name, value] : request.headers) outgoing.headers.emplace(name, value);
  const httplib::Result result = client.send(outgoing);
  if (!result) {
    throw std::runtime_error("nobody answers at " + base_url +
                             ": start a server with `okapi`, or name it with --url");
  }
  api::Response response;
  response.status = result->status;
  response.body = result->body;
  for (const auto& [name, value] : result->headers) response.headers.emplace_back(name, value);
  return response;
}

}  // namespace okapi::server
