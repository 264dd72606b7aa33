// A file that the build put into the program (embed.cmake).
#pragma once

#include <string_view>

namespace okapi {

struct Asset {
  std::string_view name;  // below its folder: "pages/home.js"
  std::string_view text;
};

}  // namespace okapi
