// okapi replay: the curl examples of a page, sent as they stand, each {{NAME}} bound to what the
// page made before. Reports a line a request; fails when one did not answer 200 or a name stayed
// unbound.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/curl.h"
#include "cli/markdown.h"
#include "cli/placeholders.h"
#include "cli/summary.h"
#include "cli/world.h"
#include "engine/explain.h"

namespace okapi::cli {
namespace {

std::string read_page(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file + ": is the path right?");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::map<std::string, std::string> parse_bindings(const std::vector<std::string>& bindings) {
  std::map<std::string, std::string> values;
  for (const std::string& binding : bindings) {
    const std::size_t equals = binding.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError("--bind " + binding +
                       ": write NAME=VALUE, for instance CUSTOMER_ID=cus_123");
    }
    values[binding.substr(0, equals)] = binding.substr(equals + 1);
  }
  return values;
}

class Replay {
 public:
  Replay(const ReplayConfig& config, Send send)
      : config_(config), send_(std::move(send)), bindings_(parse_bindings(config.bindings)) {}

  // How many requests of the page did not answer 200.
  int play(const std::string& file) {
    const std::vector<CurlExample> examples = find_curl_examples(read_page(file));
    std::printf("%s: %zu requests\n", file.c_str(), examples.size());
    int failures = 0;
    for (const CurlExample& example : examples) {
      if (!play_example(file, example)) ++failures;
    }
    if (config_.explain) explain_invoices();
    return failures;
  }

 private:
  bool play_example(const std::string& file, const CurlExample& example) {
    const std::vector<std::string> unbound = bind(example.command);
    if (!unbound.empty()) {
      std::printf("  ---  %s:%d: could not bind", file.c_str(), example.line);
      for (const std::string& name : unbound) std::printf(" {{%s}}", name.c_str());
      std::printf(": name it with --bind or make it with --fixture\n");
      return false;
    }
    const api::Request request = to_request(example.command);
    const api::Response response = send_(request);
    report(request, response);
    return response.status == 200;
  }

  api::Request to_request(const std::string& command) {
    std::vector<std::string> words = shell_words(command);
    for (std::string& word : words) word = fill_placeholders(std::move(word), bindings_);
    api::Request request = parse_curl(words).request;
    if (!config_.key.empty()) {
      std::erase_if(request.headers, [](const auto& header) {
        return api::header({header}, "Authorization").data() != nullptr;
      });
      request.headers.emplace_back("Authorization", "Bearer " + config_.key);
    }
    authorization_ = api::header(request.headers, "Authorization");
    return request;
  }

  void report(const api::Request& request, const api::Response& response) {
    const Json body = Json::parse(response.body, nullptr, false);
    std::string what;
    if (const auto id = maybe_text(body, "id")) what = *id;
    if (const Json& message = at_path(body, {"error", "message"}); message.is_string()) {
      what = message.get<std::string>();
    }
    std::printf("  %d  %-6s %-45s %s\n", response.status, request.method.c_str(),
                std::string(request.path()).c_str(), what.c_str());
    if (response.status != 200) return;
    note_parts(body);
    if (has(body, "id") && has(body, "object")) note_made(body);
  }

  // Objects that stand in lists, of the answer or inside it: the items of a subscription.
  void note_parts(const Json& body) {
    if (!body.is_object()) return;
    for (const auto& [name, member] : body.items()) {
      const Json& rows = name == "data" ? member : at_path(member, {"data"});
      if (!rows.is_array()) continue;
      for (const Json& row : rows) {
        if (row.is_object() && has(row, "id") && has(row, "object")) note_made(row);
      }
    }
  }

  void note_made(const Json& object) {
    made_.insert(made_.begin(), object);
    const std::string kind = text(object, "object");
    // Customers know every invoice that was made for them, also by time passing.
    const std::string& id = text(object, "id");
    if (kind == "customer" && std::ranges::find(customers_, id) == customers_.end()) {
      customers_.push_back(id);
    }
  }

