// Requests that a client should not send: an operation of the catalogue with plausible parameters,
// then damaged in one or two ways. Most are refused, some are still valid by luck; none may hurt.
// The same seed gives the same requests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "api/catalogue.h"
#include "api/request.h"
#include "base/json.h"
#include "tests/malformed/random.h"

namespace okapi::malformed {

// Ids of objects that exist, by object name, so that the damage reaches past the lookups.
using Ids = std::map<std::string, std::vector<std::string>, std::less<>>;

struct Made {
  api::Request request;
  std::string what;  // the damages, for the report of a failure
};

class Generator {
 public:
  // Most requests go to the `known` operations, those that do something.
  Generator(std::uint64_t seed, Ids ids, std::vector<api::Operation> known)
      : random_(seed), ids_(std::move(ids)), known_(std::move(known)) {}

  [[nodiscard]] Made next();
  [[nodiscard]] Random& random() { return random_; }

 private:
  // A request as a client would send it.
  struct Draft {
    api::Operation operation{0};
    std::string path;
    Json params = Json::object();
    std::vector<std::string> extra_pairs;  // form text that no tree can hold
  };
  using Damage = std::string (Generator::*)(Draft&);
  using TextDamage = std::string (Generator::*)(api::Request&);

  Draft draft();
  std::string path_for(const api::Operation& operation);
  Json plausible(const api::Node& node, int depth);
  Json plausible_members(api::NodeRange members, int depth);
  std::string plausible_text(std::string_view name);
  api::Request to_request(const Draft& draft);

  // To the parameters.
  std::string wrong_type(Draft& draft);
  std::string unknown_parameter(Draft& draft);
  std::string missing_parameter(Draft& draft);
  std::string junk_value(Draft& draft);
  std::string deep_nesting(Draft& draft);
  std::string huge_array(Draft& draft);
  std::string strange_index(Draft& draft);
  std::string bad_expand(Draft& draft);
  std::string bad_paging(Draft& draft);
  std::string bad_metadata(Draft& draft);
  std::string clashing_pairs(Draft& draft);
  std::string bad_id(Draft& draft);
  // To the text.
  std::string broken_percent_code(api::Request& request);
  std::string wrong_method(api::Request& request);
  std::string truncated_body(api::Request& request);
  std::string nul_bytes(api::Request& request);
  std::string bad_utf8(api::Request& request);
  std::string header_flood(api::Request& request);
  std::string bad_header(api::Request& request);
  std::string bad_key(api::Request& request);
  std::string wrong_content(api::Request& request);
  std::string bad_path(api::Request& request);
  std::string random_bytes(api::Request& request);
  std::string bad_control(api::Request& request);

  std::string junk_text();
  Json junk();

  Random random_;
  Ids ids_;
  std::vector<api::Operation> known_;
};

}  // namespace okapi::malformed
