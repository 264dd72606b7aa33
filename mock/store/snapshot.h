// Accounts as a file: a line of JSON for the file, one for each account, one for each document and
// meter event, one for the end, so that a cut file is told from a whole one. Documents are copied
// as text in both directions; indexes and what is due are made again from them.
//
//   {"okapi_snapshot":1,"api_version":"2026-10-28.endive","accounts":1}
//   {"account":{"name":"sk_test_x","clock":{…},"next_sequence":3,"next_id":9,"next_number":1}}
//   {"sequence":1,"document":{"id":"cus_…","object":"customer",…}}
//   {"meter_event":{"meter":"mtr_…","customer":"cus_…","identifier":"…","at":…,"value":"25",…}}
//   {"end":4}                                                     (the lines before this one)
//
// What a server keeps beside its accounts (idempotency records, the request log, named snapshots)
// is not part of it.
#pragma once

#include <istream>
#include <memory>
#include <ostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "store/account.h"

namespace okapi::store {

struct NamedState {
  std::string name;  // the key it is found by
  std::shared_ptr<const State> state;
};

// One sentence that names file and line and says what to do.
struct SnapshotError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void write_snapshot(std::ostream& out, std::span<const NamedState> accounts,
                    std::string_view api_version);
// `name` is the file's in errors.
[[nodiscard]] std::vector<NamedState> read_snapshot(std::istream& in, const std::string& name,
                                                    const Schema& schema,
                                                    std::string_view api_version);

}  // namespace okapi::store
