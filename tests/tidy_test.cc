// The rules of the style brief that a program can see (sections 1 to 3): who includes whom, who may
// print, read the clock, roll dice or use floating point, and that every resource has a scenario.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.h"

namespace okapi {
namespace {

namespace fs = std::filesystem;
using Faults = std::vector<std::string>;

// Folder of mock/ to the folders it may include besides itself; arrows are transitive.
const std::map<std::string, std::set<std::string>, std::less<>> may_include = {
    {"base", {}},
    {"billing", {"base"}},
    {"store", {"base"}},
    {"api", {"base", "store"}},
    {"paper", {"base", "billing", "store"}},
    {"engine", {"base", "billing", "store", "api"}},
    {"resources", {"base", "billing", "store", "api", "engine", "paper"}},
    {"events", {"base", "store", "api"}},
    {"server", {"base", "store", "api", "events"}},
    {"dashboard", {"base", "store", "api", "events", "server"}},
    {"hosted", {"base", "billing", "store", "api", "events", "server", "paper"}},
    // The commands stand beside main: they may see what app sees.
    {"cli", {"base", "billing", "store", "api", "engine", "events", "server", "app.h"}},
    {"catalogue", {"base", "api"}},
    {"app",
     {"base", "store", "api", "engine", "resources", "events", "server", "dashboard", "hosted"}},
    {"main", {"base", "store", "api", "server", "cli", "app.h"}},
};

struct LibraryRule {
  std::string header;               // the include begins so
  std::vector<std::string> places;  // paths that may include it begin so
};
const std::vector<LibraryRule> libraries = {
    // The connection loop stands beside http.cc, under the same first name.
    {"httplib.h", {"server/http"}},
    {"openssl/", {"server/http", "server/tls", "events/"}},
    {"yaml-cpp/", {"catalogue/", "server/fixtures"}},
    {"CLI/", {"main.cc", "cli/"}},
    {"hpdf.h", {"paper/pdf.cc"}},
    {"kainjow/", {"hosted/view.cc"}},
};

struct WordRule {
  std::vector<std::string> words;
  std::vector<std::string> only_in;      // empty: everywhere …
  std::vector<std::string> but_allowed;  // … but here
  std::string what;
};
const std::vector<WordRule> word_rules = {
    {{"double", "float"}, {"billing/", "engine/"}, {}, "floating point"},
    {{"system_clock", "gettimeofday", "clock_gettime", "std::time", "::time"},
     {},
     {"base/time.cc"},
     "the system clock"},
    {{"random_device", "mt19937", "rand", "srand", "arc4random"},
     {},
     {"base/ids.cc"},
     "randomness"},
    // The catalogue's table writer is a program of the build, not of the server.
    {{"cout", "cerr", "clog", "printf", "fprintf", "puts", "fputs", "putchar", "perror"},
     {},
     {"main.cc", "cli/", "server/request_log.cc", "catalogue/"},
     "printing"},
};

bool begins_with_any(std::string_view path, const std::vector<std::string>& prefixes) {
  return std::ranges::any_of(prefixes,
                             [&](const std::string& prefix) { return path.starts_with(prefix); });
}

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// "std::time" finds std::time( but not std::timed_mutex; "::time" not std::chrono::time_point.
bool has_word(std::string_view code, std::string_view word) {
  for (std::size_t at = code.find(word); at != code.npos; at = code.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool ends = end == code.size() || !is_word_character(code[end]);
    const bool begins = at == 0 || !is_word_character(code[at - 1]);
    if (begins && ends) return true;
  }
  return false;
}

// The text with comments and the insides of literals taken out; lines stay where they are.
class CodeReader {
 public:
  explicit CodeReader(std::string_view text) : text_(text) {}

