// A folder of YAML files to the whole model, overlay applied and references checked.
#pragma once

#include <filesystem>

#include "catalogue/model.h"

namespace okapi::catalogue {

// Throws Fault, which names file and line.
[[nodiscard]] Catalogue read(const std::filesystem::path& folder);

}  // namespace okapi::catalogue
