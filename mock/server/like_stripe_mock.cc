#include "server/like_stripe_mock.h"

#include <vector>

#include "api/error.h"

namespace okapi::server {

// stripe-mock expands what it can, and takes any other path for nothing.
api::Input check_as_stripe_mock(const api::Operation& operation, api::FormNode form,
                                std::string_view version) {
  try {
    return api::check_params(operation, form, version);
  } catch (const api::ApiError&) {
    std::erase_if(form.children, [](const auto& child) { return child.key == "expand"; });
    form.by_key.clear();
    return api::check_params(operation, form, version);
  }
}

bool lists_nothing(std::string_view body) {
  return body.starts_with("{\n  \"object\": \"list\",\n  \"data\": []") ||
         body.starts_with("{\n  \"object\": \"search_result\",\n  \"data\": []") ||
         body.starts_with("{\n  \"data\": []");
}

}  // namespace okapi::server
