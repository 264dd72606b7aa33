// Bodies of multipart/form-data, which carry files (api-conventions 1.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace okapi::api {

struct Upload {
  std::string filename;
  std::string content_type;
  std::string bytes;
};

struct MultipartForm {
  std::string pairs;           // of the parts that are no files, as a form has them
  std::optional<Upload> file;  // the part called "file", if it is a file
};

[[nodiscard]] bool is_multipart(std::string_view content_type);
// Throws undecodable_parameters() for a body that is none.
[[nodiscard]] MultipartForm parse_multipart(std::string_view content_type, std::string_view body);

}  // namespace okapi::api
