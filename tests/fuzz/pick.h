// The operation that an input means: by its name, or by the number of a name that is none, so that
// every mutation of a name is another operation.
#pragma once

#include <string_view>
#include <vector>

#include "api/catalogue.h"

namespace okapi::fuzz {

template <typename Predicate>
[[nodiscard]] std::vector<api::Operation> operations_where(Predicate holds) {
  std::vector<api::Operation> found;
  for (std::uint32_t i = 0; i < api::operation_count(); ++i) {
    if (const api::Operation operation(i); holds(operation)) found.push_back(operation);
  }
  return found;
}

[[nodiscard]] inline api::Operation pick_operation(std::string_view name,
                                                   const std::vector<api::Operation>& from) {
  std::size_t sum = 0;
  for (const char c : name) sum = sum * 31 + static_cast<unsigned char>(c);
  for (const api::Operation& operation : from) {
    if (operation.name() == name) return operation;
  }
  return from[sum % from.size()];
}

}  // namespace okapi::fuzz
