// Plays a transcript against anything that answers requests, and compares. Where the answers come
// from is the caller's choice: the tests give a whole okapi without a socket, a fresh one for each
// file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/request.h"
#include "tests/transcript/parser.h"
#include "tests/transcript/pattern.h"

namespace okapi::transcript {

struct World {
  std::function<api::Response(const api::Request&)> send;
  // Faults of an answer that no transcript has to name: its shape, its layout. May be empty.
  std::function<std::vector<std::string>(const api::Request&, const api::Response&)> inspect;
};

struct Outcome {
  int requests = 0;
  std::vector<std::string> failures;  // each "path:line: …", some with further lines
  // The transcript with its expectations replaced by what came (OKAPI_BLESS).
  std::string blessed_text;
};

// The key of a request that names none, and of one with the documentation's placeholder "<>".
constexpr const char* default_key = "sk_test_okapi";

[[nodiscard]] Outcome run(const Transcript& transcript, const World& world);

}  // namespace okapi::transcript
