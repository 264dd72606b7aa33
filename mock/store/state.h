// The inside of an account's state. Only store/ includes this.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "store/account.h"
#include "store/persistent_map.h"

namespace okapi::store {

struct Row {
  Document document;
  std::vector<Due> due;  // what the queue holds for it, so that it can be taken out again
};

struct Table {
  PersistentMap<std::uint64_t, Row> rows;            // by sequence
  PersistentMap<std::string, std::uint64_t> by_id;
  // (field \0 value \0 big-endian sequence)
  PersistentMap<std::string, std::uint64_t> indexes;
};

struct DueKey {
  std::string clock;
  Seconds at = 0;
  int rank = 0;
  std::uint64_t sequence = 0;
  std::string action;
  friend auto operator<=>(const DueKey&, const DueKey&) = default;
};

struct State {
  std::map<std::string, std::shared_ptr<const Table>, std::less<>> tables;
  PersistentMap<DueKey, std::string> due;  // to the kind
  MeterLog meter_log;
  ClockSetting clock;
  std::uint64_t next_sequence = 1;
  std::uint64_t next_id = 1;
  std::uint64_t next_number = 1;
};

}  // namespace okapi::store
