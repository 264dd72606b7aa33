#include "cli/complain.h"

#include <cstdio>

namespace okapi::cli {

void complain(const std::string& sentence) {
  // Where stderr is closed there is nobody to tell.
  (void)std::fprintf(stderr, "okapi: %s\n", sentence.c_str());
}

}  // namespace okapi::cli
