// API versions (api-conventions 8): handlers serve the newest one and nothing else. For a client
// that is pinned to an older one its parameters are lifted on the way in, oldest change first, and
// the answer is walked back on the way out, newest change first. The changes themselves stand in
// versions/, one file each; see version_change.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/catalogue.h"
#include "api/form.h"
#include "base/json.h"
#include "store/account.h"

namespace okapi::api {

// Empty is the newest, too.
[[nodiscard]] bool is_newest(std::string_view version);
[[nodiscard]] bool is_known_version(std::string_view version);
[[nodiscard]] std::string_view oldest_version();

// What an older shape needs beyond the object itself: the price of a line, an invoice's payments.
struct Lookup {
  std::function<store::Document(std::string_view kind, std::string_view id)> find;
  std::function<std::vector<store::Document>(std::string_view kind, std::string_view field,
                                             std::string_view value)>
      where;
};
// The transaction must outlive it.
[[nodiscard]] Lookup lookup_in(const store::Transaction& tx);
[[nodiscard]] Lookup lookup_in(std::shared_ptr<const store::State> state);

// Whom something is walked back for.
struct Older {
  std::string_view version;
  Lookup lookup;
};
// Every object in `value`, at any depth, from the newest shape to that of the version. An event
// keeps the version it was made for, whoever reads it.
void walk_back(Json& value, const Older& older);
// The event's data in the shape of `version`, and api_version says so.
void walk_back_event(Json& event, std::string_view version, const Lookup& lookup);

// The parameters that the caller's version has to those of the newest. Refuses what that version
// did not know yet.
void lift_params(std::string_view version, std::string_view operation, FormNode& form);

// A field of `object` that expand[] could name in this version and that is gone since: the kind of
// object that its id stands for.
[[nodiscard]] std::optional<std::string_view> old_reference(std::string_view version,
                                                            std::string_view object,
                                                            std::string_view field);

// What the version calls a parameter of the operation, for refusals.
[[nodiscard]] std::string_view old_param(std::string_view version, std::string_view operation,
                                         std::string_view param);

// False for a code of errors that came later; they had none then.
[[nodiscard]] bool has_code(std::string_view version, std::string_view code);

// False for an operation that came later.
[[nodiscard]] bool has_operation(std::string_view version, std::string_view operation);

// The version that lost the operation; empty for one of today.
[[nodiscard]] std::string_view removed_in(std::string_view operation);

// What a version did differently that is not a matter of shape; each belongs to one change.
enum class Behaviour {
  classic_billing,  // billing_mode of a subscription that names none
  counts_lists,     // expand[]=total_count
};
[[nodiscard]] bool behaves(std::string_view version, Behaviour behaviour);

}  // namespace okapi::api
