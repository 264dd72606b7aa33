#include "catalogue/overlay.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/parse.h"

namespace okapi::catalogue {
namespace {

using api::Kind;

Source load_overlay(const std::filesystem::path& folder, const std::string& name) {
  return load(folder / name, "overlay/" + name);
}

// The members that a path's next name is looked up in: arrays and maps are looked through, and of
// alternatives the one that is an object.
std::vector<Item>* members_below(Item& item) {
  if (item.kind == Kind::object) return &item.children;
  const bool look_through =
      item.kind == Kind::array || item.kind == Kind::map || item.kind == Kind::any_of;
  if (!look_through) return nullptr;
  for (Item& child : item.children) {
    if (std::vector<Item>* members = members_below(child)) return members;
  }
  return nullptr;
}

Item* find_item(std::vector<Item>& members, std::string_view path) {
  const std::size_t dot = path.find('.');
  for (Item& item : members) {
    if (item.name != path.substr(0, dot)) continue;
    if (dot == std::string_view::npos) return &item;
    std::vector<Item>* below = members_below(item);
    return below == nullptr ? nullptr : find_item(*below, path.substr(dot + 1));
  }
  return nullptr;
}

// The string or the like that a length belongs to, behind arrays and maps.
Item& innermost(Item& item) {
  const bool container = item.kind == Kind::array || item.kind == Kind::map;
  return container ? innermost(item.children.front()) : item;
}

class Overlay {
 public:
  Overlay(Catalogue& catalogue, const Source& source) : catalogue_(catalogue), source_(source) {}

  // `also` entries are keyed by dotted path: the member is added, or replaces the declared one.
  void add(std::vector<Item>& members, const YAML::Node& also) {
    expect_map(source_, also);
    for (const auto& entry : also) {
      const std::string key = entry.first.Scalar();
      const std::size_t name_start = key.find_last_of('.') + 1;  // 0 when there is no dot
      YAML::Node single;
      single[key.substr(name_start)] = entry.second;
      Item item = parse_members(catalogue_, source_, single).front();
      std::vector<Item>* home = &members;
      if (name_start > 0) {
        Item* parent = find_item(members, key.substr(0, name_start - 1));
        home = parent == nullptr ? nullptr : members_below(*parent);
      }
      if (home == nullptr) fail(source_, entry.first, "nothing at '" + key + "'");
      const auto same = std::ranges::find(*home, item.name, &Item::name);
      const auto place = same == home->end() ? same : home->erase(same);
      home->insert(place, std::move(item));
    }
  }

  void lengths(std::vector<Item>& members, const YAML::Node& map) {
    expect_map(source_, map);
    for (const auto& entry : map) {
      Item& item = innermost(require(members, entry.first));
      if (item.kind != Kind::string) fail(source_, entry.first, "not a string");
      item.max_length = number(entry.second);
    }
  }

  // The named ones come first, in this order; the others keep theirs.
  void order(std::vector<Item>& members, const YAML::Node& list) {
    std::size_t place = 0;
    for (const YAML::Node& name : list) {
      const auto found = std::ranges::find(members, name.Scalar(), &Item::name);
      if (found == members.end()) fail(source_, name, "nothing is called '" + name.Scalar() + "'");
      const auto target = members.begin() + static_cast<std::ptrdiff_t>(place);
      if (found < target) fail(source_, name, "'" + name.Scalar() + "' stands twice");
      std::rotate(target, found, found + 1);
      ++place;
    }
  }

  std::uint16_t number(const YAML::Node& node) {
    try {
      return node.as<std::uint16_t>();
    } catch (const YAML::Exception&) {
      fail(source_, node, "a number is expected");
    }
  }

  void mark(std::vector<Item>& members, const YAML::Node& list, void (*set)(Item&)) {
    for (const YAML::Node& path : list) set(require(members, path));
  }

  Item& require(std::vector<Item>& members, const YAML::Node& path) {
    Item* item = find_item(members, path.Scalar());
    if (item == nullptr) fail(source_, path, "nothing at '" + path.Scalar() + "'");
    return *item;
  }

