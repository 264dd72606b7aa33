#include "catalogue/read.h"

#include <algorithm>
#include <string>
#include <vector>

#include "catalogue/overlay.h"
#include "catalogue/parse.h"

namespace okapi::catalogue {
namespace {

namespace fs = std::filesystem;

// "billing/credit_grants.yaml" is the resource billing.credit_grants.
std::string resource_name(const fs::path& relative) {
  const fs::path path = *relative.begin() == "retired" ? relative.filename() : relative;
  std::string name = fs::path(path).replace_extension().generic_string();
  std::ranges::replace(name, '/', '.');
  return name;
}

// Throws when the file at `origin` names an object that no file describes.
void check_target(const Catalogue& catalogue, const std::string& target,
                  const std::string& origin) {
  if (!catalogue.objects.contains(target)) throw Fault(origin + ": no object '" + target + "'");
}

void check_targets(const Catalogue& catalogue, const std::vector<Item>& items,
                   const std::string& origin) {
  for (const Item& item : items) {
    for (const std::string& target : item.targets) check_target(catalogue, target, origin);
    check_targets(catalogue, item.children, origin);
  }
}

void check(const Catalogue& catalogue) {
  for (const auto& [name, object] : catalogue.objects) {
    check_targets(catalogue, object.fields, object.origin);
  }
  for (const auto& [name, operation] : catalogue.operations) {
    check_targets(catalogue, operation.params, operation.origin);
    const std::string& object = operation.response_object;
    if (!object.empty()) check_target(catalogue, object, operation.origin);
  }
}

}  // namespace

Catalogue read(const std::filesystem::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path relative = entry.path().lexically_relative(folder);
    if (relative.extension() == ".yaml") files.push_back(relative);
  }
  std::ranges::sort(files);
  Catalogue catalogue;
  parse_enums(catalogue, load(folder / "enums.yaml", "enums.yaml"));
  parse_stripe(catalogue, load(folder / "stripe.yaml", "stripe.yaml"));
  for (const fs::path& file : files) {
    const bool special =
        file == "enums.yaml" || file == "stripe.yaml" || *file.begin() == "overlay";
    if (special) continue;
    parse_resource(catalogue, load(folder / file, file.generic_string()), resource_name(file));
  }
  apply_overlay(catalogue, folder / "overlay");
  check(catalogue);
  return catalogue;
}

}  // namespace okapi::catalogue
