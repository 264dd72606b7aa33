#include "store/snapshot.h"

#include <sstream>

#include "api/catalogue.h"
#include "app.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/targets.h"

namespace okapi::fuzz {
namespace {

std::vector<store::NamedState> read(const std::string& text) {
  std::istringstream in(text);
  return store::read_snapshot(in, "world.json", registry().schema(), api::api_version());
}

std::string written(const std::vector<store::NamedState>& states) {
  std::ostringstream out;
  store::write_snapshot(out, states, api::api_version());
  return out.str();
}

}  // namespace

void snapshot(std::string_view input) {
  std::string saved;
  try {
    saved = written(read(std::string(input)));
  } catch (const store::SnapshotError& error) {
    const std::string_view sentence = error.what();
    expect(sentence.starts_with("world.json") && sentence.find('\n') == sentence.npos,
           "not one sentence about the file");
    return;
  }
  // What was read once is read again, and is the same.
  expect(written(read(saved)) == saved, "another snapshot the second time");
}

}  // namespace okapi::fuzz
