// Stored documents of a visit's account, as sheets of paper.
#pragma once

#include "hosted/visit.h"
#include "paper/sheet.h"

namespace okapi::hosted {

[[nodiscard]] paper::Lookup lookup_of(const Visit& visit);
// For the partial _sheet.
[[nodiscard]] Json sheet_values(const paper::Sheet& sheet);

}  // namespace okapi::hosted
