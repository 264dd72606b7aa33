#include <algorithm>
#include <array>
#include <utility>

#include "api/form_edit.h"
#include "api/version_change.h"

namespace okapi::api::versions {
namespace {

// Before dahlia, and since.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> words = {
    {{"hosted", "hosted_page"}, {"embedded", "embedded_page"}, {"custom", "elements"}}};

void to_older(Json& session, const Lookup&) {
  const std::string mode = maybe_text(session, "ui_mode").value_or("");
  for (const auto& [before, since] : words) {
    if (mode == since) session["ui_mode"] = before;
  }
}

void to_newer(FormNode& form) {
  FormNode* mode = find_node(form, "ui_mode");
  if (mode == nullptr) return;
  const auto known = std::ranges::find(words, mode->value, &decltype(words)::value_type::first);
  if (known != words.end()) mode->value = known->second;
}

constexpr std::string_view objects[] = {"checkout.session"};
constexpr std::string_view operations[] = {"checkout.sessions.create"};

}  // namespace

extern const VersionChange change_2026_03_25_dahlia_checkout_ui_modes = {
    .version = "2026-03-25.dahlia",
    .summary =
        "The ui_mode of a Checkout session is hosted_page, embedded_page or elements; "
        "before, hosted, embedded or custom.",
    .objects = objects,
    .to_older = to_older,
    .operations = operations,
    .to_newer = to_newer};

}  // namespace okapi::api::versions
