#include "hosted/visit.h"

#include "api/error.h"
#include "api/form.h"
#include "base/text.h"

namespace okapi::hosted {
namespace {

Json tree_of(const api::FormNode& node) {
  if (node.is_leaf) return node.value;
  Json tree = Json::object();
  for (const auto& [key, child] : node.children) tree[key] = tree_of(child);
  return tree;
}

server::World& world_of(server::Dispatch& dispatch, const std::vector<std::string>& ids) {
  server::World* world = ids.empty() ? nullptr : dispatch.accounts().find(ids.front());
  if (world == nullptr) {
    throw api::refused_request(404, "There is no such page: it is of an account unknown here.");
  }
  return *world;
}

}  // namespace

Visit::Visit(server::Dispatch& dispatch, const api::Request& request, std::vector<std::string> ids)
    : dispatch_(dispatch), request_(request), world_(world_of(dispatch, ids)) {
  if (ids.size() > 1) id_ = ids[1];
  if (id_.starts_with("test_")) id_.erase(0, 5);
  fields_ = tree_of(api::parse_form(request.query(), is_post() ? request.body : ""));
}

std::string Visit::field(std::string_view name) const {
  const auto found = fields_.find(name);
  if (found == fields_.end() || !found->is_string()) return {};
  return std::string(trimmed(found->get_ref<const std::string&>()));
}

std::string Visit::base_url() const {
  return concat(request_.secure ? "https://" : "http://", api::header(request_.headers, "Host"));
}

std::string Visit::url() const { return base_url() + path(); }

store::Document Visit::find(std::string_view kind, std::string_view object) const {
  return world_.store.find_committed(kind, object);
}

store::Document Visit::require(std::string_view kind) const {
  store::Document document = find(kind, id_);
  if (!document) throw api::refused_request(404, "There is no such page: what it shows is gone.");
  return document;
}

}  // namespace okapi::hosted
