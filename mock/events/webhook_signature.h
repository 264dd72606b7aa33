// The Stripe-Signature header (api-conventions 11.2).
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace okapi::events {

// In lower-case hexadecimal.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);
// "t=…,v1=…,v0=…": v1 is the HMAC-SHA256 of "<t>.<body>" under the whole secret, whsec_ included.
[[nodiscard]] std::string signature_header(std::string_view secret, std::string_view body,
                                           Seconds at);

}  // namespace okapi::events
