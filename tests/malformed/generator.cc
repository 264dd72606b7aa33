#include "tests/malformed/generator.h"

#include <algorithm>
#include <array>

#include "cli/curl.h"

namespace okapi::malformed {
namespace {

constexpr auto broken_codes = std::to_array<std::string_view>(
    {"%", "%2", "%zz", "%%", "%u0041", "%00", "%C3", "%ff%fe", "%0", "a%", "%e2%82"});
// Overlong forms, a lone continuation, a surrogate, beyond the last code point, a cut sequence.
constexpr auto broken_utf8 = std::to_array<std::string_view>(
    {"\xc0\xaf", "\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xff", "\xc3("});
constexpr auto methods = std::to_array<std::string_view>(
    {"PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "Post", "DELETE", "GET", "POST",
     "PROPFIND", "X", "GETGETGETGETGETGETGETGETGETGET"});
constexpr auto numbers = std::to_array<std::string_view>({"-1",
                                                          "0",
                                                          "1e9",
                                                          "9223372036854775807",
                                                          "9223372036854775808",
                                                          "-9223372036854775809",
                                                          "99999999999999999999999999999999",
                                                          "0.1",
                                                          "1.0000000000001",
                                                          "NaN",
                                                          "inf",
                                                          "Infinity",
                                                          "0x10",
                                                          "1_000",
                                                          "1,000",
                                                          "+1",
                                                          "--1",
                                                          "1e400",
                                                          " 1",
                                                          "1 ",
                                                          "٣",
                                                          "",
                                                          "true",
                                                          "null"});
constexpr auto v1_depth = std::to_array<std::size_t>({19, 20, 21, 22, 100, 5'000});

void append_pairs(std::string& out, const std::string& name, const Json& value) {
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) append_pairs(out, name + "[" + key + "]", child);
    return;
  }
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      append_pairs(out, name + "[" + std::to_string(i) + "]", value[i]);
    }
    return;
  }
  if (!out.empty()) out += '&';
  const bool is_text = value.is_string();
  out += name + "=" + cli::url_encode(is_text ? value.get<std::string>() : value.dump());
}

std::string to_form(const Json& params) {
  std::string out;
  for (const auto& [key, value] : params.items()) append_pairs(out, key, value);
  return out;
}

bool has_body(const api::Request& request) { return !request.body.empty(); }

// The body or, for a request without one, the target.
std::string& text_of(api::Request& request) {
  return has_body(request) ? request.body : request.target;
}

}  // namespace

Made Generator::next() {
  static constexpr auto damages = std::to_array<Damage>(
      {&Generator::wrong_type, &Generator::wrong_type, &Generator::wrong_type,
       &Generator::junk_value, &Generator::junk_value, &Generator::unknown_parameter,
       &Generator::missing_parameter, &Generator::deep_nesting, &Generator::huge_array,
       &Generator::strange_index, &Generator::bad_expand, &Generator::bad_paging,
       &Generator::bad_metadata, &Generator::clashing_pairs, &Generator::bad_id});
  static constexpr auto text_damages = std::to_array<TextDamage>(
      {&Generator::broken_percent_code, &Generator::wrong_method, &Generator::truncated_body,
       &Generator::nul_bytes, &Generator::bad_utf8, &Generator::header_flood,
       &Generator::bad_header, &Generator::bad_key, &Generator::wrong_content, &Generator::bad_path,
       &Generator::random_bytes, &Generator::bad_control});
  Draft draft = this->draft();
  Made made;
  const bool damage_text = random_.once_in(3);
  if (!damage_text || random_.once_in(4)) {
    made.what = (this->*random_.pick(damages))(draft);
  }
  made.request = to_request(draft);
  if (damage_text) {
    made.what +=
        (made.what.empty() ? "" : ", ") + (this->*random_.pick(text_damages))(made.request);
  }
  made.what += std::string(" on ") + std::string(draft.operation.name());
  return made;
}

Generator::Draft Generator::draft() {
  Draft draft;
  const bool any = random_.once_in(8);
  draft.operation =
      any ? api::Operation(static_cast<std::uint32_t>(random_.below(api::operation_count())))
          : random_.pick(known_);
  draft.path = path_for(draft.operation);
  draft.params = plausible_members(draft.operation.params(), 0);
  return draft;
}

