// What must hold of an account whatever happened to it.
#pragma once

#include <string>
#include <vector>

#include "tests/laws/history.h"

namespace okapi::laws {

// Each broken law as a sentence that names the object; empty: all hold.
[[nodiscard]] std::vector<std::string> broken_laws(const History& history);

}  // namespace okapi::laws
