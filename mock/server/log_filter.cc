#include "server/log_filter.h"

#include <algorithm>

#include "api/error.h"
#include "base/text.h"
#include "server/request_log.h"

namespace okapi::server {
namespace {

constexpr std::size_t longest_filters = 8 << 10;

bool succeeded(const RequestRecord& record) { return record.status >= 200 && record.status < 300; }

// Of the request, what a filter of that name compares; empty for one that okapi does not know.
std::string facet(std::string_view name, const RequestRecord& record) {
  if (name == "filter_http_method") return record.method;
  if (name == "filter_request_path") return record.target.substr(0, record.target.find('?'));
  if (name == "filter_request_status") return succeeded(record) ? "SUCCEEDED" : "FAILED";
  if (name == "filter_status_code") return std::to_string(record.status);
  if (name == "filter_status_code_type") return std::to_string(record.status / 100 * 100);
  if (name == "filter_source") return "API";
  if (name == "filter_account") return "self";
  return {};
}

}  // namespace

LogFilter::LogFilter(std::string_view filters) {
  if (filters.empty()) return;
  const Json given =
      filters.size() > longest_filters ? Json() : Json::parse(filters, nullptr, false);
  if (!given.is_object()) throw api::invalid_request("Invalid object", "filters");
  for (const auto& [name, values] : given.items()) {
    if (!values.is_array()) continue;
    std::vector<std::string>& wanted = filters_[name];
    for (const Json& value : values) {
      wanted.push_back(value.is_string() ? value.get<std::string>() : to_compact(value));
    }
  }
}

bool LogFilter::wants(const RequestRecord& record) const {
  return std::ranges::all_of(filters_, [&](const auto& filter) {
    const auto& [name, wanted] = filter;
    if (wanted.empty()) return true;
    const std::string value = facet(name, record);
    return value.empty() || std::ranges::find(wanted, value) != wanted.end();
  });
}

}  // namespace okapi::server