 private:
  Catalogue& catalogue_;
  const Source& source_;
};

void apply_object(Catalogue& catalogue, const Source& source, const YAML::Node& key,
                  const YAML::Node& facts) {
  const auto found = catalogue.objects.find(key.Scalar());
  if (found == catalogue.objects.end()) fail(source, key, "no object '" + key.Scalar() + "'");
  Object& object = found->second;
  Overlay overlay(catalogue, source);
  expect_map(source, facts);
  for (const auto& entry : facts) {
    const std::string what = entry.first.Scalar();
    const YAML::Node& value = entry.second;
    if (what == "prefix") {
      object.id_prefix = value.Scalar();
    } else if (what == "length") {
      object.id_length = overlay.number(value);
    } else if (what == "noun") {
      object.noun = value.Scalar();
    } else if (what == "param") {
      object.path_param = value.Scalar();
    } else if (what == "also") {
      overlay.add(object.fields, value);
    } else if (what == "present") {
      overlay.mark(object.fields, value, [](Item& item) { item.optional = false; });
    } else if (what == "includable") {
      overlay.mark(object.fields, value,
                   [](Item& item) { item.optional = item.includable = true; });
    } else {
      fail(source, entry.first, "unknown fact '" + what + "'");
    }
  }
}

void apply_operation(Catalogue& catalogue, const Source& source, const YAML::Node& key,
                     const std::string& name, const YAML::Node& facts) {
  const auto found = catalogue.operations.find(name);
  if (found == catalogue.operations.end()) fail(source, key, "no operation '" + name + "'");
  std::vector<Item>& params = found->second.params;
  Overlay overlay(catalogue, source);
  expect_map(source, facts);
  for (const auto& entry : facts) {
    const std::string what = entry.first.Scalar();
    const YAML::Node& value = entry.second;
    if (what == "also") {
      overlay.add(params, value);
    } else if (what == "order") {
      overlay.order(params, value);
    } else if (what == "lengths") {
      overlay.lengths(params, value);
    } else if (what == "open") {
      overlay.mark(params, value, [](Item& item) { innermost(item).open = true; });
    } else if (what == "emptyable") {
      overlay.mark(params, value, [](Item& item) { item.empty = true; });
    } else {
      fail(source, entry.first, "unknown fact '" + what + "'");
    }
  }
}

// Sorts the words of every enumeration that has exactly the words of a known order.
void order_words(std::vector<Item>& items, const std::vector<std::vector<std::string>>& orders) {
  for (Item& item : items) {
    order_words(item.children, orders);
    if (item.kind != Kind::enumeration) continue;
    for (const std::vector<std::string>& order : orders) {
      if (order.size() == item.words.size() && std::ranges::is_permutation(order, item.words)) {
        item.words = order;
      }
    }
  }
}

}  // namespace

void apply_overlay(Catalogue& catalogue, const std::filesystem::path& folder) {
  for (auto& [name, object] : catalogue.objects) object.noun = name;

  const Source objects = load_overlay(folder, "objects.yaml");
  expect_map(objects, objects.root);
  for (const auto& entry : objects.root)
    apply_object(catalogue, objects, entry.first, entry.second);

  const Source operations = load_overlay(folder, "operations.yaml");
  expect_map(operations, operations.root);
  for (const auto& entry : operations.root) {
    // Several operations may share their facts: `customers.create, customers.update: {…}`.
    std::string_view names = entry.first.Scalar();
    while (!names.empty()) {
      const std::size_t comma = names.find(", ");
      const std::string name(names.substr(0, comma));
      apply_operation(catalogue, operations, entry.first, name, entry.second);
      names = comma == std::string_view::npos ? std::string_view() : names.substr(comma + 2);
    }
  }

  const Source words = load_overlay(folder, "words.yaml");
  std::vector<std::vector<std::string>> orders;
  for (const YAML::Node& order : words.root["orders"]) orders.push_back(words_of(words, order));
  for (auto& [name, operation] : catalogue.operations) order_words(operation.params, orders);

  const Source versions = load_overlay(folder, "versions.yaml");
  catalogue.api_versions = words_of(versions, versions.root["versions"]);
}

}  // namespace okapi::catalogue
