// What the blocks of a journal say, written and read: one change of one account each.
//
//   {"account":"sk_test_x","change":"commit"}
//   {"state":{"clock":{…},"next_sequence":3,"next_id":9,"next_number":1}}
//   {"erased":2,"object":"customer"}
//   {"sequence":1,"document":{"id":"cus_…","object":"customer",…}}
//   {"meter_event":{…}}  {"meter_event_removed":{…}}  {"identifier":{…}}
//   {"identifier_forgotten":{…}}
//   {"beside":{…}}                                   (what a server keeps beside its accounts)
//
// A commit is told by what differs between the state before and the state after, so nothing that a
// transaction can do needs a line of its own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/account.h"
#include "store/state_lines.h"

namespace okapi::store {

[[nodiscard]] std::string change_block(std::string_view account, const Change& change);
[[nodiscard]] std::string beside_block(std::string_view account, std::string_view line);
// Blocks of at most a megabyte or so that make a state of an empty one, or of `before`.
void write_state(std::string_view account, const State* before, const State& after,
                 const std::function<void(std::string_view block)>& write);

// The account as it is, its named snapshots before it; what they share is written once.
void write_account(std::string_view name, const Account& account,
                   const std::function<void(std::string_view block)>& write);

// Plays blocks in their order.
class JournalReader {
 public:
  struct World {
    std::string name;
    std::shared_ptr<State> state;
    std::vector<std::pair<std::string, std::shared_ptr<const State>>> snapshots;
  };
  struct Others {
    std::function<void(const std::string& account, const Json& line)> beside;
    // The state was replaced; what was kept beside it goes with it.
    std::function<void(const std::string& account, const State& now)> replaced;
  };
  JournalReader(const Schema& schema, Others others) : lines_(schema), others_(std::move(others)) {}

  // Throws LineError.
  void read(std::string_view block);
  [[nodiscard]] std::vector<World>& worlds() { return worlds_; }

 private:
  World& world_of(const std::string& name);
  [[nodiscard]] static bool begin(World& world, const Json& head);
  void read_line(World& world, std::string_view line);

  const StateReader lines_;
  const Others others_;
  std::vector<World> worlds_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
};

}  // namespace okapi::store
