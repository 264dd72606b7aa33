// An account to run engine functions on, without resources: what they register is named by the
// test.
#pragma once

#include <string>
#include <vector>

#include "api/operation.h"
#include "store/account.h"

namespace okapi::engine {

constexpr Seconds frozen_now = 1'767'225'600;  // 2026-01-01T00:00:00Z

class TestWorld {
 public:
  explicit TestWorld(store::Schema schema)
      : schema_(std::move(schema)),
        account({.id = "acct_test",
                 .schema = &schema_,
                 .ids = {.counting = true, .seed = 0},
                 .clock = {.frozen = true, .at = frozen_now, .offset = 0},
                 .render_event = render}) {}

 private:
  static std::string render(const std::string& id, const store::EmittedEvent& event,
                            const store::Origin&) {
    return to_compact({{"id", id}, {"object", "event"}, {"type", event.type}});
  }
  store::Schema schema_;

 public:
  store::Account account;
};

// The types of the account's events, oldest first.
[[nodiscard]] inline std::vector<std::string> event_types(store::Account& account) {
  store::Transaction tx(account, {});
  std::vector<std::string> types;
  tx.scan_up("event", 0, [&](const store::Document& event) {
    types.push_back(text(*event, "type"));
    return true;
  });
  return types;
}

}  // namespace okapi::engine
