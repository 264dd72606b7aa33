// The short form of the fuzzers: every seed, every input that once found a fault, and some
// thousands of mutations of them go into each target. OKAPI_SEED repeats a run or makes
// it another; OKAPI_FUZZ_EFFORT=100 tries a hundred times as many.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/fuzz/mutations.h"
#include "tests/fuzz/targets.h"
#include "tests/malformed/random.h"

namespace okapi::fuzz {
namespace {

namespace fs = std::filesystem;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::uint64_t seed_number() { return number_from("OKAPI_SEED", 20'261'130); }
int effort() { return int(number_from("OKAPI_FUZZ_EFFORT", 1)); }

std::vector<std::string> seeds_of(const Target& target) {
  const fs::path folder = fs::path(OKAPI_SOURCE_DIR) / "tests" / "fuzz" / "seeds" / target.name;
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<std::string> seeds;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    seeds.push_back(std::move(text).str());
  }
  return seeds;
}

// What the target throws at the input; empty when all is well.
std::string fault_of(const Target& target, const std::string& input) {
  try {
    target.run(input);
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

// False after a fault: one of each target is enough.
bool survives(const Target& target, const std::string& input) {
  const std::string fault = fault_of(target, input);
  if (fault.empty()) return true;
  INFO("target " << target.name << ", seed " << seed_number() << ", input:\n" << input);
  CHECK(fault == "");
  return false;
}

void replay_all(const Target& target) {
  const std::vector<std::string> seeds = seeds_of(target);
  REQUIRE(!seeds.empty());
  for (const std::string& seed : seeds) {
    if (!survives(target, seed)) return;
  }
  malformed::Random random(seed_number());
  for (int left = target.mutations * effort(); left > 0; --left) {
    if (!survives(target, mutation(seeds, random))) return;
  }
}

}  // namespace

TEST_CASE("seeds and mutations of them go into every target") {
  for (const Target& target : targets) {
    const std::string name(target.name);
    SUBCASE(name.c_str()) {
      MESSAGE(name << ", seed " << seed_number());
      replay_all(target);
    }
  }
}

}  // namespace okapi::fuzz
