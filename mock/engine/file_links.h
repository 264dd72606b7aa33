// Links that show a file to whoever has them, until they expire.
#pragma once

#include "api/operation.h"

namespace okapi::engine {

// `params` may have expires_at and metadata. The file's own list of links is kept in step.
store::Document create_file_link(api::Context& ctx, const std::string& file, const Json& params);
// Expiry is a matter of the moment: the link as it is now.
[[nodiscard]] Json file_link_now(const store::Document& link, Seconds now);

}  // namespace okapi::engine
