// Conditions that only a bug of ours can break. A failed check throws Bug: dispatch answers 500
// with the request id, drops the transaction and logs file and line. Never used for user input.
#pragma once

#include <stdexcept>
#include <string>

namespace okapi {

struct Bug : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] void fail_check(const char* condition, const char* file, int line);

}  // namespace okapi

#define OKAPI_CHECK(condition) \
  ((condition) ? void() : ::okapi::fail_check(#condition, __FILE__, __LINE__))
#define OKAPI_UNREACHABLE() ::okapi::fail_check("reached", __FILE__, __LINE__)
