#include "api/operation.h"

#include <memory>
#include <mutex>
#include <shared_mutex>

#include "api/error.h"
#include "api/list.h"
#include "base/check.h"
#include "base/text.h"

namespace okapi::api {
namespace {

Json default_of(const Node& field, bool v2);

// Members that must be there. Stripe: v1 prints what is unset as null, v2 leaves it out.
Json default_members(const NodeRange& fields, bool v2) {
  Json members = Json::object();
  for (const Node field : fields) {
    if (field.optional() || (v2 && field.nullable())) continue;
    members[std::string(field.name())] = default_of(field, v2);
  }
  return members;
}

Json default_of(const Node& field, bool v2) {
  // Stripe: metadata is {} even where its type says nullable.
  if (field.nullable() && field.kind() != Kind::metadata) return nullptr;
  switch (field.kind()) {
    case Kind::string:
    case Kind::reference:
    case Kind::embedded:
    case Kind::any:
      return "";
    case Kind::decimal:
      return "0";
    case Kind::integer:
    case Kind::floating:
    case Kind::time:
      return 0;
    case Kind::boolean:
      return false;
    case Kind::enumeration:
    case Kind::literal:
      return field.values().empty() ? Json("") : Json(field.values().front());
    case Kind::metadata:
    case Kind::map:
      return Json::object();
    case Kind::object:
      return default_members(field.children(), v2);
    case Kind::array:
      return Json::array();
    case Kind::list:
      return embedded_list({}, "");
    case Kind::any_of:
      return field.children().empty() ? Json() : default_of(field.children()[0], v2);
  }
  OKAPI_UNREACHABLE();
}

// Built once for each kind, on first use; afterwards only read.
class Templates {
 public:
  const Json& of(std::string_view kind) {
    {
      const std::shared_lock reading(lock_);
      if (const auto found = by_kind_.find(kind); found != by_kind_.end()) return *found->second;
    }
    ObjectType type(0);
    OKAPI_CHECK(find_object(kind, type));
    auto built = std::make_unique<Json>(default_members(type.fields(), type.v2()));
    (*built)["object"] = std::string(kind);
    const std::unique_lock writing(lock_);
    return *by_kind_.try_emplace(std::string(kind), std::move(built)).first->second;
  }

 private:
  std::shared_mutex lock_;
  std::map<std::string, std::unique_ptr<Json>, std::less<>> by_kind_;
};

void set_time(Json& object, const char* name, Seconds now) {
  const auto field = object.find(name);
  if (field == object.end() || field->is_null()) return;
  if (field->is_number()) *field = now;
  if (field->is_string()) *field = to_rfc3339(now);
}

Operation known_operation(std::string_view name) {
  Operation operation(0);
  if (!find_operation(name, operation)) {
    throw Bug(concat("no operation of the catalogue is called ", name));
  }
  return operation;
}

}  // namespace

Registry::Registry()
    : handlers_(operation_count(), nullptr),
      computed_(operation_count(), false),
      stored_(operation_count(), false) {}

void Registry::bind(std::string_view operation_name, Handler answer) {
  Handler& place = handlers_[known_operation(operation_name).index()];
  if (place != nullptr) throw Bug(concat(operation_name, " is bound twice"));
  place = answer;
}

Handler Registry::handler(const Operation& operation) const { return handlers_[operation.index()]; }

void Registry::computed(std::string_view operation_name) {
  computed_[known_operation(operation_name).index()] = true;
}

bool Registry::is_computed(const Operation& operation) const {
  return computed_[operation.index()];
}

void Registry::stored(std::string_view operation_name) {
  const Operation operation = known_operation(operation_name);
  OKAPI_CHECK(handlers_[operation.index()] == nullptr);
  stored_[operation.index()] = true;
}

bool Registry::is_stored(const Operation& operation) const { return stored_[operation.index()]; }

void Registry::index(std::string_view kind, std::string_view field) {
  schema_.indexes[std::string(kind)].emplace_back(field);
}

void Registry::due(std::string_view kind, store::DueReader reader) {
  const bool fresh = schema_.due.emplace(std::string(kind), reader).second;
  if (!fresh) throw Bug(concat("two due readers for ", kind));
}

std::string_view noun_of(std::string_view kind) {
  ObjectType type(0);
  if (find_object(kind, type) && !type.noun().empty()) return type.noun();
  return kind;
}

std::string_view path_param_of(std::string_view kind) {
  ObjectType type(0);
  if (find_object(kind, type) && !type.path_param().empty()) return type.path_param();
  return "id";
}

store::Document require(store::Transaction& tx, std::string_view kind, const std::string& id,
                        std::string_view param) {
  store::Document found = tx.find(kind, id);
  if (!found) throw no_such_in_path(noun_of(kind), id, param.empty() ? path_param_of(kind) : param);
  return found;
}

store::Document require_param(store::Transaction& tx, std::string_view kind, const std::string& id,
                              std::string_view param) {
  store::Document found = tx.find(kind, id);
  if (!found) throw no_such(noun_of(kind), id, param);
  return found;
}

std::string new_id(store::Transaction& tx, std::string_view kind) {
  ObjectType type(0);
  OKAPI_CHECK(find_object(kind, type) && type.id_length() > 0);
  return tx.new_id(type.id_prefix(), type.id_length());
}

const Json& blank_object(std::string_view kind) {
  static Templates templates;
  return templates.of(kind);
}

Json default_object(store::Transaction& tx, std::string_view kind) {
  Json object = blank_object(kind);
  if (object.contains("id")) object["id"] = new_id(tx, kind);
  set_time(object, "created", tx.now());
  set_time(object, "updated", tx.now());
  return object;
}

void assign_params(Json& object, const Json& params, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto sent = params.find(name); sent != params.end()) object[name] = *sent;
  }
}

void merge_metadata(Json& object, const Json& params) {
  Json& metadata = object["metadata"];
  if (!metadata.is_object()) metadata = Json::object();
  const auto sent = params.find("metadata");
  if (sent == params.end()) return;
  if (sent->is_null()) {
    metadata = Json::object();
    return;
  }
  for (const auto& [key, value] : sent->items()) {
    // v1 unsets with "", v2 with null.
    if (value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty())) {
      metadata.erase(key);
    } else {
      metadata[key] = value;
    }
  }
  if (metadata.size() > 50) throw too_many_metadata_keys(metadata.size());
}

Json deleted_stub(std::string_view kind, std::string_view id) {
  return {{"id", std::string(id)}, {"object", std::string(kind)}, {"deleted", true}};
}

}  // namespace okapi::api
