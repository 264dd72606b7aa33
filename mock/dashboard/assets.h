// The dashboard's files as the build put them into the program.
#pragma once

#include <span>

#include "base/asset.h"

namespace okapi::dashboard {

[[nodiscard]] std::span<const Asset> embedded_assets();

}  // namespace okapi::dashboard
