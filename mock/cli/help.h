// What the flags' own help text is good for beside --help: completions for shells, and a man page.
#pragma once

#include <string>
#include <string_view>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace okapi::cli {

// For "bash", "zsh" or "fish".
[[nodiscard]] std::string completions(const CLI::App& app, std::string_view shell);
// As troff: `okapi man | man -l -`.
[[nodiscard]] std::string man_page(const CLI::App& app, std::string_view version);

}  // namespace okapi::cli
