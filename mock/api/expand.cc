#include "api/expand.h"

#include <algorithm>
#include <span>

#include "api/error.h"
#include "api/operation.h"
#include "api/render.h"
#include "api/version.h"
#include "base/text.h"

namespace okapi::api {
namespace {

constexpr std::size_t most_levels = 4;

using Segments = std::span<const std::string_view>;

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (true) {
    const std::size_t dot = path.find('.');
    segments.push_back(path.substr(0, dot));
    if (dot == path.npos) return segments;
    path.remove_prefix(dot + 1);
  }
}

std::map<std::string, Includable, std::less<>>& includables() {
  // Written only while the resources register, before the first request.
  static std::map<std::string, Includable, std::less<>> makers;
  return makers;
}

const Includable* find_includable(std::string_view kind, std::string_view field) {
  const auto found = includables().find(concat(kind, ".", field));
  return found == includables().end() ? nullptr : &found->second;
}

// --- checking paths against the catalogue

class PathCheck {
 public:
  explicit PathCheck(std::string_view version) : version_(version) {}

  void check(const Operation& operation, std::string_view path) const {
    const std::vector<std::string_view> segments = split(path);
    const bool many = operation.shape() == Shape::list || operation.shape() == Shape::search;
    if (path == "total_count" && many) {
      if (operation.shape() == Shape::search) return;
      if (behaves(version_, Behaviour::counts_lists)) return;
      throw cannot_include(path);
    }
    if (segments.size() > most_levels) throw expansion_too_deep(path);
    Segments rest = segments;
    if (many) {
      if (rest[0] != "data") throw cannot_expand(path, concat("data.", path));
      rest = rest.subspan(1);
      if (rest.empty()) return;
    }
    if (operation.response_object().empty()) {
      if (members_expand(operation.response(), rest)) return;
      throw cannot_expand(path);
    }
    const bool is_gone = operation.shape() == Shape::deleted;
    const auto can_expand = [&](std::string_view kind) { return object_expands(kind, rest); };
    if (!is_gone && std::ranges::any_of(operation.response_objects(), can_expand)) return;
    const auto had_it = [&](std::string_view kind) {
      return old_reference(oldest_version(), kind, rest[0]).has_value();
    };
    if (std::ranges::any_of(operation.response_objects(), had_it)) {
      throw cannot_expand_removed(path);
    }
    throw cannot_expand(path);
  }

 private:
  [[nodiscard]] bool object_expands(std::string_view kind, Segments path) const {
    ObjectType type(0);
    if (!find_object(kind, type)) return false;
    // As below every reference, unknown names pass.
    if (old_reference(version_, kind, path[0])) return true;
    return members_expand(type.fields(), path);
  }

  // An object that the catalogue does not know is not okapi's to judge.
  [[nodiscard]] bool target_expands(std::string_view target, Segments path) const {
    ObjectType type(0);
    return !find_object(target, type) || object_expands(target, path);
  }

  // Whether what stands below this field can be expanded by the rest of the path.
  [[nodiscard]] bool field_expands(const Node& field, Segments rest) const {
    switch (field.kind()) {
      // Stripe: below a reference unknown names pass silently (api-conventions 6.3).
      case Kind::reference:
        return true;
      case Kind::any:
      case Kind::map:
        return true;
      case Kind::embedded:
        return rest.empty() || target_expands(field.target(), rest);
      case Kind::list:
        if (rest.empty()) return true;
        return rest[0] == "data" &&
               (rest.size() == 1 || target_expands(field.target(), rest.subspan(1)));
      case Kind::object:
        return rest.empty() || members_expand(field.children(), rest);
      case Kind::array:
        return field_expands(field.element(), rest);
      case Kind::any_of:
        for (const Node alternative : field.children()) {
          if (field_expands(alternative, rest)) return true;
        }
        return false;
      case Kind::string:
      case Kind::integer:
      case Kind::floating:
      case Kind::boolean:
      case Kind::time:
      case Kind::decimal:
      case Kind::metadata:
      case Kind::enumeration:
      case Kind::literal:
        return rest.empty() && field.includable();
    }
    return false;
  }

  [[nodiscard]] bool members_expand(const NodeRange& fields, Segments path) const {
    Node field(0);
    return fields.find(path[0], field) && field_expands(field, path.subspan(1));
  }

