#include "api/old_call.h"

#include "api/form_edit.h"
#include "api/version_change.h"
#include "base/check.h"

namespace okapi::api {
namespace {

std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);  // the slash
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool matches(const OldCall& call, std::string_view path, Route& found, CalledOld& called) {
  std::string_view pattern = call.path;
  std::vector<std::string> ids;
  std::vector<std::pair<std::string_view, std::string>> params;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = next_segment(pattern);
    const std::string_view segment = next_segment(path);
    if (!wanted.starts_with('{')) {
      if (wanted != segment) return false;
      continue;
    }
    if (segment.empty()) return false;
    std::string value = percent_decode(segment, false);
    const std::string_view name = wanted.substr(1, wanted.size() - 2);
    if (name.starts_with('=')) {
      params.emplace_back(name.substr(1), std::move(value));
    } else if (!name.empty()) {
      ids.push_back(std::move(value));
    }
  }
  if (!pattern.empty() || !path.empty()) return false;
  OKAPI_CHECK(find_operation(call.operation, found.operation));
  found.path_ids = std::move(ids);
  called = {.call = &call, .params = std::move(params)};
  return true;
}

}  // namespace

bool find_old_call(std::string_view version, std::string_view method, std::string_view raw_path,
                   Route& found, CalledOld& called) {
  if (is_newest(version)) return false;
  for (const VersionChange* change : version_changes()) {
    if (version >= change->version) return false;
    for (const OldCall& call : change->calls) {
      if (call.method == method && matches(call, raw_path, found, called)) return true;
    }
  }
  return false;
}

void lift_call(const CalledOld& called, FormNode& form) {
  for (const auto& [name, value] : called.params) node_at(form, {name}) = form_leaf(value);
  if (called.call->to_newer != nullptr) called.call->to_newer(form);
}

}  // namespace okapi::api
