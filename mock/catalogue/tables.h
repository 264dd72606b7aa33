// The model to flat rows (api/catalogue_tables.h) and those to C++ source.
#pragma once

#include <iosfwd>

#include "catalogue/model.h"

namespace okapi::catalogue {

void write_tables(const Catalogue& catalogue, std::ostream& out);

}  // namespace okapi::catalogue
