#include "api/storage.h"

#include <algorithm>
#include <array>

#include "api/error.h"
#include "api/list.h"
#include "base/check.h"
#include "base/text.h"

namespace okapi::api {
namespace {

enum class Plain { none, create, retrieve, update, del, list };

// What a plain operation works on: its kind, and for nested collections the parent that its path
// names.
struct Shelf {
  Plain plain = Plain::none;
  ObjectType type{0};
  std::string parent_kind;   // "customer"; empty at the top level
  std::string parent_field;  // the child's field that holds the parent's id
};

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

bool is_id(std::string_view segment) { return segment.starts_with('{'); }

// The object that GET on this path gives; empty when there is none.
std::string object_at(std::string_view path, Shape shape) {
  Route route;
  if (!find_route("GET", path, route) || route.operation.shape() != shape) return {};
  return std::string(route.operation.response_object());
}

bool has_list(std::string_view path) { return !object_at(path, Shape::list).empty(); }

Plain plain_of(const Operation& operation, const std::vector<std::string_view>& segments) {
  const bool item = is_id(segments.back());
  const std::string_view method = operation.method();
  if (method == "GET" && operation.shape() == Shape::list) return item ? Plain::none : Plain::list;
  if (method == "DELETE" && operation.shape() == Shape::deleted) {
    return item ? Plain::del : Plain::none;
  }
  if (operation.shape() != Shape::object) return Plain::none;
  if (method == "GET") return item ? Plain::retrieve : Plain::none;
  if (method != "POST") return Plain::none;
  if (item) return Plain::update;
  // POST /v1/quotes/{id}/accept is an action; POST to what can be listed makes one more of it.
  return has_list(operation.path()) ? Plain::create : Plain::none;
}

// "customers" is called customer in its children.
std::string singular(std::string_view collection) {
  if (!collection.ends_with('s')) return {};
  return std::string(collection.substr(0, collection.size() - 1));
}

bool is_plain_text(const Node& field) {
  return field.kind() == Kind::string || field.kind() == Kind::reference;
}

// False when the path names a parent that the child's document does not.
bool find_parent(std::string_view path, const std::vector<std::string_view>& segments,
                 Shelf& shelf) {
  std::vector<std::size_t> ids;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (is_id(segments[i])) ids.push_back(i);
  }
  if (is_id(segments.back())) ids.pop_back();
  if (ids.empty()) return true;
  if (ids.size() > 1) return false;
  shelf.parent_field = singular(segments[ids[0] - 1]);
  Node field(0);
  if (!shelf.type.fields().find(shelf.parent_field, field) || !is_plain_text(field)) return false;
  const std::size_t end = path.find('}') + 1;
  shelf.parent_kind = object_at(path.substr(0, end), Shape::object);
  return !shelf.parent_kind.empty();
}

Shelf shelf_of(const Operation& operation) {
  Shelf shelf;
  const std::vector<std::string_view> segments = segments_of(operation.path());
  const Plain plain = plain_of(operation, segments);
  Node id(0);
  if (plain == Plain::none || !find_object(operation.response_object(), shelf.type) ||
      !shelf.type.fields().find("id", id) || !find_parent(operation.path(), segments, shelf)) {
    return shelf;
  }
  shelf.plain = plain;
  return shelf;
}

// --- defaults that Stripe documents where the types only say "always there"

struct Default {
  std::string_view kind;
  std::string_view field;
  std::string_view json;
};

constexpr auto documented_defaults = std::to_array<Default>({
    {"coupon", "duration", "\"once\""},
    {"coupon", "times_redeemed", "0"},
    {"coupon", "valid", "true"},
    {"entitlements.feature", "active", "true"},
    {"radar.value_list", "created_by", "\"okapi\""},
    {"radar.value_list", "item_type", "\"string\""},
    {"radar.value_list_item", "created_by", "\"okapi\""},
    {"shipping_rate", "active", "true"},
    {"shipping_rate", "type", "\"fixed_amount\""},
    {"tax_rate", "active", "true"},
    {"tax_rate", "inclusive", "false"},
});

const Default* find_default(std::string_view kind, std::string_view field) {
  const auto found = std::ranges::find_if(documented_defaults, [&](const Default& entry) {
    return entry.kind == kind && entry.field == field;
  });
  return found == documented_defaults.end() ? nullptr : &*found;
}

// --- whether a create can be answered without inventing anything

// Creating these moves money, takes effect outside of Stripe, or begins a life of states.
constexpr auto never_plain =
    std::to_array<std::string_view>({"accounts",         "billing_portal.sessions",
                                     "charges",          "checkout.sessions",
                                     "credit_notes",     "disputes",
                                     "issuing.",         "payment_intents",
                                     "payouts",          "quotes",
                                     "refunds",          "setup_intents",
                                     "sources",          "tax.",
                                     "terminal.readers", "tokens",
                                     "topups",           "transfers",
                                     "treasury.",        "v2.",
                                     "webhook_endpoints"});

bool is_never_plain(std::string_view resource) {
  return std::ranges::any_of(never_plain, [&](std::string_view name) {
    return name.ends_with('.') ? resource.starts_with(name) : resource == name;
  });
}

bool has_natural_default(const Node& field) {
  if (field.nullable() || field.optional()) return true;
  const std::string_view name = field.name();
  if (name == "id" || name == "livemode" || name == "created" || name == "updated") return true;
  switch (field.kind()) {
    case Kind::metadata:
    case Kind::map:
    case Kind::array:
      return true;
    case Kind::literal:
      return true;
    case Kind::enumeration:
      return field.values().size() == 1;
    case Kind::object:
      for (const Node member : field.children()) {
        if (!has_natural_default(member)) return false;
      }
      return true;
    case Kind::string:
    case Kind::integer:
    case Kind::floating:
    case Kind::boolean:
    case Kind::time:
    case Kind::decimal:
    case Kind::reference:
    case Kind::embedded:
    case Kind::list:
    case Kind::any_of:
    case Kind::any:
      return false;
  }
  OKAPI_UNREACHABLE();
}

bool is_scalar(Kind kind) {
  switch (kind) {
    case Kind::string:
    case Kind::integer:
    case Kind::floating:
    case Kind::boolean:
    case Kind::time:
    case Kind::decimal:
    case Kind::enumeration:
    case Kind::literal:
    case Kind::reference:
      return true;
    case Kind::metadata:
    case Kind::object:
    case Kind::array:
    case Kind::map:
    case Kind::embedded:
    case Kind::list:
    case Kind::any_of:
    case Kind::any:
      return false;
  }
  OKAPI_UNREACHABLE();
}

// Whether the parameter's value can stand in the field as it is.
bool fits_field(const Node& param, const Node& field) {
  if (is_scalar(param.kind())) return is_scalar(field.kind()) || field.kind() == Kind::any;
  switch (param.kind()) {
    case Kind::metadata:
      return field.kind() == Kind::metadata || field.kind() == Kind::map;
    case Kind::array:
      return field.kind() == Kind::array && fits_field(param.element(), field.element());
    case Kind::map:
      return field.kind() == Kind::map && fits_field(param.element(), field.element());
    case Kind::object:
      if (field.kind() != Kind::object) return false;
      for (const Node member : param.children()) {
        Node same(0);
        if (!field.children().find(member.name(), same) || !fits_field(member, same)) return false;
      }
      return true;
    case Kind::any_of:
      for (const Node alternative : param.children()) {
        if (!fits_field(alternative, field)) return false;
      }
      return true;
    default:
      return param.kind() == Kind::any;
  }
}

bool is_plain_create(const Operation& operation, const Shelf& shelf) {
  if (shelf.type.id_length() == 0 || is_never_plain(operation.resource())) return false;
  for (const Node field : shelf.type.fields()) {
    Node param(0);
    const bool given = operation.params().find(field.name(), param) && fits_field(param, field);
    if (has_natural_default(field) || (given && param.required())) continue;
    if (field.name() == shelf.parent_field || find_default(shelf.type.name(), field.name()))
      continue;
    return false;
  }
  // What must be sent must be shown again.
  for (const Node param : operation.params()) {
    Node field(0);
    if (!param.required()) continue;
    if (!shelf.type.fields().find(param.name(), field) || !fits_field(param, field)) return false;
  }
  return true;
}

bool is_plain_update(const Operation& operation, const Shelf& shelf) {
  for (const Node param : operation.params()) {
    Node field(0);
    if (shelf.type.fields().find(param.name(), field) && fits_field(param, field)) return true;
  }
  return false;
}

// --- answering

// v2 documents hold times as text.
Json stored_value(const Node& param, Json value, bool v2) {
  if (v2 && param.kind() == Kind::time && value.is_number_integer()) {
    return to_rfc3339(value.get<Seconds>());
  }
  return value;
}

Json empty_of(const Node& field) {
  if (field.kind() == Kind::metadata || field.kind() == Kind::map) return Json::object();
  if (field.kind() == Kind::array) return Json::array();
  return nullptr;
}

void assign(Json& target, const Node& param, const Node& field, const Json& value, bool v2) {
  if (value.is_null()) {
    target = empty_of(field);
  } else if (param.kind() == Kind::object && field.kind() == Kind::object) {
    // Members that were not sent stay; of a hash that was unset so far they are null, or not
    // there where they need not be.
    if (!target.is_object()) target = Json::object();
    for (const Node member : field.children()) {
      Node sent(0);
      const auto found = value.find(member.name());
      if (found != value.end() && param.children().find(member.name(), sent)) {
        assign(target[std::string(member.name())], sent, member, *found, v2);
      } else if (!member.optional()) {
        target.emplace(member.name(), nullptr);
      }
    }
  } else {
    target = stored_value(param, value, v2);
  }
}

// A parameter that changes something okapi would not show is refused, not ignored.
void assign_all(Json& object, const Context& ctx, const Shelf& shelf) {
  for (const Node param : ctx.operation.params()) {
    const auto sent = ctx.params.find(param.name());
    if (sent == ctx.params.end() || param.name() == "metadata") continue;
    Node field(0);
    if (!shelf.type.fields().find(param.name(), field) || !fits_field(param, field)) {
      throw not_implemented(concat("the parameter ", param.name(), " of ", ctx.operation.name()));
    }
    assign(object[std::string(param.name())], param, field, *sent, ctx.operation.v2());
  }
  if (object.contains("metadata")) merge_metadata(object, ctx.params);
}

// coupon.created, where Stripe has an event of that name.
void emit_if_known(Context& ctx, const store::Document& document, std::string_view what) {
  static const std::vector<std::string_view> known = [] {
    std::vector<std::string_view> types = event_types();
    std::ranges::sort(types);
    return types;
  }();
  const std::string type = concat(document.kind(), ".", what);
  if (std::ranges::binary_search(known, std::string_view(type))) ctx.tx.emit(type, document);
}

void require_parent(Context& ctx, const Shelf& shelf) {
  if (!shelf.parent_kind.empty()) (void)require(ctx.tx, shelf.parent_kind, ctx.path_ids.front());
}

store::Document require_item(Context& ctx, const Shelf& shelf) {
  require_parent(ctx, shelf);
  store::Document item = require(ctx.tx, shelf.type.name(), ctx.path_id);
  if (!shelf.parent_field.empty() &&
      maybe_text(*item, shelf.parent_field) != ctx.path_ids.front()) {
    throw no_such_in_path(noun_of(shelf.type.name()), ctx.path_id,
                          path_param_of(shelf.type.name()));
  }
  return item;
}

Reply create(Context& ctx, const Shelf& shelf) {
  require_parent(ctx, shelf);
  Json object = default_object(ctx.tx, shelf.type.name());
  for (const Default& entry : documented_defaults) {
    if (entry.kind == shelf.type.name())
      object[std::string(entry.field)] = parse_stored(entry.json);
  }
  assign_all(object, ctx, shelf);
  if (!shelf.parent_field.empty()) object[shelf.parent_field] = ctx.path_ids.front();
  // Only objects whose create takes an `id` can clash.
  if (ctx.tx.find(shelf.type.name(), text(object, "id"))) {
    throw already_exists(noun_of(shelf.type.name()));
  }
  const store::Document document = ctx.tx.insert(std::move(object));
  emit_if_known(ctx, document, "created");
  return document;
}

Reply update(Context& ctx, const Shelf& shelf) {
  const store::Document before = require_item(ctx, shelf);
  const store::Document after = ctx.tx.update(before, [&](Json& edited) {
    assign_all(edited, ctx, shelf);
    if (edited.contains("updated") && edited.at("updated").is_number()) {
      edited["updated"] = ctx.now();
    }
  });
  if (after != before) emit_if_known(ctx, after, "updated");
  return after;
}

Reply del(Context& ctx, const Shelf& shelf) {
  const store::Document document = require_item(ctx, shelf);
  ctx.tx.erase(document);
  emit_if_known(ctx, document, "deleted");
  return deleted_stub(document.kind(), document.id());
}

Reply list(Context& ctx, const Shelf& shelf) {
  require_parent(ctx, shelf);
  for (const Node param : ctx.operation.params()) {
    if (ctx.params.contains(param.name()) && !filters_by_field(shelf.type.name(), param)) {
      throw not_implemented(concat("the filter ", param.name(), " of ", ctx.operation.name()));
    }
  }
  if (shelf.parent_field.empty()) return list_by_params(ctx, shelf.type.name());
  return list_by_params(ctx, shelf.type.name(), [&](const Json& document) {
    return maybe_text(document, shelf.parent_field) == ctx.path_ids.front();
  });
}

constexpr std::string_view tombstone_kind = "okapi.tombstone";

std::string tombstone_id(std::string_view kind, std::string_view id) {
  return concat(kind, "/", id);
}

Reply retrieve(Context& ctx, const Shelf& shelf) {
  if (is_buried(ctx.tx, shelf.type.name(), ctx.path_id)) {
    return deleted_stub(shelf.type.name(), ctx.path_id);
  }
  return require_item(ctx, shelf);
}

}  // namespace

