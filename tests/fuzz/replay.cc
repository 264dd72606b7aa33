#include "api/form.h"
#include "cli/curl.h"
#include "cli/markdown.h"
#include "cli/placeholders.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/targets.h"

namespace okapi::fuzz {
namespace {

void check_command(const cli::CurlExample& example) {
  std::map<std::string, std::string> values;
  for (const std::string& name : cli::placeholders_in(example.command)) {
    (void)cli::kind_of_placeholder(name);
    values[name] = "id_1";
  }
  const std::string filled = cli::fill_placeholders(example.command, values);
  try {
    const cli::CurlCommand command = cli::parse_curl(cli::shell_words(filled));
    expect(command.request.target.starts_with('/'), "the target is no path");
    expect(!command.request.method.empty(), "no method");
  } catch (const cli::CurlError&) {
  }
}

}  // namespace

void replay(std::string_view input) {
  int line = 0;
  for (const cli::CurlExample& example : cli::find_curl_examples(input)) {
    expect(example.line >= line, "an example before the one above it");
    line = example.line;
    check_command(example);
  }
  expect(api::percent_decode(cli::url_encode(input), true) == input, "encoding loses something");
  try {
    (void)cli::parse_curl(cli::shell_words(input));
  } catch (const cli::CurlError&) {
  }
}

}  // namespace okapi::fuzz
