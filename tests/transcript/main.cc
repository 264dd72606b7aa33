// transcripts PATH…: plays every *.transcript below the paths, each in a fresh world of its own,
// and prints what differs. OKAPI_BLESS=1 rewrites what they expect instead. Exit code 1: something
// differs. With OKAPI_TOLD=1 every clock tells what it can (engine/months.h), whatever it rules.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "app.h"
#include "base/span.h"
#include "cli/world.h"
#include "tests/transcript/runner.h"
#include "tests/transcript/shape.h"
#include "tests/transcript/world.h"

namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && std::string_view(value) == "1";
}

using namespace okapi;
namespace fs = std::filesystem;

std::vector<fs::path> transcripts_below(const fs::path& path) {
  if (fs::is_regular_file(path)) return {path};
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
    if (entry.path().extension() == ".transcript") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// "# Served by: okapi --retries 1 --after-retries unpaid" stands where the flags matter.
cli::ServeConfig served_by(const std::string& text) {
  cli::ServeConfig config;
  constexpr std::string_view mark = "# Served by: okapi ";
  const std::size_t begin = text.find(mark);
  if (begin == std::string::npos) return config;
  std::istringstream words(
      text.substr(begin + mark.size(), text.find('\n', begin) - begin - mark.size()));
  for (std::string flag; words >> flag;) {
    if (flag == "--strict-clocks") {
      config.strict_clocks = true;
    } else if (flag == "--clock-latency") {
      words >> config.clock_latency;
    } else if (flag == "--retries") {
      words >> config.retries;
    } else if (flag == "--after-retries") {
      words >> config.after_retries;
    } else if (flag == "--after-lost-dispute") {
      words >> config.after_lost_dispute;
    } else if (flag == "--upcoming-days") {
      words >> config.upcoming_days.emplace();
    } else if (flag == "--will-be-due-days") {
      words >> config.will_be_due_days.emplace();
    } else if (flag == "--overdue-days") {
      words >> config.overdue_days.emplace();
    } else {
      throw std::runtime_error("unknown flag in a transcript: " + flag);
    }
  }
  return config;
}

const bool told = is_set("OKAPI_TOLD");

transcript::Outcome play(const fs::path& path) {
  const std::string text = read_file(path);
  server::Options options = transcript::quiet_options();
  options.pages = pages({}, {});
  const cli::ServeConfig config = served_by(text);
  if (!config.clock_latency.empty()) {
    options.clock_latency_ms = parse_milliseconds(config.clock_latency).value();
  }
  api::Settings settings = cli::settings_from(config, options.base_url);
  if (told) settings.told_from = 1;
  server::Dispatch dispatch(registry(), settings, options);
  dispatch.set_ready(true);
  const transcript::World world{
      .send = [&](const api::Request& request) { return dispatch.handle(request); },
      .inspect = transcript::shape_faults,
  };
  return transcript::run(transcript::parse_transcript(path.string(), text), world);
}

struct Totals {
  int files = 0;
  int requests = 0;
  int failed = 0;
};

void play_and_report(const fs::path& path, bool bless, Totals& totals) {
  const transcript::Outcome outcome = play(path);
  ++totals.files;
  totals.requests += outcome.requests;
  if (outcome.failures.empty()) return;
  if (bless) {
    std::ofstream(path, std::ios::binary) << outcome.blessed_text;
    std::cout << path.string() << ": blessed\n";
    // What no rewriting can mend is still reported.
    const transcript::Outcome again = play(path);
    if (again.failures.empty()) return;
    for (const std::string& failure : again.failures) std::cout << failure << "\n";
  } else {
    for (const std::string& failure : outcome.failures) std::cout << failure << "\n";
  }
  ++totals.failed;
}

}  // namespace

int main(int argc, char** argv) try {
  const bool bless = is_set("OKAPI_BLESS");
  Totals totals;
  for (int i = 1; i < argc; ++i) {
    for (const fs::path& path : transcripts_below(argv[i])) play_and_report(path, bless, totals);
  }
  std::cout << totals.files << " transcripts, " << totals.requests << " requests, " << totals.failed
            << " transcripts failed\n";
  // No transcript at all is a mistake in the call, not a success.
  return totals.failed > 0 || totals.files == 0 ? 1 : 0;
} catch (const std::exception& error) {
  std::cout << error.what() << "\n";
  return 1;
}