// An id in the path is one that exists, more often than not of the right kind.
std::string Generator::path_for(const api::Operation& operation) {
  std::string path;
  const std::string_view pattern = operation.path();
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] != '{') {
      path += pattern[at++];
      continue;
    }
    at = pattern.find('}', at) + 1;
    auto kind = ids_.find(operation.response_object());
    if (kind == ids_.end() || random_.once_in(5)) {
      kind = std::next(ids_.begin(), static_cast<long>(random_.below(ids_.size())));
    }
    path += random_.pick(kind->second);
  }
  return path;
}

std::string Generator::plausible_text(std::string_view name) {
  if (name == "currency") return "usd";
  if (name.ends_with("email")) return "jenny@example.com";
  if (name == "url" || name.ends_with("_url")) return "https://example.com/";
  if (name == "event_name") return "tokens";
  if (name == "default_price") name = "price";
  if (name == "meter") name = "billing.meter";
  const auto kind = ids_.find(name);
  if (kind != ids_.end()) return random_.pick(kind->second);
  return "text";
}

Json Generator::plausible(const api::Node& node, int depth) {
  using enum api::Kind;
  switch (node.kind()) {
    case string:
    case reference:
    case embedded:
    case list:
    case any:
      return plausible_text(node.name());
    case integer:
      return random_.below(100);
    case floating:
      return "12.5";
    case boolean:
      return random_.once_in(2);
    case time:
      return 1'767'225'600 + static_cast<std::int64_t>(random_.below(40)) * 86'400;
    case decimal:
      return "0.1";
    case metadata:
      return {{"key", "value"}};
    case enumeration:
    case literal: {
      const std::vector<std::string> values = node.values();
      return values.empty() ? Json("text") : Json(random_.pick(values));
    }
    case object:
      return plausible_members(node.children(), depth + 1);
    case array:
      return Json::array({plausible(node.element(), depth + 1)});
    case map:
      return {{"usd", plausible(node.element(), depth + 1)}};
    case any_of:
      if (node.children().empty()) return "text";
      return plausible(node.children()[random_.below(node.children().size())], depth + 1);
  }
  return "text";
}

Json Generator::plausible_members(api::NodeRange members, int depth) {
  Json object = Json::object();
  for (const api::Node member : members) {
    // Optional ones now and then, less the deeper they stand.
    const bool wanted =
        member.required() || random_.once_in(6 + 6 * static_cast<std::size_t>(depth));
    if (wanted && depth < 8) object[std::string(member.name())] = plausible(member, depth);
  }
  return object;
}

api::Request Generator::to_request(const Draft& draft) {
  api::Request request;
  request.method = draft.operation.method();
  request.target = draft.path;
  request.remote = "127.0.0.1";
  request.headers = {{"Host", "127.0.0.1"}, {"Authorization", "Bearer sk_test_malformed"}};
  const bool json = draft.operation.v2() && request.method == "POST";
  std::string form = json ? draft.params.dump(-1, ' ', false, Json::error_handler_t::ignore)
                          : to_form(draft.params);
  for (const std::string& pair : draft.extra_pairs) {
    if (!form.empty() && !json) form += '&';
    form += pair;
  }
  if (request.method == "POST") {
    request.body = form;
    request.headers.emplace_back("Content-Type",
                                 json ? "application/json" : "application/x-www-form-urlencoded");
  } else if (!form.empty()) {
    request.target += "?" + form;
  }
  return request;
}

// --- junk

