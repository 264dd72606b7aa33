#include "server/local_address.h"

#include <array>
#include <memory>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

namespace okapi::server {
namespace {

std::string text_of(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address == nullptr) return {};
  const void* number = nullptr;
  if (address->sa_family == AF_INET) {
    number = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
  } else if (address->sa_family == AF_INET6) {
    number = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  }
  if (number == nullptr) return {};
  const char* written = inet_ntop(address->sa_family, number, text.data(), text.size());
  return written == nullptr ? std::string() : std::string(written);
}

}  // namespace

bool is_local_address(const std::string& ip) {
  if (ip.starts_with("127.") || ip == "::1" || ip.starts_with("::ffff:127.")) return true;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return false;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, freeifaddrs);
  for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
    if (text_of(each->ifa_addr) == ip) return true;
  }
  return false;
}

}  // namespace okapi::server
