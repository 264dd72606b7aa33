// Names of parameters that stand inside others: under("price_data", "recurring[meter]") is
// price_data[recurring][meter]. Refusals name a parameter as its caller wrote it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "api/error.h"

namespace okapi::engine {

[[nodiscard]] std::string under(std::string_view prefix, std::string_view name);

// Where a hash of parameters stands, so that its members can be named in refusals.
class Place {
 public:
  explicit Place(std::string prefix) : prefix_(std::move(prefix)) {}
  [[nodiscard]] const std::string& name() const { return prefix_; }
  [[nodiscard]] std::string of(std::string_view name) const { return under(prefix_, name); }
  [[nodiscard]] Place in(std::string_view name) const { return Place(of(name)); }
  [[nodiscard]] Place at(std::size_t index) const {
    return Place(prefix_ + "[" + std::to_string(index) + "]");
  }

 private:
  std::string prefix_;
};

// "You may only specify one of …", naming the first of the two where it stands.
[[nodiscard]] api::ApiError exclusive(const Place& place, std::string_view first,
                                      std::string_view second);

}  // namespace okapi::engine