  // Binds what the command names and is not bound by hand; gives what stayed unbound.
  std::vector<std::string> bind(const std::string& command) {
    std::map<std::string, std::vector<Wanted>> by_object;
    std::map<std::string, std::string> list_paths;
    std::vector<std::string> unbound;
    for (const std::string& name : placeholders_in(command)) {
      if (by_hand(name)) continue;
      bindings_.erase(name);
      const std::optional<PlaceholderKind> kind = kind_of_placeholder(name);
      if (!kind) {
        unbound.push_back(name);
        continue;
      }
      by_object[kind->object].push_back({.name = name, .words = kind->words});
      list_paths[kind->object] = kind->list_path;
    }
    for (const auto& [object, names] : by_object) {
      const auto chosen = choose_objects(names, candidates(object, list_paths[object]));
      bindings_.insert(chosen.begin(), chosen.end());
      for (const Wanted& wanted : names) {
        if (!chosen.contains(wanted.name)) unbound.push_back(wanted.name);
      }
    }
    return unbound;
  }

  [[nodiscard]] bool by_hand(const std::string& name) const {
    return std::ranges::any_of(config_.bindings, [&](const std::string& binding) {
      return binding.starts_with(name + "=");
    });
  }

  // What the page made, newest first, then what the server had before (fixtures, other pages).
  std::vector<Json> candidates(const std::string& object, const std::string& list_path) {
    std::vector<Json> found;
    std::set<std::string> seen;
    const auto add = [&](const Json& candidate) {
      if (maybe_text(candidate, "object") != object) return;
      if (seen.insert(text(candidate, "id")).second) found.push_back(candidate);
    };
    for (const Json& made : made_) add(made);
    if (list_path.empty()) return found;
    for (const Json& listed : list(list_path + "?limit=100")) add(listed);
    return found;
  }

  Json get(const std::string& target) {
    api::Request request;
    request.method = "GET";
    request.target = target;
    request.headers.emplace_back("Authorization", authorization_);
    return Json::parse(send_(request).body, nullptr, false);
  }

  // Every invoice that the page's customers got, also by time passing, and what it all came to.
  void explain_invoices() {
    std::string summary;
    for (const std::string& customer : customers_) {
      std::vector<Json> invoices = list("/v1/invoices?limit=100&customer=" + customer);
      std::ranges::reverse(invoices);
      for (const Json& invoice : invoices) {
        const Json explanation = get("/_okapi/explain/" + text(invoice, "id"));
        if (has(explanation, "error")) continue;
        std::printf("\n%s", engine::explanation_text(explanation).c_str());
        summary += invoice_summary(explanation);
      }
      summary += ledger_summary(
          list("/v1/billing/credit_balance_transactions?limit=100&customer=" + customer));
    }
    std::printf("\nIn short\n%s\n", summary.c_str());
    customers_.clear();
  }

  std::vector<Json> list(const std::string& target) {
    const Json page = get(target);
    const Json& data = at_path(page, {"data"});
    return data.is_array() ? data.get<std::vector<Json>>() : std::vector<Json>();
  }

  const ReplayConfig& config_;
  Send send_;
  std::map<std::string, std::string> bindings_;
  std::vector<Json> made_;  // newest first
  std::vector<std::string> customers_;
  std::string authorization_;
};

}  // namespace

int replay(const ReplayConfig& config) {
  std::unique_ptr<server::Dispatch> own;
  Send send;
  if (config.url.empty()) {
    ServeConfig world = config.serve;
    world.quiet = true;
    own = make_dispatch(world, "http://127.0.0.1");
    send_fixtures(*own, world);
    own->set_ready(true);
    send = [&own](const api::Request& request) { return own->handle(request); };
  } else {
    send = send_to(config.url);
  }
  Replay replay(config, std::move(send));
  int failures = 0;
  for (const std::string& file : config.files) failures += replay.play(file);
  if (failures > 0) complain(concat(std::to_string(failures), " requests did not answer 200"));
  return failures == 0 ? 0 : 1;
}

}  // namespace okapi::cli
