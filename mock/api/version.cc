#include "api/version.h"

#include <algorithm>
#include <map>
#include <utility>

#include "api/difference.h"
#include "api/error.h"
#include "api/render.h"
#include "api/version_change.h"
#include "store/committed.h"

namespace okapi::api {
namespace {

using Changes = std::vector<const VersionChange*>;

// Newest first, by object. Built on first use, afterwards only read.
const Changes& changes_of(std::string_view object) {
  static const std::map<std::string_view, Changes> by_object = [] {
    std::map<std::string_view, Changes> all;
    for (const VersionChange* change : version_changes()) {
      for (const std::string_view name : change->objects) all[name].push_back(change);
    }
    return all;
  }();
  static const Changes none;
  const auto found = by_object.find(object);
  return found == by_object.end() ? none : found->second;
}

bool holds(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

const std::string* kind_of(const Json& object) {
  const auto kind = object.find("object");
  if (kind == object.end() || !kind->is_string()) return nullptr;
  return &kind->get_ref<const std::string&>();
}

void erase_path(Json& value, std::string_view path) {
  if (value.is_array()) {
    for (Json& element : value) erase_path(element, path);
    return;
  }
  if (!value.is_object()) return;
  const std::size_t dot = path.find('.');
  const auto member = value.find(path.substr(0, dot));
  if (member == value.end()) return;
  if (dot == path.npos) {
    value.erase(member);
  } else {
    erase_path(*member, path.substr(dot + 1));
  }
}

void undo_changes(Json& object, const std::string& kind, const Older& older) {
  if (object.value("deleted", Json()) == true) return;
  for (const VersionChange* change : changes_of(kind)) {
    if (older.version >= change->version) return;
    for (const std::string_view path : change->added) erase_path(object, path);
    if (change->to_older != nullptr) change->to_older(object, older.lookup);
  }
}

// What the object was before the event: `previous` laid over it, see previous_attributes().
Json before_event(Json object, const Json& previous) {
  for (const auto& [key, value] : previous.items()) {
    Json& member = object[key];
    if (member.is_object() && value.is_object()) {
      member = before_event(std::move(member), value);
    } else {
      member = value;
    }
  }
  return object;
}

}  // namespace

bool is_newest(std::string_view version) { return version.empty() || version == api_version(); }

bool is_known_version(std::string_view version) {
  static const std::vector<std::string_view> known = api_versions();
  return std::ranges::find(known, version) != known.end();
}

std::string_view oldest_version() {
  static const std::string_view oldest = api_versions().back();
  return oldest;
}

Lookup lookup_in(const store::Transaction& tx) {
  return {.find = [&tx](std::string_view kind, std::string_view id) { return tx.find(kind, id); },
          .where = [&tx](std::string_view kind, std::string_view field,
                         std::string_view value) { return tx.where(kind, field, value); }};
}

Lookup lookup_in(std::shared_ptr<const store::State> state) {
  return {.find = [state](std::string_view kind,
                          std::string_view id) { return store::find_committed(*state, kind, id); },
          .where =
              [state = std::move(state)](std::string_view kind, std::string_view field,
                                         std::string_view value) {
                return store::where_committed(*state, kind, field, value);
              }};
}

void walk_back(Json& value, const Older& older) {
  if (value.is_array()) {
    for (Json& element : value) walk_back(element, older);
    return;
  }
  if (!value.is_object()) return;
  if (const std::string* kind = kind_of(value)) {
    if (*kind == "event") {
      // Stripe: what an event holds never changes; api_version says how it was rendered.
      const std::string version = maybe_text(value, "api_version").value_or("");
      return walk_back_event(value, version, older.lookup);
    }
    undo_changes(value, std::string(*kind), older);
  }
  for (const auto& [key, member] : value.items()) {
    // The user's own words may look like an object.
    if (key != "metadata") walk_back(member, older);
  }
}

void walk_back_event(Json& event, std::string_view version, const Lookup& lookup) {
  if (!event.contains("data") || !event.at("data").contains("object")) return;
  event["api_version"] = version;
  if (is_newest(version)) return;
  const Older older{.version = version, .lookup = lookup};
  Json& data = event["data"];
  Json& object = data["object"];
  const auto previous = data.find("previous_attributes");
  if (previous == data.end()) return walk_back(object, older);
  Json before = before_event(object, *previous);
  walk_back(before, older);
  walk_back(object, older);
  *previous = previous_attributes(before, object);
}

void lift_params(std::string_view version, std::string_view operation, FormNode& form) {
  Changes changes;  // that matter here
  for (const VersionChange* change : version_changes()) {
    if (version >= change->version) break;
    if (holds(change->operations, operation)) changes.push_back(change);
  }
  std::ranges::reverse(changes);  // the oldest one first
  for (const VersionChange* change : changes) {
    for (const std::string_view added : change->added_params) {
      if (form.find(added) != nullptr) throw unknown_parameter(added);
    }
  }
  for (const VersionChange* change : changes) {
    if (change->to_newer != nullptr) change->to_newer(form);
  }
}

std::string_view old_param(std::string_view version, std::string_view operation,
                           std::string_view param) {
  for (const VersionChange* change : version_changes()) {
    if (version >= change->version) break;
    if (!holds(change->operations, operation)) continue;
    const auto found = std::ranges::find(change->renamed, param, &RenamedParam::now);
    if (found != change->renamed.end()) param = found->before;
  }
  return param;
}

bool has_code(std::string_view version, std::string_view code) {
  if (is_newest(version)) return true;
  return std::ranges::none_of(version_changes(), [&](const VersionChange* change) {
    return version < change->version && holds(change->added_codes, code);
  });
}

bool has_operation(std::string_view version, std::string_view operation) {
  if (is_newest(version)) return true;
  return std::ranges::none_of(version_changes(), [&](const VersionChange* change) {
    return version < change->version && holds(change->added_operations, operation);
  });
}

std::optional<std::string_view> old_reference(std::string_view version, std::string_view object,
                                              std::string_view field) {
  for (const VersionChange* change : changes_of(object)) {
    if (version >= change->version) break;
    const auto found = std::ranges::find(change->references, field, &OldReference::field);
    if (found != change->references.end()) return found->target;
  }
  return {};
}

std::string_view removed_in(std::string_view operation) {
  for (const VersionChange* change : version_changes()) {
    if (holds(change->removed_operations, operation)) return change->version;
  }
  return {};
}

bool behaves(std::string_view version, Behaviour behaviour) {
  if (is_newest(version)) return false;
  return std::ranges::any_of(version_changes(), [&](const VersionChange* change) {
    return change->behaviour == behaviour && version < change->version;
  });
}

void rename_field(Json& object, std::string_view from, std::string_view to) {
  const auto found = object.find(from);
  Json value = found == object.end() ? Json() : std::move(*found);
  if (found != object.end()) object.erase(found);
  object[std::string(to)] = std::move(value);
}

void erase_fields(Json& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const auto found = object.find(name); found != object.end()) object.erase(found);
  }
}

Json whole_object(const Lookup& lookup, std::string_view kind, const Json& id) {
  if (!id.is_string()) return {};
  const store::Document found = lookup.find(kind, id.get_ref<const std::string&>());
  return found ? public_tree(found) : Json();
}

Json id_of(const Json& reference) {
  if (reference.is_string()) return reference;
  return reference.is_object() ? reference.value("id", Json()) : Json();
}

}  // namespace okapi::api
