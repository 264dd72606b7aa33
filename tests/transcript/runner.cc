#include "tests/transcript/runner.h"

#include <algorithm>
#include <stdexcept>

#include "cli/curl.h"
#include "tests/transcript/bless.h"

namespace okapi::transcript {
namespace {

// `-u "<>:"`, as Stripe's pages print it.
constexpr std::string_view placeholder_user = "Basic PD46";

// The field at "data.0.id"; null when there is none.
const Json* find_path(const Json& value, std::string_view path) {
  const Json* at = &value;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const std::string step(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
    if (at->is_array()) {
      const bool is_index = std::ranges::all_of(step, [](char c) { return c >= '0' && c <= '9'; });
      if (!is_index || std::stoul(step) >= at->size()) return nullptr;
      at = &(*at)[std::stoul(step)];
    } else {
      const auto found = at->find(step);
      if (found == at->end()) return nullptr;
      at = &*found;
    }
  }
  return at;
}

class Run {
 public:
  Run(const Transcript& transcript, const World& world)
      : transcript_(transcript), world_(world), blessing_(transcript.text) {}

  Outcome play() {
    for (const Step& step : transcript_.steps) {
      try {
        play_step(step);
      } catch (const std::exception& error) {
        // What follows would only repeat the complaint about a missing name.
        fail(step.line, error.what());
        break;
      }
    }
    outcome_.blessed_text = blessing_.text();
    return std::move(outcome_);
  }

 private:
  void fail(int line, const std::string& what) {
    outcome_.failures.push_back(transcript_.path + ":" + std::to_string(line) + ": " + what);
  }

  api::Request request_of(const Step& step) const {
    std::vector<std::string> words = cli::shell_words(step.command);
    for (std::string& word : words) word = substitute(word, bindings_);
    api::Request request = cli::parse_curl(words).request;
    api::Headers& headers = request.headers;
    std::erase_if(headers, [](const auto& header) { return header.second == placeholder_user; });
    const bool names_key = std::ranges::any_of(
        headers, [](const auto& header) { return header.first == "Authorization"; });
    if (!names_key) headers.emplace_back("Authorization", "Bearer " + std::string(default_key));
    request.remote = "127.0.0.1";
    return request;
  }

  void play_step(const Step& step) {
    const api::Request request = request_of(step);
    const bool with_events = step.events.has_value();
    const std::string newest = with_events ? newest_event(request) : "";
    const api::Response response = world_.send(request);
    ++outcome_.requests;

    const bool is_json = Json::accept(response.body);
    const Json body = is_json ? Json::parse(response.body) : Json();
    compare_answer(step, response, body, is_json);
    if (with_events) compare_events(*step.events, events_after(request, newest));
    if (world_.inspect) {
      for (const std::string& fault : world_.inspect(request, response)) fail(step.line, fault);
    }
    for (const Capture& capture : step.captures) bind(capture, response, body);
  }

  void compare_answer(const Step& step, const api::Response& response, const Json& body,
                      bool is_json) {
    if (!step.answer) {
      fail(step.line, "the request has no '< status' line");
      blessing_.add_answer(step, response.status, body, bindings_);
      return;
    }
    const Answer& answer = *step.answer;
    if (answer.status != response.status) {
      fail(answer.line, "status: expected " + std::to_string(answer.status) + ", got " +
                            std::to_string(response.status) + "\n" + response.body);
      blessing_.replace(answer.status_text, std::to_string(response.status));
    }
    for (const HeaderLine& line : answer.headers) compare_header(line, response);
    if (answer.body_line == 0) return;
    if (!is_json) return fail(answer.body_line, "the body is not JSON:\n" + response.body);
    compare_body(answer, body, answer.status == response.status);
  }

  void compare_body(const Answer& answer, const Json& body, bool status_is_right) {
    const std::string_view text =
        std::string_view(transcript_.text)
            .substr(answer.body.begin, answer.body.end - answer.body.begin);
    const Match match{.text = text, .bindings = bindings_, .exactly = answer.exactly};
    const Pattern pattern = parse_pattern(text);
    const std::vector<Difference> found = differences(pattern, body, match);
    if (found.empty()) return;
    blessing_.replace(answer.body, blessed(pattern, body, match));
    if (!status_is_right) return;  // the whole body has been shown
    for (const Difference& difference : found) {
      const auto lines = std::ranges::count(text.substr(0, difference.offset), '\n');
      fail(answer.body_line + static_cast<int>(lines),
           (difference.path.empty() ? std::string("body") : difference.path) + "\n    expected  " +
               difference.expected + "\n    got       " + difference.actual);
    }
  }