void bury(store::Transaction& tx, const store::Document& document) {
  tx.erase(document);
  tx.insert({{"id", tombstone_id(document.kind(), document.id())},
             {"object", std::string(tombstone_kind)}});
}

bool is_buried(const store::Transaction& tx, std::string_view kind, std::string_view id) {
  return static_cast<bool>(tx.find(tombstone_kind, tombstone_id(kind, id)));
}

bool is_plain_retrieve(const Operation& operation) {
  const Shelf shelf = shelf_of(operation);
  return shelf.plain == Plain::retrieve && shelf.parent_kind.empty();
}

namespace {

// What plain storage makes of the operation, whoever else answers it.
Coverage plain_coverage(const Operation& operation) {
  const Shelf shelf = shelf_of(operation);
  switch (shelf.plain) {
    case Plain::none:
      return Coverage::missing;
    case Plain::create:
      return is_plain_create(operation, shelf) ? Coverage::storage : Coverage::missing;
    case Plain::update:
      return is_plain_update(operation, shelf) ? Coverage::storage : Coverage::missing;
    case Plain::retrieve:
    case Plain::del:
    case Plain::list:
      return Coverage::storage;
  }
  OKAPI_UNREACHABLE();
}

}  // namespace

Coverage coverage(const Registry& registry, const Operation& operation) {
  if (registry.handler(operation) != nullptr || registry.is_stored(operation)) {
    return Coverage::behaviour;
  }
  return plain_coverage(operation);
}

Reply answer_from_storage(Context& ctx) {
  if (plain_coverage(ctx.operation) != Coverage::storage) {
    throw not_implemented(ctx.operation.name());
  }
  const Shelf shelf = shelf_of(ctx.operation);
  switch (shelf.plain) {
    case Plain::create:
      return create(ctx, shelf);
    case Plain::retrieve:
      return retrieve(ctx, shelf);
    case Plain::update:
      return update(ctx, shelf);
    case Plain::del:
      return del(ctx, shelf);
    case Plain::list:
      return list(ctx, shelf);
    case Plain::none:
      break;
  }
  OKAPI_UNREACHABLE();
}

}  // namespace okapi::api
