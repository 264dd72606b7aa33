// A tool of the build: reads mock/catalogue/**/*.yaml and writes one C++ file of constant tables.
// usage: compile_catalogue CATALOGUE_FOLDER OUTPUT.cc
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include <yaml-cpp/yaml.h>

#include "catalogue/read.h"
#include "catalogue/tables.h"

namespace okapi::catalogue {
namespace {

namespace fs = std::filesystem;

int run(const fs::path& folder, const fs::path& output) {
  try {
    std::ostringstream text;
    write_tables(read(folder), text);
    std::ofstream file(output, std::ios::binary);
    file << text.str();
    file.flush();
    if (file) return 0;
    std::cerr << "cannot write " << output.string() << '\n';
  } catch (const Fault& fault) {
    std::cerr << "mock/catalogue/" << fault.what() << '\n';
  } catch (const YAML::Exception& error) {
    std::cerr << "mock/catalogue: " << error.what() << '\n';
  }
  return 1;
}

}  // namespace
}  // namespace okapi::catalogue

int main(int argc, char** argv) {
  if (argc == 3) return okapi::catalogue::run(argv[1], argv[2]);
  std::cerr << "usage: compile_catalogue CATALOGUE_FOLDER OUTPUT.cc\n";
  return 2;
}
