// What usage records came to, of API versions before 2025-03-31.basil.
#include "api/list.h"
#include "api/operation.h"
#include "engine/usage_records.h"

namespace okapi::resources {
namespace {

api::Reply list(api::Context& ctx) {
  return api::page_of(ctx, engine::usage_record_summaries(ctx.tx, ctx.path_id));
}

}  // namespace

void register_usage_record_summaries(api::Registry& registry) {
  registry.bind("usage_record_summaries.list", list);
}

}  // namespace okapi::resources
