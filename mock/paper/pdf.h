// A sheet as PDF, drawn with libharu and the fonts that every reader has.
#pragma once

#include <string>

#include "paper/sheet.h"

namespace okapi::paper {

// The same sheet is the same bytes.
[[nodiscard]] std::string to_pdf(const Sheet& sheet);

}  // namespace okapi::paper
