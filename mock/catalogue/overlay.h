// What Stripe's own types do not say, kept by hand in mock/catalogue/overlay/: prefixes and lengths
// of ids, nouns, the order of parameters and enum values, fields that are there only when asked
// for, parameters that are still accepted, versions.
#pragma once

#include <filesystem>

#include "catalogue/model.h"

namespace okapi::catalogue {

void apply_overlay(Catalogue& catalogue, const std::filesystem::path& folder);

}  // namespace okapi::catalogue
