// Files (api-conventions 1.2): an upload is kept as it came, apart from the file object, which is
// listed and read often. server/downloads.h gives it back.
#include <algorithm>

#include "api/error.h"
#include "api/list.h"
#include "api/operation.h"
#include "base/ascii.h"
#include "base/base64.h"
#include "base/text.h"
#include "engine/file_links.h"

namespace okapi::resources {
namespace {

constexpr const char* kind = "file";

// Stripe: the type is the short word for what the file is ("pdf", "jpg", "csv").
Json type_of(const api::Upload& upload) {
  const std::size_t dot = upload.filename.rfind('.');
  if (dot != std::string::npos && dot + 1 < upload.filename.size()) {
    const std::string extension = lowered(upload.filename.substr(dot + 1));
    return extension == "jpeg" ? "jpg" : extension;
  }
  const std::string_view media = upload.content_type;
  const std::size_t slash = media.find('/');
  if (slash == media.npos) return nullptr;
  const std::string_view subtype = media.substr(slash + 1);
  if (subtype == "jpeg") return "jpg";
  return subtype == "octet-stream" ? Json() : Json(subtype);
}

api::Reply create(api::Context& ctx) {
  if (!ctx.input.upload) {
    throw api::invalid_request("Invalid file: must be uploaded as multipart/form-data.", "file");
  }
  const api::Upload& upload = *ctx.input.upload;
  if (upload.bytes.empty()) throw api::invalid_request("The file is empty.", "file");
  Json file = api::default_object(ctx.tx, kind);
  const std::string id = text(file, "id");
  file.update({{"filename", upload.filename.empty() ? Json(id) : Json(upload.filename)},
               {"purpose", ctx.params.at("purpose")},
               {"size", upload.bytes.size()},
               {"type", type_of(upload)},
               {"url", concat(ctx.base_url, "/v1/files/", id, "/contents")}});
  file["links"] = api::embedded_list({}, concat("/v1/file_links?file=", id));
  store::Document stored = ctx.tx.insert(std::move(file));
  ctx.tx.insert({{"object", "okapi.file_contents"},
                 {"id", id},
                 {"content_type", upload.content_type},
                 {"data", encode_base64(upload.bytes)}});
  ctx.tx.emit("file.created", stored);
  const Json& link = ctx.params.value("file_link_data", Json::object());
  if (!maybe_boolean(link, "create")) return stored;
  engine::create_file_link(ctx, id, link);
  return ctx.tx.find(kind, id);
}

api::Reply retrieve(api::Context& ctx) { return api::require(ctx.tx, kind, ctx.path_id); }

api::Reply list(api::Context& ctx) { return api::list_by_params(ctx, kind); }

}  // namespace

void register_files(api::Registry& registry) {
  registry.bind("files.create", create);
  registry.bind("files.retrieve", retrieve);
  registry.bind("files.list", list);
}

}  // namespace okapi::resources
