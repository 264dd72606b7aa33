// Collects what a transcript should have expected and rewrites it in place (OKAPI_BLESS=1): the
// prose, the requests, the choice and order of fields and every value that was right stay as they
// are.
#pragma once

#include <string>
#include <vector>

#include "tests/transcript/parser.h"
#include "tests/transcript/pattern.h"

namespace okapi::transcript {

class Blessing {
 public:
  explicit Blessing(std::string original) : original_(std::move(original)) {}

  void replace(Span place, std::string with);
  // For a request written without an answer: its status and whole body below it.
  void add_answer(const Step& step, int status, const Json& body, const Bindings& bindings);
  [[nodiscard]] std::string text() const;

 private:
  struct Edit {
    Span place;
    std::string with;
  };
  std::string original_;
  std::vector<Edit> edits_;
};

}  // namespace okapi::transcript
