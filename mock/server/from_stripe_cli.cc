#include "server/from_stripe_cli.h"

#include <optional>

#include "api/catalogue.h"
#include "api/error.h"

namespace okapi::server {
namespace {

// Nothing where the version does not know one of the names.
std::optional<api::Input> try_version(const api::Operation& operation, const api::FormNode& form,
                                      std::string_view version) {
  try {
    return api::check_params(operation, form, version);
  } catch (const api::ApiError& error) {
    if (error.code != "parameter_unknown") throw;
    return {};
  }
}

}  // namespace

bool is_from_stripe_cli(const api::Request& request) {
  return api::header(request.headers, "Stripe-Version").empty() &&
         api::header(request.headers, "User-Agent").starts_with("Stripe/v1 stripe-cli/");
}

api::Input check_as_stripe_cli(const api::Operation& operation, const api::FormNode& form,
                               std::string_view version) {
  for (const std::string_view older : api::api_versions()) {
    if (older > version) continue;
    if (std::optional<api::Input> input = try_version(operation, form, older)) {
      return *std::move(input);
    }
  }
  return api::check_params(operation, form, version);
}

}  // namespace okapi::server
