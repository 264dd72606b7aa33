// A whole okapi with a few objects in it, for inputs that become requests. After every request it
// is put back to where it was; seeds name the objects by {{kind}}.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.h"
#include "base/json.h"
#include "server/dispatch.h"
#include "store/account.h"

namespace okapi::fuzz {

class World {
 public:
  explicit World(server::Options options = usual_options());
  ~World();

  // Sends the request and holds the answer against what is promised of every one: no 5xx but "not
  // implemented", JSON, Stripe's error shape, nothing changed by a refusal. Undoes what it did.
  api::Response send(const api::Request& request);
  // Puts everything back, after requests that went to dispatch() directly.
  void restore();
  // Makes everything again, for what is no part of an account.
  void renew();

  [[nodiscard]] server::Dispatch& dispatch() { return *dispatch_; }
  // The id of one object of that kind; empty where there is none.
  [[nodiscard]] std::string id_of(std::string_view kind) const;
  // The text with {{customer}} as the id of one, {{invoice.page}} as the path of its page.
  [[nodiscard]] std::string filled(std::string_view text) const;

  [[nodiscard]] static server::Options usual_options();

 private:
  void fill();
  std::string add(std::string path, std::string body);
  void check(const api::Request& request, const api::Response& response) const;

  server::Options options_;
  std::unique_ptr<server::Dispatch> dispatch_;
  std::map<std::string, std::string, std::less<>> ids_;  // by kind, of the newest
  std::shared_ptr<const store::State> before_;
};

// With the key of the world, as a form.
[[nodiscard]] api::Request make_request(std::string method, std::string target,
                                        std::string body = {});

}  // namespace okapi::fuzz
