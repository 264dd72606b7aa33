// expand[]: ids become objects, four levels deep, also under `data.` (api-conventions 6.3).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/catalogue.h"
#include "base/json.h"
#include "store/account.h"

namespace okapi::api {

struct Older;  // version.h

// Refuses paths that the operation's answer cannot expand in this version. Before any lookup.
void check_expand(const Operation& operation, const std::vector<std::string>& paths,
                  std::string_view version = {});

// Fields that exist only when asked for are made here: price.tiers, customer.subscriptions, …;
// registered by resources under "price.tiers".
using Includable = std::function<Json(store::Transaction& tx, const Json& object)>;
void register_includable(std::string_view object_and_field, Includable make);

// Expands in place: `value` is one object or a v1 list of them, in the shape of `older` when that
// is given; so is what is put in.
void expand(store::Transaction& tx, Json& value, const std::vector<std::string>& paths,
            const Older* older = nullptr);

}  // namespace okapi::api
