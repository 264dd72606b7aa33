// The dashboard's files as the build put them into the program (embed.cmake).
#pragma once

#include <span>
#include <string_view>

namespace okapi::dashboard {

struct Asset {
  std::string_view name;  // below assets/: "pages/home.js"
  std::string_view text;
};

[[nodiscard]] std::span<const Asset> embedded_assets();

}  // namespace okapi::dashboard
