#include "api/list.h"

#include <algorithm>
#include <span>

#include "api/error.h"
#include "base/text.h"
#include "store/compact_json.h"

namespace okapi::api {
namespace {

constexpr std::string_view page_prefix = "page_";

// Where the page begins: one of the two, or neither for the newest.
struct Cursor {
  std::string after;   // older than this one
  std::string before;  // newer than this one
};

// v2 and search pass an opaque token; it holds the last id of the page before.
Cursor cursor_of(const Context& ctx) {
  const Input& input = ctx.input;
  if (input.page.empty()) return {.after = input.starting_after, .before = input.ending_before};
  if (!input.page.starts_with(page_prefix)) {
    throw invalid_request("Invalid page token.", "page");
  }
  return {.after = input.page.substr(page_prefix.size()), .before = {}};
}

store::Document require_cursor(const Context& ctx, std::string_view kind, const std::string& id,
                               std::string_view param) {
  if (id.empty()) return {};
  if (!ctx.input.page.empty()) param = "page";
  return require_param(ctx.tx, kind, id, param);
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

std::string percent_encoded(std::string_view value) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : value) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
  return out;
}

// The request's own query with another page token. Stripe: v2 SDKs follow next_page_url verbatim.
std::string next_page_url(const Context& ctx, std::string_view token) {
  std::string url = concat(ctx.request.path(), "?");
  std::string_view query = ctx.request.query();
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    if (end > 0 && !query.starts_with("page=")) url += concat(query.substr(0, end), "&");
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return concat(url, "page=", percent_encoded(token));
}

void finish(const Context& ctx, Page& page, std::string_view url, std::string_view last_id) {
  page.url = url.empty() ? ctx.request.path() : url;
  if (!page.has_more) return;
  const std::string token = concat(page_prefix, last_id);
  if (ctx.operation.v2()) page.next_page = next_page_url(ctx, token);
  if (ctx.operation.shape() == Shape::search) page.next_page = token;
}

// Older versions only; check_expand refuses it in newer ones.
bool asks_for_count(const Context& ctx) {
  return std::ranges::find(ctx.input.expand, "total_count") != ctx.input.expand.end();
}

std::int64_t count_of(const store::Transaction& tx, const ListQuery& query) {
  std::int64_t count = 0;
  const auto visit = [&](const store::Document& document) {
    const bool counts =
        (!query.shows || query.shows(document)) && (!query.matches || query.matches(*document));
    if (counts) ++count;
    return true;
  };
  if (query.index_field.empty()) {
    tx.scan_up(query.kind, 0, visit);
  } else {
    tx.scan_up_where(query.kind, query.index_field, query.index_value, 0, visit);
  }
  return count;
}

bool is_range(const Json& value) {
  if (!value.is_object()) return false;
  return std::ranges::all_of(value.items(), [](const auto& bound) {
    return bound.key() == "gt" || bound.key() == "gte" || bound.key() == "lt" ||
           bound.key() == "lte";
  });
}

// A field as filters see it: a reference that is stored whole counts by its id.
bool equals(const Json& field, const Json& wanted) {
  if (field.is_object() && wanted.is_string()) {
    const auto id = field.find("id");
    return id != field.end() && *id == wanted;
  }
  return field == wanted;
}

struct Condition {
  std::string field;
  Json wanted;  // a value, a range, or an array of values
};

// Read off the text: a tree of each document would take ten times as long, and a filter that fits
// few looks at many.
bool holds(const Condition& condition, std::string_view document) {
  const std::string_view value = store::find_value(document, condition.field);
  if (value.empty() || value == "null") return false;
  const Json field = parse_stored(value);
  if (is_range(condition.wanted)) {
    return field.is_number_integer() && in_range(condition.wanted, field.get<std::int64_t>());
  }
  if (condition.wanted.is_array()) {
    return std::ranges::any_of(condition.wanted,
                               [&](const Json& one) { return equals(field, one); });
  }
  return equals(field, condition.wanted);
}

// The field that a list parameter filters: its own name, or for arrays the singular (ids,
// lookup_keys).
std::string filtered_field(std::string_view kind, const Node& param) {
  ObjectType type(0);
  Node field(0);
  if (!find_object(kind, type)) return {};
  if (type.fields().find(param.name(), field)) return std::string(param.name());
  if (param.kind() == Kind::array && param.name().ends_with('s')) {
    const std::string_view singular = param.name().substr(0, param.name().size() - 1);
    if (type.fields().find(singular, field)) return std::string(singular);
  }
  return {};
}

bool is_indexed(const Registry& registry, std::string_view kind, std::string_view field) {
  const auto fields = registry.schema().indexes.find(kind);
  return fields != registry.schema().indexes.end() &&
         std::ranges::find(fields->second, field) != fields->second.end();
}

}  // namespace

bool filters_by_field(std::string_view kind, const Node& param) {
  return !filtered_field(kind, param).empty();
}