std::string Generator::junk_text() {
  switch (random_.below(9)) {
    case 0:
      return std::string(random_.pick(numbers));
    case 1:
      return random_.bytes(random_.below(40));
    case 2:
      return std::string(random_.pick(broken_utf8));
    case 3:
      return std::string(5'001 + random_.below(2'000), 'x');
    case 4:
      return "no_such_" + std::to_string(random_.below(1'000));
    case 5:
      return "<script>'\"\\\u00e9\n\t{{X}}";
    case 6:
      return "   ";
    case 7: {
      const auto kind = std::next(ids_.begin(), static_cast<long>(random_.below(ids_.size())));
      return random_.pick(kind->second);
    }
    default:
      return "";
  }
}

Json Generator::junk() {
  switch (random_.below(7)) {
    case 0:
      return {{junk_text().substr(0, 20), junk_text()}};
    case 1:
      return Json::array({junk_text(), junk_text()});
    case 2:
      return {{"a", {{"b", {{"c", "d"}}}}}};
    case 3:
      return Json::array({{{"a", 1}}, 2, Json::array()});
    case 4:
      return -static_cast<std::int64_t>(random_.below(1'000'000'000));
    default:
      return junk_text();
  }
}

// --- damage to the parameters

std::string Generator::wrong_type(Draft& draft) {
  const api::NodeRange params = draft.operation.params();
  if (params.empty()) return unknown_parameter(draft);
  const api::Node node = params[random_.below(params.size())];
  // Somewhere below the parameter, if it has a below.
  Json* at = &draft.params[std::string(node.name())];
  if (at->is_null()) *at = plausible(node, 0);
  while (at->is_structured() && !at->empty() && !random_.once_in(3)) {
    at = &*std::next(at->begin(), static_cast<long>(random_.below(at->size())));
  }
  *at = junk();
  return "wrong type in " + std::string(node.name());
}

std::string Generator::junk_value(Draft& draft) {
  if (draft.params.empty()) return wrong_type(draft);
  Json* at = &draft.params;
  while (at->is_structured() && !at->empty()) {
    at = &*std::next(at->begin(), static_cast<long>(random_.below(at->size())));
  }
  *at = junk_text();
  return "junk value";
}

std::string Generator::unknown_parameter(Draft& draft) {
  Json* at = &draft.params;
  while (at->is_object() && !at->empty() && !random_.once_in(2)) {
    Json& child = *std::next(at->begin(), static_cast<long>(random_.below(at->size())));
    if (!child.is_object()) break;
    at = &child;
  }
  (*at)["nope_" + std::to_string(random_.below(100))] = junk();
  return "unknown parameter";
}

std::string Generator::missing_parameter(Draft& draft) {
  if (draft.params.empty()) return unknown_parameter(draft);
  draft.params.erase(
      std::next(draft.params.begin(), static_cast<long>(random_.below(draft.params.size()))));
  return "missing parameter";
}

std::string Generator::deep_nesting(Draft& draft) {
  const std::size_t depth = random_.pick(v1_depth);
  if (draft.operation.v2() && draft.operation.method() == "POST") {
    Json deep = 1;
    // Printing the tree recurses, and our own stack is not what is tested.
    for (std::size_t i = 0; i < std::min<std::size_t>(depth, 1'000); ++i) {
      deep = random_.once_in(2) ? Json{{"a", std::move(deep)}} : Json::array({std::move(deep)});
    }
    draft.params["deep"] = std::move(deep);
    return "deep nesting";
  }
  std::string key = random_.once_in(2) ? "metadata" : "items";
  for (std::size_t i = 0; i < depth; ++i) key += random_.once_in(3) ? "[]" : "[a]";
  draft.extra_pairs.push_back(key + "=1");
  return "deep nesting";
}

std::string Generator::huge_array(Draft& draft) {
  static constexpr auto sizes = std::to_array<std::size_t>({25, 101, 1'001, 10'001});
  const std::size_t size = sizes[std::min(random_.below(8), random_.below(4))];
  const std::string name = random_.once_in(2) ? "expand" : "items";
  const bool by_index = random_.once_in(2);
  std::string pairs;
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0) pairs += '&';
    pairs += name + "[" + (by_index ? std::to_string(i) : "") + "]=x";
  }
  draft.extra_pairs.push_back(std::move(pairs));
  return "huge array";
}

std::string Generator::strange_index(Draft& draft) {
  static constexpr auto pairs = std::to_array<std::string_view>(
      {"items[1001][price]=x", "items[99999999999999999999][price]=x", "items[-1][price]=x",
       "expand[1e3]=x", "items[ 0]=x", "items[0x1]=x", "items[00][price]=x&items[0][price]=y",
       "items[4294967296]=x", "expand[2147483648]=data"});
  draft.extra_pairs.emplace_back(random_.pick(pairs));
  return "strange index";
}

std::string Generator::bad_expand(Draft& draft) {
  static constexpr auto pairs = std::to_array<std::string_view>(
      {"expand[]=a.b.c.d.e", "expand[]=", "expand=", "expand[a]=x", "expand[][x]=y",
       "expand[]=data", "expand[]=data.data.data", "expand[]=...", "expand[]=.customer",
       "expand[]=customer.", "expand[]=customer&expand[]=customer", "expand[]=total_count",
       "expand[]=%00", "expand=nope", "expand[]=latest_invoice.payments.data.payment",
       "expand[0][0]=customer"});
  draft.extra_pairs.emplace_back(random_.pick(pairs));
  return "bad expand";
}

std::string Generator::bad_paging(Draft& draft) {
  static constexpr auto names = std::to_array<std::string_view>(
      {"limit", "starting_after", "ending_before", "created", "created[gte]", "created[nope]",
       "created[gte][gte]", "page", "limit[a]", "starting_after[]", "query"});
  for (std::size_t i = 0; i < 1 + random_.below(3); ++i) {
    draft.extra_pairs.push_back(std::string(random_.pick(names)) + "=" +
                                cli::url_encode(junk_text()));
  }
  return "bad paging";
}

std::string Generator::bad_metadata(Draft& draft) {
  Json metadata = Json::object();
  switch (random_.below(5)) {
    case 0:
      for (int i = 0; i < 51; ++i) metadata["key" + std::to_string(i)] = "v";
      break;
    case 1:
      metadata[std::string(41, 'k')] = "v";
      break;
    case 2:
      metadata["k"] = std::string(501, 'v');
      break;
    case 3:
      metadata["k"] = {{"nested", Json::array({1})}};
      break;
    default:
      metadata = junk();
  }
  draft.params["metadata"] = metadata;
  return "bad metadata";
}

std::string Generator::clashing_pairs(Draft& draft) {
  static constexpr auto pairs = std::to_array<std::string_view>(
      {"a=1&a[b]=2", "name[b]=2&name=1", "items[0]=a&items[price]=b", "items[][a]=1&items[0][a]=2",
       "metadata=1&metadata[a]=2", "&&&", "=", "=x", "[]=x", "[a]=x", "a[b=1", "a]b[=1", "a[[b]]=1",
       "a[]b=1", "a[b]c[d]=1", "name", "a[b][]=1&a[b][c]=1"});
  draft.extra_pairs.emplace_back(random_.pick(pairs));
  return "clashing pairs";
}

std::string Generator::bad_id(Draft& draft) {
  const std::size_t slash = draft.path.rfind('/');
  std::string id = junk_text();
  if (random_.once_in(4)) id = "..";
  draft.path = draft.path.substr(0, slash + 1) + cli::url_encode(id);
  return "bad id";
}

// --- damage to the text

std::string Generator::broken_percent_code(api::Request& request) {
  std::string& text = text_of(request);
  const std::size_t first = &text == &request.target ? 4 : 0;
  text.insert(first + random_.below(text.size() - first + 1), random_.pick(broken_codes));
  return "broken percent code";
}

std::string Generator::wrong_method(api::Request& request) {
  request.method = random_.pick(methods);
  return "method " + request.method;
}

std::string Generator::truncated_body(api::Request& request) {
  std::string& text = text_of(request);
  text.resize(1 + random_.below(text.size()));
  return "truncated";
}

std::string Generator::nul_bytes(api::Request& request) {
  std::string& text = text_of(request);
  text.insert(1 + random_.below(text.size()), 1 + random_.below(3), '\0');
  return "NUL bytes";
}

std::string Generator::bad_utf8(api::Request& request) {
  std::string& text = text_of(request);
  text.insert(1 + random_.below(text.size()), random_.pick(broken_utf8));
  return "bad UTF-8";
}

std::string Generator::header_flood(api::Request& request) {
  const std::size_t count = random_.once_in(4) ? 2'000 : 60;
  for (std::size_t i = 0; i < count; ++i) {
    request.headers.emplace_back("X-Flood-" + std::to_string(i),
                                 std::string(random_.below(50), 'x'));
  }
  return "header flood";
}

std::string Generator::bad_header(api::Request& request) {
  static constexpr auto names = std::to_array<std::string_view>(
      {"Stripe-Version", "Idempotency-Key", "Stripe-Account", "Stripe-Context", "Content-Type",
       "Accept", "Range", "Expect", "Cookie", "REMOTE_ADDR", "Origin", "Sec-Fetch-Site",
       "X-Forwarded-For"});
  std::string value = random_.once_in(4) ? std::string(9'000, 'h') : junk_text();
  // A header cannot hold a line end; what follows one is another header, which is for the wire
  // test.
  std::erase_if(value, [](char c) { return c == '\n' || c == '\r' || c == '\0'; });
  request.headers.emplace_back(random_.pick(names), std::move(value));
  return "header " + request.headers.back().first;
}

std::string Generator::bad_key(api::Request& request) {
  static constexpr auto keys = std::to_array<std::string_view>(
      {"", "Bearer", "Bearer ", "Bearer sk_live_123", "Bearer pk_test_malformed", "Basic",
       "Basic ====", "Basic !!!!", "Basic Og==", "Digest x", "Bearer rk_live_x", "Bearer sk_org_x",
       "Bearer \x80\xff", "Bearer sk_test_", "bearer sk_test_malformed",
       "Basic c2tfdGVzdF9tYWxmb3JtZWQ="});
  request.headers[1].second = random_.pick(keys);
  return "key '" + request.headers[1].second + "'";
}

std::string Generator::wrong_content(api::Request& request) {
  static constexpr auto bodies = std::to_array<std::string_view>(
      {"{}", "[]", "null", "\"x\"", "{\"a\":1e999}", "{\"a\":", "{\"a\":\"\\ud800\"}", "{'a':1}",
       "{\"a\":1,\"a\":2}", "<xml/>", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n",
       "\xef\xbb\xbf{}"});
  static constexpr auto types = std::to_array<std::string_view>(
      {"application/json", "multipart/form-data", "multipart/form-data; boundary=", "text/plain",
       "", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=utf-16"});
  request.body = random_.pick(bodies);
  if (random_.once_in(8)) request.body = std::string(100'000, '[');
  std::erase_if(request.headers, [](const auto& header) { return header.first == "Content-Type"; });
  request.headers.emplace_back("Content-Type", random_.pick(types));
  return "content " + request.headers.back().second;
}

std::string Generator::bad_path(api::Request& request) {
  static constexpr auto paths = std::to_array<std::string_view>({"/",
                                                                 "/v1",
                                                                 "/v1/",
                                                                 "/v1//customers",
                                                                 "//v1/customers",
                                                                 "/v1/customers/",
                                                                 "/v1/customers/%2F",
                                                                 "/v1/customers/../prices",
                                                                 "/v1/customers/%2e%2e/x",
                                                                 "/v3/customers",
                                                                 "/v1/customers;x=1",
                                                                 "/v1/customers?a?b",
                                                                 "/v1/customers?",
                                                                 "/v1/customers#x",
                                                                 "*",
                                                                 "http://127.0.0.1/v1/customers",
                                                                 "/v1/invoices//finalize",
                                                                 "/v1/customers/%00",
                                                                 "/v1/customers/a/b/c/d/e/f",
                                                                 "/_okapi/nope",
                                                                 "/_okapi/explain/%ff",
                                                                 "/_okapi/snapshots/../x/restore",
                                                                 "/v1/customers/ /x"});
  request.target = random_.pick(paths);
  if (random_.once_in(10)) request.target = "/v1/" + std::string(7'000, 'p');
  return "path " + request.target.substr(0, 40);
}

std::string Generator::random_bytes(api::Request& request) {
  request.body = random_.bytes(random_.below(2'000));
  return "random bytes";
}

// okapi's own paths. A rule for faults is only sent where it cannot be understood: one that is
// would do what it says to the requests after it.
std::string Generator::bad_control(api::Request& request) {
  static constexpr auto targets = std::to_array<std::string_view>(
      {"clock", "snapshots", "snapshots/nope/restore", "snapshots/%ff/restore", "snapshot",
       "faults", "explain/in_nope", "explain/", "explain/%00", "requests?limit=-1",
       "requests?status=x", "requests/req_nope", "events?limit=99999999999999999999",
       "events?type[]=x", "coverage?x", "webhooks/wait?timeout=-1", "metrics/x", "health/x", ""});
  static constexpr auto bodies = std::to_array<std::string_view>({"{",
                                                                  "[]",
                                                                  "\"x\"",
                                                                  "advance=",
                                                                  "advance=1mo1",
                                                                  "advance=-1d",
                                                                  "advance=99999999999y",
                                                                  "to=x",
                                                                  "to=99999999999999999999",
                                                                  "to=-1",
                                                                  "advance=1d&to=0",
                                                                  "{\"advance\":5}",
                                                                  "{\"to\":[]}",
                                                                  "name=",
                                                                  "name=%ff",
                                                                  "name[a]=b",
                                                                  "{\"name\":{}}",
                                                                  "status=abc",
                                                                  "nth=-1",
                                                                  "nth=x&times=y",
                                                                  "nope=1",
                                                                  "\x00\x01",
                                                                  "freeze=maybe"});
  static constexpr auto verbs = std::to_array<std::string_view>({"GET", "POST", "PUT", "DELETE"});
  request.target = "/_okapi/" + std::string(random_.pick(targets));
  request.method = random_.pick(verbs);
  request.body = random_.pick(bodies);
  std::erase_if(request.headers, [](const auto& header) { return header.first == "Content-Type"; });
  request.headers.emplace_back("Content-Type", random_.once_in(2)
                                                   ? "application/json"
                                                   : "application/x-www-form-urlencoded");
  return "control path " + request.target;
}

}  // namespace okapi::malformed