  std::string read() {
    while (at_ < text_.size()) {
      if (follows("//")) {
        skip_to("\n", 0);
      } else if (follows("/*")) {
        skip_to("*/", 2);
      } else if (follows("R\"(")) {
        skip_to(")\"", 2);
      } else if (text_[at_] == '"') {
        skip_literal('"');
      } else if (text_[at_] == '\'' && !is_digit_separator()) {
        skip_literal('\'');
      } else {
        out_ += text_[at_++];
      }
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool follows(std::string_view what) const {
    return text_.substr(at_).starts_with(what);
  }

  [[nodiscard]] bool is_digit_separator() const {
    return at_ > 0 && std::isxdigit(static_cast<unsigned char>(text_[at_ - 1])) != 0;
  }

  void drop(std::size_t end) {
    for (; at_ < end; ++at_) {
      if (text_[at_] == '\n') out_ += '\n';
    }
  }

  void skip_to(std::string_view what, std::size_t further) {
    const std::size_t found = text_.find(what, at_ + 2);
    drop(found == text_.npos ? text_.size() : found + further);
  }

  void skip_literal(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
    drop(std::min(end + 1, text_.size()));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

// The folder that rules a path below mock/: "api" for api/error.h, "app" for app.cc.
std::string folder_of(const std::string& path) {
  const std::size_t slash = path.find('/');
  return slash != path.npos ? path.substr(0, slash) : path.substr(0, path.find('.'));
}

std::string include_fault(const std::string& path, const std::string& line) {
  const std::size_t open = line.find_first_of("<\"");
  const std::size_t close = line.find_first_of(">\"", open + 1);
  if (open == line.npos || close == line.npos) return "";
  const std::string header = line.substr(open + 1, close - open - 1);
  for (const LibraryRule& rule : libraries) {
    if (header.starts_with(rule.header) && !begins_with_any(path, rule.places)) {
      return "may not include " + header;
    }
  }
  if (line[open] == '<') return "";
  const std::string folder = folder_of(path);
  if (folder == "billing" && header == "base/json.h") return "billing may not include base/json.h";
  const bool is_generated_list = header == "resources/register_all.h";
  if (folder == "resources" && header.starts_with("resources/") && !is_generated_list) {
    return "a resource never includes another: " + header;
  }
  const std::string target = header.find('/') == header.npos ? header : folder_of(header);
  if (target == folder || folder_of(target) == folder) return "";
  const auto rule = may_include.find(folder);
  if (rule == may_include.end()) return "the folder " + folder + " has no rule";
  return rule->second.contains(target) ? "" : folder + " may not include " + header;
}

// `path` is below mock/.
Faults faults_of(const std::string& path, const std::string& text) {
  Faults faults;
  const auto add = [&](int line, const std::string& what) {
    faults.push_back(path + ":" + std::to_string(line) + ": " + what);
  };
  std::istringstream raw(text);
  std::istringstream code(CodeReader(text).read());
  std::string raw_line;
  std::string code_line;
  for (int number = 1; std::getline(raw, raw_line); ++number) {
    std::getline(code, code_line);
    if (character_count(raw_line) > 100) add(number, "more than 100 columns");
    if (code_line.starts_with("#include")) {
      const std::string what = include_fault(path, raw_line);
      if (!what.empty()) add(number, what);
      continue;
    }
    for (const WordRule& rule : word_rules) {
      if (!rule.only_in.empty() && !begins_with_any(path, rule.only_in)) continue;
      if (begins_with_any(path, rule.but_allowed)) continue;
      const auto word = std::ranges::find_if(
          rule.words, [&](const std::string& candidate) { return has_word(code_line, candidate); });
      if (word != rule.words.end()) add(number, rule.what + " (" + *word + ")");
    }
  }
  return faults;
}

// resources/billing/meters.cc wants tests/scenarios/billing/meters/*.transcript.
std::string missing_scenario(const std::string& path, const std::set<std::string>& scenarios) {
  if (!path.starts_with("resources/") || !path.ends_with(".cc")) return "";
  const std::string resource = path.substr(10, path.size() - 13);
  const auto next = scenarios.lower_bound(resource + "/");
  if (next != scenarios.end() && next->starts_with(resource + "/")) return "";
  return path + ": no transcript in tests/scenarios/" + resource;
}

const fs::path root = OKAPI_SOURCE_DIR;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::vector<fs::path> files_below(const fs::path& folder, const std::set<std::string>& extensions) {
  std::vector<fs::path> found;
  if (!fs::exists(folder)) return found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (extensions.contains(entry.path().extension().string())) found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

std::string report(const Faults& faults) {
  std::string all;
  for (const std::string& fault : faults) all += fault + "\n";
  return all;
}

TEST_CASE("the sources keep the rules") {
  const std::vector<fs::path> files = files_below(root / "mock", {".cc", ".h"});
  REQUIRE(files.size() > 20);
  Faults faults;
  for (const fs::path& file : files) {
    const Faults found = faults_of(fs::relative(file, root / "mock").string(), read_file(file));
    faults.insert(faults.end(), found.begin(), found.end());
  }
  const std::string all = report(faults);
  CHECK(all == "");
}

TEST_CASE("every resource has a transcript") {
  std::set<std::string> scenarios;
  for (const fs::path& file : files_below(root / "tests" / "scenarios", {".transcript"})) {
    scenarios.insert(fs::relative(file, root / "tests" / "scenarios").string());
  }
  Faults faults;
  for (const fs::path& file : files_below(root / "mock" / "resources", {".cc"})) {
    const std::string fault =
        missing_scenario(fs::relative(file, root / "mock").string(), scenarios);
    if (!fault.empty()) faults.push_back(fault);
  }
  const std::string all = report(faults);
  CHECK(all == "");
}

TEST_CASE("tests and transcripts keep to 100 columns") {
  Faults faults;
  for (const fs::path& file : files_below(root / "tests", {".cc", ".h", ".transcript", ".sh"})) {
    // What npm installed beside the browser tests is not ours.
    if (file.string().find("/node_modules/") != std::string::npos) continue;
    std::istringstream text(read_file(file));
    std::string line;
    for (int number = 1; std::getline(text, line); ++number) {
      // An expected message may be as long as Stripe's own.
      const bool is_long_by_nature = file.extension() == ".transcript" && !line.starts_with('#');
      if (character_count(line) <= 100 || is_long_by_nature) continue;
      faults.push_back(fs::relative(file, root).string() + ":" + std::to_string(number));
    }
  }
  const std::string all = report(faults);
  CHECK(all == "");
}

TEST_CASE("each rule can be broken") {
  struct Case {
    std::string name;
    std::string path;
    std::string text;
    bool broken;
  };
  const std::string wide(101, 'x');
  const Case cases[] = {
      {"an include downwards", "engine/a.cc", "#include \"billing/rate.h\"\n", false},
      {"an include upwards", "billing/a.cc", "#include \"engine/terms.h\"\n", true},
      {"an include sideways", "server/a.cc", "#include \"resources/a.h\"\n", true},
      {"store does not know api", "store/a.h", "#include \"api/error.h\"\n", true},
      {"a folder includes itself", "api/a.cc", "#include \"api/error.h\"\n", false},
      {"billing does without JSON", "billing/a.h", "#include \"base/json.h\"\n", true},
      {"a resource includes another", "resources/a.cc", "#include \"resources/b.h\"\n", true},
      {"main knows app", "main.cc", "#include \"app.h\"\n", false},
      {"app knows the resources", "app.cc", "#include \"resources/register_all.h\"\n", false},
      {"server does not know app", "server/a.cc", "#include \"app.h\"\n", true},
      {"app does not know main's commands", "app.cc", "#include \"cli/curl.h\"\n", true},
      {"a folder nobody spoke of", "misc/a.cc", "#include \"base/json.h\"\n", true},
      {"the HTTP library", "server/http_loop.cc", "#include <httplib.h>\n", false},
      {"the HTTP library elsewhere", "server/auth.cc", "#include <httplib.h>\n", true},
      {"OpenSSL elsewhere", "api/a.cc", "#include <openssl/sha.h>\n", true},
      {"YAML elsewhere", "engine/a.cc", "#include <yaml-cpp/yaml.h>\n", true},
      {"100 columns", "api/a.cc", wide.substr(1) + "\n", false},
      {"101 columns", "api/a.cc", wide + "\n", true},
      {"100 columns of other letters", "api/a.cc", "// " + std::string("…") + "\n", false},
      {"double in billing", "billing/a.cc", "double x = 0;\n", true},
      {"double in a comment", "billing/a.cc", "// never double\n", false},
      {"double in a text", "engine/a.cc", "f(\"double\");\n", false},
      {"double in a longer word", "engine/a.cc", "int doubled = 0;\n", false},
      {"double elsewhere", "server/a.cc", "double milliseconds = 0;\n", false},
      {"float in engine", "engine/a.cc", "  float x;\n", true},
      {"code after a character literal", "engine/a.cc", "f('\"'); double x;\n", true},
      {"code after a digit separator", "engine/a.cc", "f(1'000); double x;\n", true},
      {"code after a raw text", "engine/a.cc", "f(R\"(\")\"); double x;\n", true},
      {"code after a comment", "engine/a.cc", "/* \" */ double x;\n", true},
      {"the clock", "base/time.cc", "std::chrono::system_clock::now();\n", false},
      {"the clock elsewhere", "base/ids.cc", "std::chrono::system_clock::now();\n", true},
      {"time of the C library", "api/a.cc", "std::time(nullptr);\n", true},
      {"a point in time", "api/a.cc", "std::chrono::time_point x;\n", false},
      {"dice", "store/a.cc", "std::random_device x;\n", true},
      {"printing", "api/a.cc", "std::cout << 1;\n", true},
      {"printing to a buffer", "api/a.cc", "std::snprintf(a, b, c);\n", false},
      {"printing by the program", "main.cc", "std::cout << 1;\n", false},
      {"printing by a command", "cli/replay.cc", "std::printf(a);\n", false},
      {"printing by the log", "server/request_log.cc", "std::fputs(a, stderr);\n", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(faults_of(c.path, c.text).empty() != c.broken);
  }
}

TEST_CASE("a resource without a transcript is noticed") {
  const std::set<std::string> scenarios = {"billing/meters/create.transcript",
                                           "prices2/list.transcript"};
  CHECK(missing_scenario("resources/billing/meters.cc", scenarios) == "");
  CHECK(missing_scenario("resources/billing/alerts.cc", scenarios) != "");
  CHECK(missing_scenario("resources/prices.cc", scenarios) != "");
  CHECK(missing_scenario("resources/register_all.h", scenarios) == "");
  CHECK(missing_scenario("engine/prices.cc", scenarios) == "");
}

}  // namespace
}  // namespace okapi
