// What the store is told about the kinds it keeps, so that it can derive what must never be patched
// by hand: secondary indexes and the queue of what falls due. Filled once at start (api::Registry).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace okapi::store {

// Something that happens by itself to one document. Steps run in the order (at, rank, sequence of
// the document), brief subscriptions-invoices 5.2; `rank` is the row of that table.
struct Due {
  Seconds at = 0;
  int rank = 0;
  std::string action;  // names the step to engine: "finalize", "renew", "expire"
  std::string clock;   // the test clock that rules it; empty: the account's own clock
};

using DueReader = void (*)(const Json& document, std::vector<Due>& due);

struct Schema {
  // kind -> string fields by which where() can find documents: {"invoice", {"customer", …}}.
  // Dotted names reach into objects: "parent.subscription_details.subscription". "customer unless
  // invoice" has those alone whose invoice is no text: the few that wait among the many that did.
  std::map<std::string, std::vector<std::string>, std::less<>> indexes;
  std::map<std::string, DueReader, std::less<>> due;
};

}  // namespace okapi::store
