#include "api/render.h"

#include <algorithm>

#include "api/expand.h"
#include "api/version.h"
#include "base/text.h"

namespace okapi::api {
namespace {

// Behind id and object, which lead, internal fields come first: '_' sorts before the letters that
// all others begin with.
bool may_have_internal_fields(std::string_view compact) {
  std::string_view rest = compact;
  for (const std::string_view lead : {R"({"id":")", R"(,"object":")"}) {
    const std::size_t end = rest.starts_with(lead) ? rest.find('"', lead.size()) : rest.npos;
    // In compact text a quote inside of a string is escaped, so this is found only before a key or
    // an element.
    if (end == rest.npos) return compact.find(R"(,"_)") != compact.npos;
    rest.remove_prefix(end + 1);
  }
  return rest.starts_with(R"(,"_)");
}

std::vector<std::string> paths_below_data(const std::vector<std::string>& paths) {
  std::vector<std::string> below;
  for (const std::string& path : paths) {
    if (path.starts_with("data.")) below.push_back(path.substr(5));
  }
  return below;
}

// What was made for this answer may hold rows with internal fields at any depth.
void strip_below(Json& value) {
  strip_internal_fields(value);
  if (!value.is_structured()) return;
  for (Json& member : value) strip_below(member);
}

// How the documents of one answer are to be shown.
struct Show {
  store::Transaction* tx;  // null: as they are stored
  const std::vector<std::string>& expand_paths;
  const Older* older;  // null: the newest version
};

void append_shown(std::string& out, const Show& show, Json tree, int depth) {
  if (show.older != nullptr) walk_back(tree, *show.older);
  // What is expanded may be made of the internal fields.
  if (!show.expand_paths.empty()) expand(*show.tx, tree, show.expand_paths, show.older);
  strip_below(tree);
  append_pretty(out, to_compact(tree), depth);
}

void append_document(std::string& out, const Show& show, const store::Document& document,
                     int depth) {
  const bool as_stored = show.tx == nullptr || (show.expand_paths.empty() &&
                                                show.older == nullptr && !is_older_event(document));
  if (as_stored && !may_have_internal_fields(document.text())) {
    append_pretty(out, document.text(), depth);
    return;
  }
  if (as_stored) {
    append_pretty(out, to_compact(public_tree(document)), depth);
    return;
  }
  if (show.older != nullptr || !is_older_event(document)) {
    append_shown(out, show, public_tree(document), depth);
    return;
  }
  const Older as_made{.version = api_version(), .lookup = lookup_in(*show.tx)};
  append_shown(out, {show.tx, show.expand_paths, &as_made}, public_tree(document), depth);
}

void append_data(std::string& out, const Show& show, Page& page) {
  const std::vector<std::string> paths = paths_below_data(show.expand_paths);
  const Show below{show.tx, paths, show.older};
  if (page.documents.empty() && page.trees.empty()) {
    out += "\"data\": []";
    return;
  }
  out += "\"data\": [";
  const char* separator = "\n    ";
  for (const store::Document& document : page.documents) {
    out += separator;
    append_document(out, below, document, 2);
    separator = ",\n    ";
  }
  for (Json& tree : page.trees) {
    out += separator;
    append_shown(out, below, std::move(tree), 2);
    separator = ",\n    ";
  }
  out += "\n  ]";
}

void append_member(std::string& out, std::string_view name, std::string_view text_or_null) {
  out += concat(",\n  \"", name, "\": ");
  if (text_or_null.empty()) {
    out += "null";
  } else {
    append_quoted(out, text_or_null);
  }
}

// Lists are object, data, has_more, [next_page], [total_count], url; v2 has data and two URLs.
std::string render_page(const Show& show, const Operation& operation, Page page) {
  std::string out;
  std::size_t size = 256;
  for (const store::Document& document : page.documents) size += document.text().size() * 3 / 2;
  out.reserve(size);
  if (operation.v2()) {
    out += "{\n  ";
    append_data(out, show, page);
    append_member(out, "next_page_url", page.next_page);
    append_member(out, "previous_page_url", {});
    out += "\n}";
    return out;
  }
  const bool search = operation.shape() == Shape::search;
  out += search ? "{\n  \"object\": \"search_result\",\n  " : "{\n  \"object\": \"list\",\n  ";
  append_data(out, show, page);
  out += page.has_more ? ",\n  \"has_more\": true" : ",\n  \"has_more\": false";
  if (search) append_member(out, "next_page", page.next_page);
  const bool counts =
      !search || std::ranges::find(show.expand_paths, "total_count") != show.expand_paths.end();
  if (page.total_count && counts) {
    out += concat(",\n  \"total_count\": ", std::to_string(*page.total_count));
  }
  out += ",\n  \"url\": ";
  append_quoted(out, page.url);
  out += "\n}";
  return out;
}

}  // namespace

bool is_internal_field(std::string_view name) { return name.starts_with('_'); }

void strip_internal_fields(Json& tree) {
  if (!tree.is_object()) return;
  for (auto member = tree.begin(); member != tree.end();) {
    member = is_internal_field(member.key()) ? tree.erase(member) : std::next(member);
  }
}

Json public_tree(const store::Document& document) {
  Json tree = *document;
  strip_internal_fields(tree);
  // The store names every document, Stripe not every object (billing.alert_triggered).
  ObjectType type(0);
  Node id(0);
  if (find_object(document.kind(), type) && !type.fields().find("id", id)) tree.erase("id");
  return tree;
}

std::string public_text(const store::Document& document) {
  if (!may_have_internal_fields(document.text())) return document.text();
  return to_compact(public_tree(document));
}

bool is_older_event(const store::Document& document) {
  if (document.kind() != "event") return false;
  // The event's own member stands before its data, see events/render.cc.
  constexpr std::string_view key = "\"api_version\":\"";
  const std::string_view compact = document.text();
  const std::size_t at = compact.find(key);
  return at != compact.npos && !compact.substr(at + key.size()).starts_with(api_version());
}

std::string render_document(const store::Document& document) {
  std::string out;
  out.reserve(document.text().size() * 3 / 2 + 64);
  append_document(out, {nullptr, {}, nullptr}, document, 0);
  return out;
}

std::string render(store::Transaction& tx, const Operation& operation, Reply reply,
                   const std::vector<std::string>& expand_paths, std::string_view version) {
  std::optional<Older> older;
  // Stripe: v2 has not changed yet.
  if (!is_newest(version) && !operation.v2()) {
    older = Older{.version = version, .lookup = lookup_in(tx)};
  }
  if (auto* file = std::get_if<File>(&reply)) return std::move(file->bytes);
  const Show show{&tx, expand_paths, older ? &*older : nullptr};
  if (auto* page = std::get_if<Page>(&reply)) return render_page(show, operation, std::move(*page));
  std::string out;
  if (const auto* document = std::get_if<store::Document>(&reply)) {
    out.reserve(document->text().size() * 3 / 2 + 64);
    append_document(out, show, *document, 0);
    return out;
  }
  Json tree = std::move(std::get<Json>(reply));
  if (tree.is_null()) return "{}";  // Every answer is JSON, also where there is nothing to say.
  append_shown(out, show, std::move(tree), 0);
  return out;
}

}  // namespace okapi::api
