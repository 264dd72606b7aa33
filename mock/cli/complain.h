// How every command says what it could not do: one sentence on stderr that begins with "okapi: ".
#pragma once

#include <string>

namespace okapi::cli {

void complain(const std::string& sentence);

}  // namespace okapi::cli
