#include "server/request_log.h"

#include <algorithm>

#include <unistd.h>

#include "base/json.h"
#include "base/text.h"

namespace okapi::server {
namespace {

std::string milliseconds_text(std::int64_t microseconds) {
  std::string text = concat(std::to_string(microseconds / 1000), ".");
  const std::string fraction = std::to_string(1000 + microseconds % 1000);
  return text + fraction.substr(1, 2);
}

// Client text must not be able to forge a second line or a second field.
void append_field(std::string& line, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!line.empty()) line += ' ';
  line += name;
  line += '=';
  const bool plain = std::ranges::all_of(
      value, [](char c) { return c > ' ' && c != '"' && c != '\\' && c != '=' && c != 0x7f; });
  if (plain) {
    line += value;
  } else {
    append_quoted(line, value);
  }
}

std::string_view path_of(const RequestRecord& record) {
  return std::string_view(record.target).substr(0, record.target.find('?'));
}

std::string text_line(const RequestRecord& record) {
  std::string line;
  line.reserve(256);
  append_field(line, "time", to_rfc3339(record.at));
  append_field(line, "request_id", record.request_id);
  append_field(line, "account", record.account);
  append_field(line, "method", record.method);
  append_field(line, "path", path_of(record));
  append_field(line, "operation", record.operation);
  append_field(line, "version", record.version);
  append_field(line, "status", std::to_string(record.status));
  append_field(line, "error", record.error_code);
  append_field(line, "bug", record.bug);
  append_field(line, "replayed", record.replayed ? "true" : "");
  append_field(line, "ms", milliseconds_text(record.microseconds));
  return line;
}

std::string json_line(const RequestRecord& record) {
  std::string line = "{";
  const auto member = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (line.size() > 1) line += ',';
    append_quoted(line, name);
    line += ':';
    append_quoted(line, value);
  };
  member("time", to_rfc3339(record.at));
  member("request_id", record.request_id);
  member("account", record.account);
  member("method", record.method);
  member("path", path_of(record));
  member("operation", record.operation);
  member("version", record.version);
  member("error", record.error_code);
  member("bug", record.bug);
  line += concat(",\"status\":", std::to_string(record.status),
                 ",\"replayed\":", record.replayed ? "true" : "false",
                 ",\"ms\":", milliseconds_text(record.microseconds), "}");
  return line;
}

void write_line(std::string line) {
  line += '\n';
  // One write for the whole line, so that lines of several threads do not mix. Nobody can be told
  // when stderr is gone.
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace

RequestLog::RequestLog(Settings settings) : settings_(std::move(settings)) {
  ring_.reserve(std::min<std::size_t>(settings_.most_records, 64));
}

void RequestLog::add(RequestRecord record) {
  if (!settings_.quiet) write_line(log_line(record, settings_.json));
  if (settings_.watch) settings_.watch(record);
  if (record.body.size() > longest_body) record.body.resize(longest_body);
  const std::lock_guard guard(lock_);
  Tally& tally = tallies_[record.operation][record.status];
  ++tally.requests;
  tally.microseconds += record.microseconds;
  const std::size_t place = added_++ % settings_.most_records;
  if (place < ring_.size()) {
    std::swap(ring_[place], record);  // the old one is freed after the lock
  } else {
    ring_.push_back(std::move(record));
  }
}

std::vector<RequestRecord> RequestLog::newest(std::string_view account, std::size_t most) const {
  const std::lock_guard guard(lock_);
  std::vector<RequestRecord> found;
  for (std::size_t back = 1; back <= ring_.size() && found.size() < most; ++back) {
    const RequestRecord& record = ring_[(added_ - back) % settings_.most_records];
    if (record.method.empty()) continue;  // forgotten
    if (account.empty() || record.account == account) found.push_back(record);
  }
  return found;
}

bool RequestLog::find(std::string_view request_id, RequestRecord& found) const {
  const std::lock_guard guard(lock_);
  const auto place = std::ranges::find(ring_, request_id, &RequestRecord::request_id);
  if (place == ring_.end()) return false;
  found = *place;
  return true;
}

std::uint64_t RequestLog::count() const {
  const std::lock_guard guard(lock_);
  return added_;
}

RequestLog::Tallies RequestLog::tallies() const {
  const std::lock_guard guard(lock_);
  return tallies_;
}

void RequestLog::forget(std::string_view account) {
  const std::lock_guard guard(lock_);
  for (RequestRecord& record : ring_) {
    // The place stays, so that the order of the others holds.
    if (record.account == account) record = RequestRecord();
  }
}

std::string log_line(const RequestRecord& record, bool json) {
  return json ? json_line(record) : text_line(record);
}

}  // namespace okapi::server
