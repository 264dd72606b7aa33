#include <sstream>

#include "server/fixtures.h"
#include "server/fixtures_yaml.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/targets.h"
#include "tests/fuzz/world.h"

namespace okapi::fuzz {
namespace {

bool says(std::string_view text, std::string_view word) { return text.find(word) != text.npos; }

}  // namespace

void fixture(std::string_view input) {
  static World world;
  try {
    const std::string text(input);
    (void)server::read_yaml(text, "fixture.yaml");
    // A fixture may ask for a thousand years of renewals, and waits for them.
    const bool moves = says(input, "advance") || says(input, "now");
    if (moves && says(input, "subscription")) return;
    std::istringstream yaml(text);
    (void)server::send_fixture(world.dispatch(), yaml, "fixture.yaml");
  } catch (const server::FixtureError& error) {
    expect(std::string_view(error.what()).starts_with("fixture.yaml"), "a file without a name");
  }
  world.restore();
}

}  // namespace okapi::fuzz
