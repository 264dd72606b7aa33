// What a request to a control path asks for, read from a JSON body or from query and form alike.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "api/request.h"
#include "base/json.h"

namespace okapi::server {

class ControlInput {
 public:
  // Throws api::ApiError when the body is neither, or names a parameter that is not in `known`.
  ControlInput(const api::Request& request, std::initializer_list<std::string_view> known);
  ControlInput(Json tree, std::string path);  // an object inside; `path` is its name in errors

  // Absent, null and "" are empty; throw when the value is of another kind.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] std::optional<ControlInput> object(std::string_view name) const;
  [[nodiscard]] const Json& tree() const { return tree_; }

 private:
  [[nodiscard]] const Json* find(std::string_view name) const;
  [[nodiscard]] std::string full_name(std::string_view name) const;
  Json tree_ = Json::object();
  std::string path_;
};

}  // namespace okapi::server
