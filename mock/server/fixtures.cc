#include "server/fixtures.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "api/request.h"
#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "server/dispatch.h"
#include "server/fixtures_yaml.h"

namespace okapi::server {
namespace {

using Saved = std::map<std::string, std::string>;
using Kind = YamlValue::Kind;

constexpr std::string_view usual_key = "sk_test_okapi";
constexpr std::string_view actions[] = {"post", "get", "delete", "now", "advance"};

bool is_request(std::string_view action) {
  return action == "post" || action == "get" || action == "delete";
}

std::string upper(std::string_view word) {
  std::string shouted(word);
  for (char& c : shouted) c = static_cast<char>(c - 'a' + 'A');
  return shouted;
}

// Percent codes for all but the characters that never need them.
std::string encoded(std::string_view text, std::string_view also_plain = {}) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~").find(c) != std::string_view::npos ||
                       also_plain.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  }
  return out;
}

const Json* find_dotted(const Json& tree, std::string_view path) {
  const Json* here = &tree;
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string key(path.substr(0, dot));
    if (here->is_array()) {
      const bool index = !key.empty() && key.size() < 6 &&
                         key.find_first_not_of("0123456789") == std::string::npos;
      if (!index || std::stoul(key) >= here->size()) return nullptr;
      here = &here->at(std::stoul(key));
    } else if (here->is_object() && here->contains(key)) {
      here = &here->at(key);
    } else {
      return nullptr;
    }
    if (dot == path.npos) return here;
    path.remove_prefix(dot + 1);
  }
}

// Sends the steps of one fixture.
class Player {
 public:
  Player(Dispatch& dispatch, const std::string& name) : dispatch_(dispatch), name_(name) {}

  Saved play(const YamlValue& fixture) {
    if (fixture.kind != Kind::map) {
      fail(fixture, "a fixture is a map with the key steps, a list of requests");
    }
    check_keys(fixture, {"name", "description", "key", "steps"});
    file_key_ = text_or(fixture.find("key"), usual_key);
    const YamlValue* steps = fixture.find("steps");
    if (steps == nullptr || steps->kind != Kind::list) {
      fail(steps == nullptr ? fixture : *steps, "steps must be there and be a list of requests");
    }
    for (const YamlValue& step : steps->elements) play_step(step);
    return std::move(saved_);
  }

 private:
  [[noreturn]] void fail(const YamlValue& at, std::string_view what) const {
    throw FixtureError(concat(name_, ", line ", std::to_string(at.line), ": ", what));
  }

  void check_keys(const YamlValue& map, std::initializer_list<std::string_view> known) const {
    for (const auto& [key, value] : map.members) {
      if (std::ranges::find(known, key) != known.end()) continue;
      std::string names;
      for (const std::string_view one : known) names += concat(names.empty() ? "" : ", ", one);
      fail(value, concat("the key ", key, " is not known here; these are: ", names));
    }
  }

  std::string text_of(const YamlValue& value) const {
    if (value.kind == Kind::list || value.kind == Kind::map) fail(value, "a text belongs here");
    return value.text;
  }
  std::string text_or(const YamlValue* value, std::string_view preset) const {
    return value == nullptr ? std::string(preset) : text_of(*value);
  }

  void play_step(const YamlValue& step) {
    if (step.kind != Kind::map) {
      fail(step, "a step is a map such as {post: /v1/customers, params: {name: Jenny}}");
    }
    std::string_view action;
    for (const std::string_view one : actions) {
      if (step.find(one) == nullptr) continue;
      if (!action.empty()) fail(step, concat("a step has one of ", action, " and ", one));
      action = one;
    }
    if (action.empty()) fail(step, "a step has one of post, get, delete, now, advance");
    key_ = text_or(step.find("key"), file_key_);
    if (is_request(action)) {
      check_keys(step, {action, "params", "save", "expect", "key"});
      send_request(step, upper(action), *step.find(action));
    } else {
      check_keys(step, {action, "key"});
      move_clock(action == "now" ? "to" : "advance", *step.find(action));
    }
  }

  void send_request(const YamlValue& step, const std::string& method, const YamlValue& path) {
    api::Request request;
    request.method = method;
    request.target = filled(text_of(path), path, [](std::string_view id) { return encoded(id); });
    if (!request.target.starts_with("/v1/") && !request.target.starts_with("/v2/")) {
      fail(path, "the path begins with /v1/ or /v2/");
    }
    const bool in_body = method == "POST";
    const bool json = in_body && request.target.starts_with("/v2/");
    if (const YamlValue* params = step.find("params")) {
      if (params->kind != Kind::map) fail(*params, "params must be a map");
      if (json) {
        request.body = json_of(*params).dump();
      } else if (in_body) {
        append_form(request.body, "", *params);
      } else {
        request.target += request.target.find('?') == std::string::npos ? '?' : '&';
        std::string query;
        append_form(query, "", *params);
        request.target += query;
      }
    }
    request.headers.emplace_back("Content-Type",
                                 json ? "application/json" : "application/x-www-form-urlencoded");
    const Json answer = send(std::move(request), path, text_or(step.find("expect"), "200"));
    if (const YamlValue* save = step.find("save")) save_fields(*save, answer);
  }