  void compare_header(const HeaderLine& line, const api::Response& response) {
    const bool is_type = line.name == "Content-Type";
    const std::string actual(is_type ? std::string_view(response.content_type)
                                     : api::header(response.headers, line.name));
    if (line.text == "..." && !actual.empty()) return;
    if (substitute(line.text, bindings_) == actual) return;
    fail(line.line, line.name + "\n    expected  " + (line.text.empty() ? "absent" : line.text) +
                        "\n    got       " + (actual.empty() ? "absent" : actual));
    blessing_.replace(line.value, actual);
  }

  void bind(const Capture& capture, const api::Response& response, const Json& body) {
    const std::string at = transcript_.path + ":" + std::to_string(capture.line);
    if (capture.path.ends_with(':')) {
      const std::string name = capture.path.substr(0, capture.path.size() - 1);
      const std::string_view value = api::header(response.headers, name);
      if (value.empty()) throw std::runtime_error("the answer has no header " + name);
      bindings_[capture.name] = value;
      return;
    }
    const Json* value = find_path(body, capture.path);
    if (value == nullptr || value->is_structured() || value->is_null()) {
      throw std::runtime_error("{{" + capture.name + "}} cannot be bound: the body has no " +
                               capture.path + "\n" + response.body);
    }
    bindings_[capture.name] = value->is_string() ? value->get<std::string>() : value->dump();
  }

  // The account's events are read as a client would read them, with the key of the request.
  Json events_page(const api::Request& request, const std::string& query) const {
    api::Request list;
    list.method = "GET";
    list.target = "/v1/events?" + query;
    list.remote = request.remote;
    for (const char* name : {"Authorization", "Stripe-Account"}) {
      const std::string_view value = api::header(request.headers, name);
      if (!value.empty()) list.headers.emplace_back(name, value);
    }
    const api::Response response = world_.send(list);
    // A key that is refused has no account and so no events.
    if (response.status == 401 || response.status == 403) {
      return {{"data", Json::array()}, {"has_more", false}};
    }
    if (response.status != 200) {
      throw std::runtime_error("the events cannot be read:\n" + response.body);
    }
    return Json::parse(response.body);
  }

  std::string newest_event(const api::Request& request) const {
    const Json page = events_page(request, "limit=1");
    const Json& data = page.at("data");
    return data.empty() ? std::string() : data[0].at("id").get<std::string>();
  }

  // The types of the events younger than `newest`, oldest first.
  std::vector<std::string> events_after(const api::Request& request, std::string newest) const {
    std::vector<std::string> types;
    if (newest.empty()) {  // all there are: the last page of the list holds the oldest
      newest = oldest_event(request, types);
      if (newest.empty()) return types;
    }
    for (bool more = true; more;) {
      const Json page = events_page(request, "limit=100&ending_before=" + newest);
      const Json& data = page.at("data");
      for (auto event = data.rbegin(); event != data.rend(); ++event) {
        types.push_back(event->at("type").get<std::string>());
      }
      more = page.at("has_more").get<bool>();
      if (!data.empty()) newest = data[0].at("id").get<std::string>();
    }
    return types;
  }

  // Puts the oldest event's type and gives its id; empty when there is none.
  std::string oldest_event(const api::Request& request, std::vector<std::string>& types) const {
    std::string cursor;
    Json oldest;
    for (bool more = true; more;) {
      const Json page =
          events_page(request, "limit=100" + (cursor.empty() ? "" : "&starting_after=" + cursor));
      const Json& data = page.at("data");
      if (!data.empty()) {
        oldest = data.back();
        cursor = oldest.at("id").get<std::string>();
      }
      more = page.at("has_more").get<bool>();
    }
    if (oldest.is_null()) return {};
    types.push_back(oldest.at("type").get<std::string>());
    return cursor;
  }

  void compare_events(const EventLines& expected, const std::vector<std::string>& actual) {
    if (expected.types == actual) return;
    std::string lines;
    for (const std::string& type : actual) lines += "! " + type + "\n";
    if (actual.empty()) lines = "!\n";
    std::string wanted;
    for (const std::string& type : expected.types) wanted += "\n      " + type;
    std::string got;
    for (const std::string& type : actual) got += "\n      " + type;
    fail(expected.line, "events\n    expected" + (wanted.empty() ? "  none" : wanted) +
                            "\n    got" + (got.empty() ? "  none" : got));
    blessing_.replace(expected.lines, lines);
  }

  const Transcript& transcript_;
  const World& world_;
  Bindings bindings_;
  Blessing blessing_;
  Outcome outcome_;
};

}  // namespace

Outcome run(const Transcript& transcript, const World& world) {
  return Run(transcript, world).play();
}

}  // namespace okapi::transcript
