#include "hosted/client.h"

#include "api/error.h"
#include "base/text.h"

namespace okapi::hosted {
namespace {

constexpr std::string_view unreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

}  // namespace

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (unreserved.find(c) != unreserved.npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string encode(const Form& form) {
  std::string out;
  for (const auto& [name, value] : form) {
    if (!out.empty()) out += '&';
    out += concat(percent_encode(name), "=", percent_encode(value));
  }
  return out;
}

std::string Answer::message() const {
  const Json& error = at_path(body, {"error", "message"});
  return error.is_string() ? error.get<std::string>() : "Something went wrong.";
}

std::string Answer::param() const {
  const Json& error = at_path(body, {"error", "param"});
  return error.is_string() ? error.get<std::string>() : std::string();
}

Client::Client(server::Dispatch& dispatch, server::World& world, const api::Request& page)
    : dispatch_(dispatch), world_(world), page_(page) {}

Answer Client::get(const std::string& path, const Form& form) const {
  api::Request request;
  request.method = "GET";
  request.target = form.empty() ? path : concat(path, "?", encode(form));
  request.headers.emplace_back("Okapi-Dashboard", "looks");
  return send(std::move(request));
}

Answer Client::post(const std::string& path, const Form& form) const {
  api::Request request;
  request.method = "POST";
  request.target = path;
  request.body = encode(form);
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  return send(std::move(request));
}

Answer Client::del(const std::string& path, const Form& form) const {
  api::Request request;
  request.method = "DELETE";
  request.target = path;
  request.body = encode(form);
  return send(std::move(request));
}

Json Client::sure(const std::string& path, const Form& form) const {
  Answer answer = get(path, form);
  if (!answer.ok()) throw api::refused_request(answer.status, answer.message());
  return std::move(answer.body);
}

Answer Client::send(api::Request request) const {
  const std::string_view host = api::header(page_.headers, "Host");
  if (!host.empty()) request.headers.emplace_back("Host", host);
  request.secure = page_.secure;
  request.remote = page_.remote;
  const api::Response response = dispatch_.handle_in(world_, request);
  return {.status = response.status, .body = Json::parse(response.body, nullptr, false)};
}

}  // namespace okapi::hosted
