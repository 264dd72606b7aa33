// One request for a hosted page, and what every page wants to know of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "hosted/client.h"
#include "server/accounts.h"

namespace okapi::hosted {

class Visit {
 public:
  // `ids`: the parts of the address that differ, the account first. Throws for an account that is
  // not there.
  Visit(server::Dispatch& dispatch, const api::Request& request, std::vector<std::string> ids);

  [[nodiscard]] server::World& world() const { return world_; }
  [[nodiscard]] Client client() const { return {dispatch_, world_, request_}; }
  // The id in the address, without the "test_" before it.
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] bool is_post() const { return request_.method == "POST"; }
  [[nodiscard]] const api::Request& request() const { return request_; }
  // Of the query or the form, without blanks around it; empty: not sent.
  [[nodiscard]] std::string field(std::string_view name) const;
  [[nodiscard]] const Json& fields() const { return fields_; }
  // This page's own address: "http://127.0.0.1:12111/i/acct_1/test_in_1".
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string base_url() const;
  [[nodiscard]] std::string path() const { return std::string(request_.path()); }
  // The committed document; empty: there is none.
  [[nodiscard]] store::Document find(std::string_view kind, std::string_view object) const;
  // The same or a 404.
  [[nodiscard]] store::Document require(std::string_view kind) const;

 private:
  server::Dispatch& dispatch_;
  const api::Request& request_;
  server::World& world_;
  std::string id_;
  Json fields_;
};

}  // namespace okapi::hosted
