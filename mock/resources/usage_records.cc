// Usage records, of API versions before 2025-03-31.basil.
#include "engine/usage_records.h"

#include "api/operation.h"

namespace okapi::resources {
namespace {

api::Reply create(api::Context& ctx) {
  const Json& timestamp = ctx.params.value("timestamp", Json());
  return engine::report_usage_record(
      ctx.tx, {.item = ctx.path_id,
               .quantity = integer(ctx.params, "quantity"),
               .timestamp = timestamp.is_number_integer() ? timestamp.get<Seconds>() : 0,
               .sets = maybe_text(ctx.params, "action") == "set"});
}

}  // namespace

void register_usage_records(api::Registry& registry) {
  registry.bind("usage_records.create", create);
}

}  // namespace okapi::resources
