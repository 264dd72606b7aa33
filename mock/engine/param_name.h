// Names of parameters that stand inside others: under("price_data", "recurring[meter]") is
// price_data[recurring][meter]. Refusals name a parameter as its caller wrote it.
#pragma once

#include <string>
#include <string_view>

namespace okapi::engine {

[[nodiscard]] std::string under(std::string_view prefix, std::string_view name);

}  // namespace okapi::engine
