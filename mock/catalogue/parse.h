// The format of the catalogue's YAML files (see README.md beside this file) to the model.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "catalogue/model.h"

namespace okapi::catalogue {

// A YAML document and where it comes from, for faults with file and line.
struct Source {
  std::string file;
  YAML::Node root;
};

[[nodiscard]] Source load(const std::filesystem::path& file, std::string_view shown_as);
[[noreturn]] void fail(const Source& source, const YAML::Node& at, const std::string& what);

// Throws when `node` is not of that kind.
void expect_map(const Source& source, const YAML::Node& node);
[[nodiscard]] std::vector<std::string> words_of(const Source& source, const YAML::Node& list);

// Members in the grammar of `fields` and `params`. `$name` is looked up in the source's `shapes`,
// then in the long enums of the catalogue.
[[nodiscard]] std::vector<Item> parse_members(const Catalogue& catalogue, const Source& source,
                                              const YAML::Node& map);

void parse_enums(Catalogue& catalogue, const Source& source);
void parse_stripe(Catalogue& catalogue, const Source& source);
// `resource` is the file's path in dots.
void parse_resource(Catalogue& catalogue, const Source& source, const std::string& resource);

}  // namespace okapi::catalogue
