#include "api/sample.h"

#include "api/list.h"
#include "base/check.h"
#include "base/text.h"

namespace okapi::api {
namespace {

// Objects inside of objects: a required member that is a whole object has its own required members.
constexpr int deepest = 4;

// "/v1/charges/" of a kind that is retrieved by its own id alone; empty for others.
std::string path_of(std::string_view kind) {
  for (std::uint32_t i = 0; i < operation_count(); ++i) {
    const Operation operation(i);
    const std::string_view path = operation.path();
    const std::size_t hole = path.find('{');
    if (operation.method() != "GET" || operation.shape() != Shape::object) continue;
    if (operation.response_object() != kind || path.find('}') != path.size() - 1) continue;
    return std::string(path.substr(0, hole));
  }
  return {};
}

class Sampler {
 public:
  Sampler(store::Transaction& tx, bool v2) : tx_(tx), v2_(v2) {}

  Json object_of(std::string_view kind, int depth) {
    ObjectType type(0);
    if (!find_object(kind, type)) return Json::object();
    Json object = members_of(type.fields(), depth);
    object["object"] = std::string(kind);
    if (object.contains("id")) object["id"] = id_of(kind);
    return object;
  }

  // What the path says of where the object belongs: fee, of a refund below an application fee.
  void set_parent(Json& object, std::string_view kind, const std::vector<std::string>& path_ids,
                  std::string_view url) {
    Route parent;
    ObjectType type(0);
    const std::size_t first = path_ids.empty() ? url.npos : url.find(path_ids.front());
    if (path_ids.size() < 2 || first == url.npos || !find_object(kind, type)) return;
    if (!find_route("GET", url.substr(0, first + path_ids.front().size()), parent)) return;
    for (const Node field : type.fields()) {
      const bool belongs =
          field.kind() == Kind::reference && field.target() == parent.operation.response_object();
      if (belongs) object[std::string(field.name())] = path_ids.front();
    }
  }

  // One row in each list that the object holds, at the path where the list would be asked for.
  void fill_lists(Json& object, std::string_view kind) {
    ObjectType type(0);
    if (!find_object(kind, type) || !object.contains("id")) return;
    const std::string own = path_of(kind);
    for (const Node field : type.fields()) {
      if (field.kind() != Kind::list || own.empty()) continue;
      const std::string url = concat(own, text(object, "id"), "/", field.name());
      Route route;
      if (!find_route("GET", url, route)) continue;
      object[std::string(field.name())] = embedded_list({object_of(field.target(), 1)}, url);
    }
  }

  Json members_of(const NodeRange& fields, int depth) {
    Json members = Json::object();
    for (const Node field : fields) {
      if (field.optional() || (v2_ && field.nullable())) continue;
      members[std::string(field.name())] = value_of(field, depth);
    }
    return members;
  }

  Json value_of(const Node& field, int depth) {
    if (field.nullable() && field.kind() != Kind::metadata) return nullptr;
    switch (field.kind()) {
      case Kind::string:
        return "sample";
      case Kind::reference:
        return id_of(field.target());
      case Kind::embedded:
        return depth < deepest ? object_of(field.target(), depth + 1) : Json::object();
      case Kind::any:
        return Json::object();
      case Kind::decimal:
        return "0";
      case Kind::integer:
      case Kind::floating:
        return 0;
      case Kind::time:
        return v2_ ? Json(to_rfc3339(tx_.now())) : Json(tx_.now());
      case Kind::boolean:
        return false;
      case Kind::enumeration:
      case Kind::literal:
        return field.values().empty() ? Json("sample") : Json(field.values().front());
      case Kind::metadata:
      case Kind::map:
        return Json::object();
      case Kind::object:
        return members_of(field.children(), depth);
      case Kind::array:
        return Json::array();
      case Kind::list:
        return embedded_list({}, "/v1/samples");
      case Kind::any_of:
        return field.children().empty() ? Json() : value_of(field.children()[0], depth);
    }
    OKAPI_UNREACHABLE();
  }

 private:
  std::string id_of(std::string_view kind) {
    ObjectType type(0);
    const bool known = find_object(kind, type) && type.id_length() > 0;
    return known ? tx_.new_id(type.id_prefix(), type.id_length()) : tx_.new_id("sample_", 24);
  }

  store::Transaction& tx_;
  bool v2_;
};

Json list_of(Json sample, const Operation& operation, std::string_view url) {
  Json data = Json::array({std::move(sample)});
  if (operation.v2()) {
    return {{"data", std::move(data)}, {"next_page_url", nullptr}, {"previous_page_url", nullptr}};
  }
  Json list = {{"object", operation.shape() == Shape::search ? "search_result" : "list"},
               {"data", std::move(data)},
               {"has_more", false},
               {"url", std::string(url)}};
  if (operation.shape() == Shape::search) {
    list["next_page"] = nullptr;
    list["total_count"] = 1;
  }
  return list;
}

Json json_answer(store::Transaction& tx, const Operation& operation,
                 const std::vector<std::string>& path_ids, std::string_view url) {
  Sampler sampler(tx, operation.v2());
  const std::string_view kind = operation.response_object();
  // The last id of the path is the object's own, unless the operation makes a new one.
  const bool names_it = !path_ids.empty() && operation.action() != "create";
  switch (operation.shape()) {
    case Shape::object: {
      Json object = sampler.object_of(kind, 0);
      if (names_it && object.contains("id")) object["id"] = path_ids.back();
      sampler.set_parent(object, kind, path_ids, url);
      sampler.fill_lists(object, kind);
      return object;
    }
    case Shape::list:
    case Shape::search:
      return list_of(sampler.object_of(kind, 0), operation, url);
    case Shape::deleted: {
      Json stub = deleted_stub(kind, path_ids.empty() ? std::string() : path_ids.back());
      if (operation.v2()) stub.erase("deleted");
      ObjectType type(0);
      if (!find_object(kind, type)) return stub;
      for (const Node field : type.deleted_fields()) {
        stub[std::string(field.name())] = sampler.value_of(field, 0);
      }
      return stub;
    }
    case Shape::other:
      return sampler.members_of(operation.response(), 0);
  }
  OKAPI_UNREACHABLE();
}

}  // namespace

bool answers_binary(const Operation& operation) {
  return operation.method() == "GET" && operation.shape() == Shape::other &&
         operation.response().empty();
}

std::string sample_answer(store::Transaction& tx, const Operation& operation,
                          const std::vector<std::string>& path_ids, std::string_view url) {
  if (answers_binary(operation)) return "Stripe binary response";  // as stripe-mock's is
  return to_pretty(json_answer(tx, operation, path_ids, url));
}

}  // namespace okapi::api
