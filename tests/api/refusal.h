// What a call refuses, as text that a table can compare: "400 parameter_missing items[0][price]:
// …".
#pragma once

#include <functional>
#include <string>

#include "api/error.h"

namespace okapi::api {

inline std::string shown_refusal(const ApiError& error) {
  std::string out = std::to_string(error.status);
  if (error.type != "invalid_request_error") out += " (" + error.type + ")";
  if (!error.code.empty()) out += " " + error.code;
  if (!error.param.empty()) out += " " + error.param;
  return out + ": " + error.message;
}

// Empty when nothing was refused.
inline std::string refusal_of(const std::function<void()>& call) {
  try {
    call();
    return "";
  } catch (const ApiError& error) {
    return shown_refusal(error);
  }
}

}  // namespace okapi::api