  void move_clock(std::string_view parameter, const YamlValue& value) {
    api::Request request;
    request.method = "POST";
    request.target = "/_okapi/clock";
    request.body = concat(parameter, "=", encoded(filled(text_of(value), value)));
    send(std::move(request), value, "200");
  }

  Json send(api::Request request, const YamlValue& at, const std::string& expected) {
    const std::string sent = concat(request.method, " ", request.path());
    request.headers.emplace_back("Authorization", concat("Bearer ", key_));
    const api::Response response = dispatch_.handle(request);
    Json answer = Json::parse(response.body, nullptr, false);
    if (std::to_string(response.status) == expected) return answer;
    const Json& message = at_path(answer, {"error", "message"});
    fail(at, concat(sent, " answered ", std::to_string(response.status), " and not ", expected,
                    message.is_string() ? ": " : "",
                    message.is_string() ? message.get<std::string>() : std::string()));
  }

  void save_fields(const YamlValue& save, const Json& answer) {
    if (save.kind != Kind::map) return save_field(save, text_of(save), "id", answer);
    for (const auto& [name, path] : save.members) save_field(path, name, text_of(path), answer);
  }

  void save_field(const YamlValue& at, const std::string& name, const std::string& path,
                  const Json& answer) {
    const Json* value = find_dotted(answer, path);
    if (value == nullptr || value->is_structured() || value->is_null()) {
      fail(at, concat("the answer has no ", path, " to be saved as ", name));
    }
    saved_[name] = value->is_string() ? value->get<std::string>() : value->dump();
  }

  // --- params

  void append_form(std::string& form, const std::string& name, const YamlValue& value) {
    const auto inside = [&](std::string_view key) {
      return name.empty() ? encoded(key) : concat(name, "[", encoded(key), "]");
    };
    const bool empty = value.kind == Kind::nothing ||
                       (value.kind == Kind::list && value.elements.empty()) ||
                       (value.kind == Kind::map && value.members.empty());
    if (empty || value.kind == Kind::text) {
      if (name.empty()) return;
      form += concat(form.empty() ? "" : "&", name, "=", encoded(filled(value.text, value)));
    }
    for (std::size_t i = 0; i < value.elements.size(); ++i) {
      append_form(form, inside(std::to_string(i)), value.elements[i]);
    }
    for (const auto& [key, member] : value.members) append_form(form, inside(key), member);
  }

  Json json_of(const YamlValue& value) {
    switch (value.kind) {
      case Kind::nothing:
        return nullptr;
      case Kind::text:
        return filled(value.text, value);
      case Kind::list: {
        Json list = Json::array();
        for (const YamlValue& element : value.elements) list.push_back(json_of(element));
        return list;
      }
      case Kind::map: {
        Json map = Json::object();
        for (const auto& [key, member] : value.members) map[key] = json_of(member);
        return map;
      }
    }
    return nullptr;
  }

  // --- {{…}}

  template <typename Encode>
  std::string filled(std::string_view text, const YamlValue& at, Encode&& encode) {
    std::string out;
    while (true) {
      const std::size_t open = text.find("{{");
      const std::size_t close = open == text.npos ? text.npos : text.find("}}", open);
      if (close == text.npos) return out.append(text);
      out.append(text.substr(0, open));
      out += encode(value_of(trimmed(text.substr(open + 2, close - open - 2)), at));
      text.remove_prefix(close + 2);
    }
  }
  std::string filled(std::string_view text, const YamlValue& at) {
    return filled(text, at, [](std::string_view value) { return std::string(value); });
  }

  std::string value_of(std::string_view name, const YamlValue& at) {
    if (const auto found = saved_.find(std::string(name)); found != saved_.end()) {
      return found->second;
    }
    const std::optional<Seconds> time = time_of(name);
    if (!time) {
      fail(at, concat("nothing was saved as ", name, "; save it in a step before this one"));
    }
    return std::to_string(*time);
  }

  std::optional<Seconds> time_of(std::string_view words) {
    if (!words.starts_with("now")) return parse_time(words);
    const Seconds now = clock_now();
    if (words == "now") return now;
    const char sign = words[3];
    const std::optional<Seconds> ahead = add_span(now, words.substr(4));
    if (!ahead || (sign != '+' && sign != '-')) return std::nullopt;
    return sign == '+' ? *ahead : now - (*ahead - now);
  }

  Seconds clock_now() {
    api::Request request;
    request.method = "GET";
    request.target = "/_okapi/clock";
    return integer(send(std::move(request), {}, "200"), "now");
  }

  Dispatch& dispatch_;
  const std::string& name_;
  std::string file_key_;
  std::string key_;  // of the step being played
  Saved saved_;
};

}  // namespace

Saved send_fixture(Dispatch& dispatch, const std::string& file) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in || in.peek() == std::ifstream::traits_type::eof()) {
    throw FixtureError(concat("cannot read the fixture ", file, " (",
                              errno == 0 ? "it is empty" : std::generic_category().message(errno),
                              "): give the path of a YAML file with steps"));
  }
  return send_fixture(dispatch, in, file);
}

Saved send_fixture(Dispatch& dispatch, std::istream& yaml, const std::string& name) {
  std::ostringstream text;
  text << yaml.rdbuf();
  return Player(dispatch, name).play(read_yaml(text.str(), name));
}

}  // namespace okapi::server
