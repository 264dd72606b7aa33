// What a {{PRODUCT_ID}} of a documentation page stands for: the newest object of that kind. Words
// of the name that stand in the object decide between several: METERED_USAGE_PRICE_ID is the newest
// price that says "metered" somewhere, and two names in one request never mean the same object.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace okapi::cli {

// The names inside {{…}}, in order of appearance, each once.
[[nodiscard]] std::vector<std::string> placeholders_in(std::string_view text);
[[nodiscard]] std::string fill_placeholders(std::string text,
                                            const std::map<std::string, std::string>& values);

struct PlaceholderKind {
  std::string object;     // "price"
  std::string list_path;  // "/v1/prices"; empty when the API cannot list it without a parent
  std::vector<std::string> words;  // lower-case: METERED_USAGE_PRICE_ID gives metered, usage
};
// By the longest noun that the name ends with; nullopt when no object of Stripe's is called so.
[[nodiscard]] std::optional<PlaceholderKind> kind_of_placeholder(std::string_view name);

// Which object each name means; `candidates` newest first. A name without one is left out.
struct Wanted {
  std::string name;
  std::vector<std::string> words;
};
[[nodiscard]] std::map<std::string, std::string> choose_objects(
    const std::vector<Wanted>& names, const std::vector<Json>& candidates);

}  // namespace okapi::cli
