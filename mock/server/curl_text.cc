#include "server/curl_text.h"

#include <algorithm>

#include "api/catalogue.h"
#include "api/form.h"
#include "base/text.h"

namespace okapi::server {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./:=,@").find(c) != std::string_view::npos;
}

std::string in_shell(std::string_view word) {
  if (!word.empty() && std::ranges::all_of(word, is_plain)) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

// One pair of a form, decoded where curl encodes it again.
std::string pair_option(std::string_view pair) {
  const std::size_t equals = pair.find('=');
  const std::string name = api::percent_decode(pair.substr(0, equals), true);
  const std::string value =
      equals == pair.npos ? std::string() : api::percent_decode(pair.substr(equals + 1), true);
  const std::string both = concat(name, "=", value);
  const bool plain = std::ranges::all_of(value, is_plain) && !value.starts_with('@');
  return concat(plain ? "-d " : "--data-urlencode ", in_shell(both));
}

}  // namespace

std::string as_curl(const RequestRecord& record, std::string_view base_url, std::string_view key) {
  std::string command = concat("curl ", in_shell(concat(base_url, record.target)));
  const auto add = [&](std::string_view option) { command += concat(" \\\n  ", option); };
  const bool posts = record.method == "POST" && !record.body.empty();
  if (record.method != "GET" && !posts) add(concat("-X ", record.method));
  add(concat("-u ", in_shell(concat(key.empty() ? "sk_test_123" : key, ":"))));
  if (!record.version.empty() && record.version != api::api_version()) {
    add(concat("-H ", in_shell(concat("Stripe-Version: ", record.version))));
  }
  if (!record.idempotency_key.empty()) {
    add(concat("-H ", in_shell(concat("Idempotency-Key: ", record.idempotency_key))));
  }
  if (record.body_is_json && !record.body.empty()) {
    add("-H 'Content-Type: application/json'");
    add(concat("--data-raw ", in_shell(record.body)));
    return command;
  }
  std::string_view rest = record.body;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    if (end > 0) add(pair_option(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return command;
}

}  // namespace okapi::server
