// From a template of assets/pages/ and its values to the answer: escaping, headers, and a policy
// that lets in neither scripts nor anything of other machines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/request.h"
#include "base/json.h"

namespace okapi::hosted {

struct View {
  std::string name;  // "invoice" is assets/pages/invoice.mustache
  Json values;       // booleans open sections, arrays repeat them, texts are escaped
  int status = 200;
  // Where a form of the page may lead in the end, beside this server: addresses of applications.
  std::vector<std::string> leads_to = {};
  bool framed = false;  // may stand in a frame of the application's page
};
[[nodiscard]] api::Response show(const View& view);
[[nodiscard]] api::Response redirect_to(const std::string& url);
// A page that says one thing.
[[nodiscard]] api::Response show_message(int status, const std::string& title,
                                         const std::string& message);

}  // namespace okapi::hosted
