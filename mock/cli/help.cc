#include "cli/help.h"

#include <vector>

#include <CLI/CLI.hpp>

#include "base/text.h"

namespace okapi::cli {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

// Those with a long name; positional arguments have none.
std::vector<const CLI::Option*> flags_of(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return !option->get_lnames().empty(); });
}

std::string long_name(const CLI::Option& flag) { return "--" + flag.get_lnames().front(); }

bool takes_value(const CLI::Option& flag) { return flag.get_items_expected_max() > 0; }

// What may follow the command: its own commands, then its flags.
std::string words_of(const CLI::App& app) {
  std::string words;
  for (const CLI::App* command : commands_of(app)) words += command->get_name() + " ";
  for (const CLI::Option* flag : flags_of(app)) words += long_name(*flag) + " ";
  if (words.ends_with(' ')) words.pop_back();
  return words;
}

// Without the characters in `special`, which the shell would take for its own.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != special.npos) out += '\\';
    out += c;
  }
  return out;
}

// Within single quotes of a shell.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string bash(const CLI::App& app) {
  std::string names;
  std::string cases;
  for (const CLI::App* command : commands_of(app)) {
    names += (names.empty() ? "" : "|") + command->get_name();
    cases +=
        concat("    ", command->get_name(), ") words=", shell_quoted(words_of(*command)), " ;;\n");
  }
  return concat(
      "_okapi() {\n"
      "  local word words command='' current=${COMP_WORDS[COMP_CWORD]}\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case $word in ",
      names,
      ") command=$word; break ;; esac\n"
      "  done\n"
      "  case $command in\n",
      cases, "    *) words=", shell_quoted(words_of(app)),
      " ;;\n"
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  [[ $command && $current != -* ]] && COMPREPLY+=($(compgen -f -- \"$current\"))\n"
      "  return 0\n"
      "}\n"
      "complete -o filenames -F _okapi okapi\n");
}

std::string zsh(const CLI::App& app) {
  const auto argument = [](const CLI::Option& flag) {
    return shell_quoted(concat(long_name(flag), "[", escaped(flag.get_description(), "[]:"), "]",
                               takes_value(flag) ? ":value:_files" : ""));
  };
  const auto arguments = [&](const CLI::App& command) {
    std::string line = "_arguments";
    for (const CLI::Option* flag : flags_of(command)) line += " " + argument(*flag);
    return line + " '*:file:_files'";
  };
  std::string names;
  std::string cases;
  for (const CLI::App* command : commands_of(app)) {
    names += concat(
        "    ",
        shell_quoted(concat(command->get_name(), ":", escaped(command->get_description(), ":"))),
        "\n");
    cases += concat("    ", command->get_name(), ") ", arguments(*command), " ;;\n");
  }
  return concat("#compdef okapi\n_okapi() {\n  local -a commands\n  commands=(\n", names,
                "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n  fi\n"
                "  local command=$words[2]\n  case $command in\n",
                cases, "    *) ", arguments(app), " ;;\n  esac\n}\n",
                "(( $+functions[compdef] )) && compdef _okapi okapi\n");
}

std::string fish(const CLI::App& app) {
  std::string out;
  const auto add_flags = [&](const CLI::App& command, const std::string& when) {
    for (const CLI::Option* flag : flags_of(command)) {
      out += concat("complete -c okapi -n ", shell_quoted(when), " -l ", flag->get_lnames().front(),
                    takes_value(*flag) ? " -r" : "", " -d ", shell_quoted(flag->get_description()),
                    "\n");
    }
  };
  add_flags(app, "__fish_use_subcommand");
  for (const CLI::App* command : commands_of(app)) {
    out += concat("complete -c okapi -n __fish_use_subcommand -a ", command->get_name(), " -d ",
                  shell_quoted(command->get_description()), "\n");
    const std::string when = "__fish_seen_subcommand_from " + command->get_name();
    add_flags(*command, when);
    for (const CLI::App* inner : commands_of(*command)) {
      out += concat("complete -c okapi -n ", shell_quoted(when), " -a ", inner->get_name(), "\n");
    }
  }
  return out;
}

// A line of text must not look like a request of troff's.
std::string roff(std::string_view text) {
  std::string out = escaped(text, "\\-");
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::string flags_section(const CLI::App& app) {
  std::string out;
  for (const CLI::Option* flag : flags_of(app)) {
    out += concat(".TP\n.B ", roff(long_name(*flag)));
    if (takes_value(*flag)) out += " \\fIVALUE\\fR";
    out += "\n" + roff(flag->get_description());
    if (!flag->get_envname().empty()) out += concat(" (", roff(flag->get_envname()), ")");
    out += "\n";
  }
  return out;
}

}  // namespace

std::string completions(const CLI::App& app, std::string_view shell) {
  if (shell == "bash") return bash(app);
  return shell == "zsh" ? zsh(app) : fish(app);
}

std::string man_page(const CLI::App& app, std::string_view version) {
  std::string out = concat(".TH OKAPI 1 \"\" \"okapi ", version,
                           "\"\n.SH NAME\nokapi \\- a local server that looks like Stripe\n"
                           ".SH SYNOPSIS\n.B okapi\n[\\fIcommand\\fR] [\\fIflags\\fR]\n"
                           ".SH DESCRIPTION\n.nf\n");
  const std::string text = app.get_description();
  std::string_view description = text;
  while (!description.empty()) {
    const std::size_t end = std::min(description.find('\n'), description.size());
    out += roff(description.substr(0, end)) + "\n";
    description.remove_prefix(std::min(end + 1, description.size()));
  }
  out += ".fi\n.SH FLAGS\n" + flags_section(app) + ".SH COMMANDS\n";
  for (const CLI::App* command : commands_of(app)) {
    out += concat(".SS ", command->get_name(), "\n", roff(command->get_description()), "\n");
    // The server's own stand above.
    if (command->get_name() != "serve") out += flags_section(*command);
  }
  return out;
}

}  // namespace okapi::cli
