// Calls that older versions had and newer ones lost: each is a call of today by another path, with
// parameters that are lifted and an answer that may be a part of today's. They stand in the changes
// of versions/ that took them away.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/catalogue.h"
#include "api/form.h"
#include "base/json.h"

namespace okapi::api {

struct OldCall {
  std::string_view method;
  // "/v1/customers/{=customer}/subscriptions/{id}": {id} is an id of the operation's path, {=name}
  // a parameter of it, {} is not looked at.
  std::string_view path;
  std::string_view operation;
  void (*to_newer)(FormNode& form) = nullptr;
  Json (*answer)(Json whole) = nullptr;  // of the answer in the caller's version
};

// A request that is an old call of its version.
struct CalledOld {
  const OldCall* call = nullptr;
  std::vector<std::pair<std::string_view, std::string>> params;  // from the path
};
// `found` becomes the operation of today.
[[nodiscard]] bool find_old_call(std::string_view version, std::string_view method,
                                 std::string_view raw_path, Route& found, CalledOld& called);
// The old call's parameters to those that the operation had in the same version.
void lift_call(const CalledOld& called, FormNode& form);

}  // namespace okapi::api
