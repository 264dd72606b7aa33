// Templates, styles and scripts of the hosted pages as the build put them into the program.
#pragma once

#include <span>

#include "base/asset.h"

namespace okapi::hosted {

[[nodiscard]] std::span<const Asset> embedded_assets();

}  // namespace okapi::hosted
