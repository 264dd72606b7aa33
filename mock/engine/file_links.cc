#include "engine/file_links.h"

#include "api/error.h"
#include "api/render.h"
#include "base/text.h"

namespace okapi::engine {

store::Document create_file_link(api::Context& ctx, const std::string& file, const Json& params) {
  const auto expires_at = maybe_integer(params, "expires_at");
  if (expires_at && *expires_at <= ctx.now()) throw api::future_timestamp_required("expires_at");
  Json link = api::default_object(ctx.tx, "file_link");
  link.update(
      {{"expired", false},
       {"expires_at", expires_at ? Json(*expires_at) : Json()},
       {"file", file},
       {"url", concat(ctx.base_url, "/links/", ctx.tx.account_id(), "/", text(link, "id"))}});
  api::merge_metadata(link, params);
  store::Document stored = ctx.tx.insert(std::move(link));
  ctx.tx.update(ctx.tx.find("file", file), [&](Json& edited) {
    Json& links = edited["links"]["data"];
    links.insert(links.begin(), api::public_tree(stored));
  });
  return stored;
}

Json file_link_now(const store::Document& link, Seconds now) {
  Json shown = api::public_tree(link);
  const auto expires_at = maybe_integer(shown, "expires_at");
  shown["expired"] = expires_at && *expires_at <= now;
  return shown;
}

}  // namespace okapi::engine
