#include "events/webhook_signature.h"

#include <array>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"
#include "base/text.h"

namespace okapi::events {

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  const unsigned char* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes,
                                   message.size(), digest.data(), &size);
  OKAPI_CHECK(done != nullptr);
  static constexpr char hex[] = "0123456789abcdef";
  std::string out;
  for (unsigned int i = 0; i < size; ++i) {
    out += hex[digest[i] >> 4];
    out += hex[digest[i] & 15];
  }
  return out;
}

std::string signature_header(std::string_view secret, std::string_view body, Seconds at) {
  const std::string time = std::to_string(at);
  const std::string signed_text = concat(time, ".", body);
  // Stripe: test mode adds a v0 that means nothing; receivers must look for v1 alone.
  return concat("t=", time, ",v1=", hmac_sha256(secret, signed_text),
                ",v0=", hmac_sha256("v0", signed_text));
}

}  // namespace okapi::events
