// The API as a hosted page calls it: in the account of the page, without a key, through dispatch
// like any other client. The request log shows what a page did.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/request.h"
#include "base/json.h"
#include "server/dispatch.h"

namespace okapi::hosted {

using Form = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] std::string percent_encode(std::string_view text);
[[nodiscard]] std::string encode(const Form& form);

// NOLINTNEXTLINE(bugprone-exception-escape): moving a Json checks its invariant
struct Answer {
  int status = 200;
  Json body;

  [[nodiscard]] bool ok() const { return status == 200; }
  [[nodiscard]] std::string message() const;  // of the refusal
  [[nodiscard]] std::string param() const;
};

class Client {
 public:
  // `page`: the request that the page answers; links are made of its host.
  Client(server::Dispatch& dispatch, server::World& world, const api::Request& page);

  [[nodiscard]] Answer get(const std::string& path, const Form& form = {}) const;
  [[nodiscard]] Answer post(const std::string& path, const Form& form = {}) const;
  [[nodiscard]] Answer del(const std::string& path, const Form& form = {}) const;
  // The body of a GET that cannot fail but by a bug, or by an object that is gone. Throws its
  // error.
  [[nodiscard]] Json sure(const std::string& path, const Form& form = {}) const;

 private:
  [[nodiscard]] Answer send(api::Request request) const;

  server::Dispatch& dispatch_;
  server::World& world_;
  const api::Request& page_;
};

}  // namespace okapi::hosted
