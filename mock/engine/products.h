// Products as they come into being: from their own endpoint, or inside the creation of a price.
#pragma once

#include <string>
#include <string_view>

#include "store/account.h"

namespace okapi::engine {

// `params` are those of POST /v1/products (product_data has a subset of them). `prefix` says where
// they stood, "product_data" or nothing, so that refusals name them. Emits product.created.
store::Document create_product(store::Transaction& tx, const Json& params,
                               std::string_view prefix = {});

}  // namespace okapi::engine