bool in_range(const Json& range, std::int64_t value) {
  if (range.is_number_integer()) return range.get<std::int64_t>() == value;
  if (!range.is_object()) return true;
  for (const auto& [bound, limit] : range.items()) {
    if (!limit.is_number_integer()) continue;
    const auto at = limit.get<std::int64_t>();
    if (bound == "gt" && value <= at) return false;
    if (bound == "gte" && value < at) return false;
    if (bound == "lt" && value >= at) return false;
    if (bound == "lte" && value > at) return false;
  }
  return true;
}

Page list_documents(Context& ctx, const ListQuery& query) {
  const Cursor cursor = cursor_of(ctx);
  // Stripe: a bogus cursor is reported before "both" (api-conventions 6.1).
  const store::Document after = require_cursor(ctx, query.kind, cursor.after, "starting_after");
  const store::Document before = require_cursor(ctx, query.kind, cursor.before, "ending_before");
  if (after && before) throw both_cursors();

  Page page;
  const auto limit = static_cast<std::size_t>(ctx.input.limit);
  page.documents.reserve(limit);
  const auto visit = [&](const store::Document& document) {
    if (query.shows && !query.shows(document)) return true;
    if (query.matches && !query.matches(*document)) return true;
    if (page.documents.size() == limit) {
      page.has_more = true;
      return false;
    }
    page.documents.push_back(document);
    return true;
  };
  const store::Transaction& tx = ctx.tx;
  if (before && query.index_field.empty()) {
    tx.scan_up(query.kind, before.sequence(), visit);
  } else if (before) {
    tx.scan_up_where(query.kind, query.index_field, query.index_value, before.sequence(), visit);
  } else if (query.index_field.empty()) {
    tx.scan_down(query.kind, after ? after.sequence() : 0, visit);
  } else {
    tx.scan_down_where(query.kind, query.index_field, query.index_value,
                       after ? after.sequence() : 0, visit);
  }
  // Stripe: ending_before gives the items just newer than the cursor, still newest first.
  if (before) std::ranges::reverse(page.documents);
  if (asks_for_count(ctx)) page.total_count = count_of(ctx.tx, query);
  finish(ctx, page, query.url,
         page.documents.empty() ? std::string_view() : page.documents.back().id());
  return page;
}

Page list_by_params(Context& ctx, std::string_view kind,
                    std::function<bool(const Json& document)> also) {
  ListQuery query{.kind = kind,
                  .index_field = {},
                  .index_value = {},
                  .matches = nullptr,
                  .shows = nullptr,
                  .url = {}};
  std::vector<Condition> conditions;
  std::string index_field;
  for (const Node param : ctx.operation.params()) {
    const auto sent = ctx.params.find(param.name());
    if (sent == ctx.params.end() || sent->is_null()) continue;
    std::string field = filtered_field(kind, param);
    if (field.empty()) continue;  // the handler's own, in `also`
    if (index_field.empty() && sent->is_string() && is_indexed(ctx.registry, kind, field)) {
      index_field = std::move(field);
      query.index_field = index_field;
      query.index_value = sent->get_ref<const std::string&>();
    } else {
      conditions.push_back({std::move(field), *sent});
    }
  }
  if (!conditions.empty() || also) {
    query.shows = [&](const store::Document& document) {
      const bool fits = std::ranges::all_of(
          conditions, [&](const Condition& one) { return holds(one, document.text()); });
      return fits && (!also || also(*document));
    };
  }
  return list_documents(ctx, query);
}

Page page_of(Context& ctx, std::vector<Json> newest_first, std::string_view url) {
  const Cursor cursor = cursor_of(ctx);
  const auto position = [&](const std::string& id, std::string_view param) {
    const auto found = std::ranges::find_if(newest_first, [&](const Json& row) {
      return row.contains("id") && row.at("id").is_string() && text(row, "id") == id;
    });
    if (found == newest_first.end()) {
      throw no_such(noun_of(ctx.operation.response_object()), id, param);
    }
    return found;
  };
  auto begin = newest_first.begin();
  auto end = newest_first.end();
  if (!cursor.after.empty()) begin = position(cursor.after, "starting_after") + 1;
  if (!cursor.before.empty()) end = position(cursor.before, "ending_before");
  if (!cursor.after.empty() && !cursor.before.empty()) throw both_cursors();

  Page page;
  if (asks_for_count(ctx)) page.total_count = static_cast<std::int64_t>(newest_first.size());
  page.has_more = end - begin > ctx.input.limit;
  if (page.has_more && !cursor.before.empty()) begin = end - ctx.input.limit;
  if (page.has_more && cursor.before.empty()) end = begin + ctx.input.limit;
  page.trees.assign(std::make_move_iterator(begin), std::make_move_iterator(end));
  std::string last_id;
  if (!page.trees.empty()) last_id = maybe_text(page.trees.back(), "id").value_or("");
  finish(ctx, page, url, last_id);
  return page;
}

Json embedded_list(std::vector<Json> data, std::string_view url, bool with_total_count) {
  Json list = {{"object", "list"}, {"has_more", false}, {"url", std::string(url)}};
  if (with_total_count) list["total_count"] = data.size();
  list["data"] = std::move(data);
  return list;
}

}  // namespace okapi::api