  std::string_view version_;
};

// --- expanding

class Expansion {
 public:
  Expansion(store::Transaction& tx, const Older* older) : tx_(tx), older_(older) {}

  // `fields` describes the members of a plain hash; objects bring their own description.
  void expand(Json& value, const NodeRange* fields, Segments path) {
    if (path.empty()) return;
    if (value.is_array()) {
      for (Json& element : value) expand(element, fields, path);
      return;
    }
    if (!value.is_object()) return;
    ObjectType type(0);
    NodeRange own;
    if (const auto kind = value.find("object"); kind != value.end() && kind->is_string()) {
      if (find_object(kind->get_ref<const std::string&>(), type)) {
        own = type.fields();
        fields = &own;
        include(value, kind->get_ref<const std::string&>(), path[0]);
      }
    }
    const auto member = value.find(path[0]);
    if (member == value.end()) return;
    Node field(0);
    const bool declared = fields != nullptr && fields->find(path[0], field);
    if (older_ != nullptr) replace_old_id(value, path[0], *member);
    replace_ids(*member, declared ? &field : nullptr);
    if (path.size() == 1) return;
    NodeRange below;
    if (declared) below = members_of(field);
    expand(*member, declared ? &below : nullptr, path.subspan(1));
  }

 private:
  static NodeRange members_of(const Node& field) {
    if (field.kind() == Kind::object) return field.children();
    if (field.kind() == Kind::array) return members_of(field.element());
    return {};
  }

  void include(Json& object, const std::string& kind, std::string_view field) {
    if (object.contains(field)) return;
    if (const Includable* make = find_includable(kind, field)) {
      Json made = (*make)(tx_, object);
      if (made.is_discarded()) return;
      if (older_ != nullptr) walk_back(made, *older_);
      object[std::string(field)] = std::move(made);
    }
  }

  void replace_ids(Json& member, const Node* field) {
    if (member.is_array()) {
      if (field == nullptr || field->kind() != Kind::array) return;
      const Node element = field->element();
      for (Json& one : member) replace_ids(one, &element);
      return;
    }
    if (!member.is_string() || field == nullptr) return;
    if (field->kind() == Kind::any_of) {
      for (const Node alternative : field->children()) {
        if (member.is_string()) replace_ids(member, &alternative);
      }
      return;
    }
    if (field->kind() == Kind::reference) replace_id(member, *field);
  }

  [[nodiscard]] Json shown(const store::Document& found) const {
    Json tree = public_tree(found);
    if (older_ != nullptr) walk_back(tree, *older_);
    return tree;
  }

  // A reference that the newest version no longer has: invoice.payment_intent.
  void replace_old_id(const Json& object, std::string_view field, Json& member) const {
    const auto kind = object.find("object");
    if (!member.is_string() || kind == object.end() || !kind->is_string()) return;
    const auto target = old_reference(older_->version, kind->get_ref<const std::string&>(), field);
    if (!target) return;
    if (const store::Document found = tx_.find(*target, member.get_ref<const std::string&>())) {
      member = shown(found);
    }
  }

  void replace_id(Json& member, const Node& field) {
    const std::string id = member.get<std::string>();
    const std::vector<std::string_view> targets = field.targets();
    for (const std::string_view target : targets) {
      if (const store::Document found = tx_.find(target, id)) {
        member = shown(found);
        return;
      }
    }
    // Whatever is referred to existed once.
    if (field.deleted_too() && targets.size() == 1) member = deleted_stub(targets[0], id);
  }

  store::Transaction& tx_;
  const Older* older_;
};

}  // namespace

void check_expand(const Operation& operation, const std::vector<std::string>& paths,
                  std::string_view version) {
  const PathCheck check(version);
  for (const std::string& path : paths) check.check(operation, path);
}

void register_includable(std::string_view object_and_field, Includable make) {
  includables()[std::string(object_and_field)] = std::move(make);
}

void expand(store::Transaction& tx, Json& value, const std::vector<std::string>& paths,
            const Older* older) {
  Expansion expansion(tx, older);
  for (const std::string& path : paths) {
    const std::vector<std::string_view> segments = split(path);
    expansion.expand(value, nullptr, segments);
  }
}

}  // namespace okapi::api
