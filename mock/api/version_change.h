// One change of Stripe's API, as each file of versions/ states one. A file is named for its version
// and its subject and defines one constant of the file's name; the build writes the list.
//
// to_older sees one object as the change's own version has it: the changes since then are undone
// already, those before are not. What stands inside of it is still in the newest shape, and so is
// whatever it puts in: the walk comes there afterwards. An object may be partial (a deleted one
// never comes), so nothing may be taken for granted but its `object`.
#pragma once

#include <span>
#include <string_view>

#include "api/old_call.h"
#include "api/version.h"

namespace okapi::api {

// `field` of the change's objects was an id of `target` that expand[] could name.
struct OldReference {
  std::string_view field;
  std::string_view target;
};

// What a refusal calls the parameter `now` to a client that sent it as `before`.
struct RenamedParam {
  std::string_view before;
  std::string_view now;
};

struct VersionChange {
  std::string_view version;  // the first that has it; "2025-03-31.basil"
  std::string_view summary;
  std::span<const std::string_view> objects = {};  // that it touches: "invoice"
  // Fields that came with it, dotted; through arrays and lists: "phases.trial", "items.data.x".
  std::span<const std::string_view> added = {};
  void (*to_older)(Json& object, const Lookup& lookup) = nullptr;
  std::span<const OldReference> references = {};
  std::span<const std::string_view> operations = {};    // whose parameters it touches
  std::span<const std::string_view> added_params = {};  // that came with it, of the top level
  void (*to_newer)(FormNode& form) = nullptr;
  std::span<const RenamedParam> renamed = {};
  std::span<const std::string_view> added_codes = {};         // of errors
  std::span<const std::string_view> added_operations = {};    // that came with it
  std::span<const std::string_view> removed_operations = {};  // of catalogue/retired
  std::span<const OldCall> calls = {};                        // that went with it
  std::optional<Behaviour> behaviour = {};                    // that older versions have
};

// Newest first. Written by the build.
[[nodiscard]] std::span<const VersionChange* const> version_changes();

// --- readers and writers for the changes; what is not there is null, or stays as it is

// The value of `from` under the name `to`; null where there was none.
void rename_field(Json& object, std::string_view from, std::string_view to);
void erase_fields(Json& object, std::initializer_list<std::string_view> names);
// The stored object without okapi's own fields; null when there is none or `id` is no string.
[[nodiscard]] Json whole_object(const Lookup& lookup, std::string_view kind, const Json& id);
// The id of what is an id or a whole object; null otherwise.
[[nodiscard]] Json id_of(const Json& reference);

}  // namespace okapi::api
