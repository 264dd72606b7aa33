// Flags and environment to a configuration, and exit codes; nothing else.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/help.h"

namespace {

using namespace okapi;

void add_world_flags(CLI::App& command, cli::ServeConfig& config) {
  command
      .add_option("--fixture", config.fixtures, "requests in YAML, sent before the server is ready")
      ->envname("OKAPI_FIXTURE");
  command.add_option("--seed", config.seed, "ids count from a seed: same requests, same ids")
      ->envname("OKAPI_SEED");
  command
      .add_option("--now", config.now,
                  "RFC 3339 or unix seconds: the clock starts there and stands still; "
                  "\"TIME,run\" lets it run on")
      ->envname("OKAPI_NOW");
  command.add_flag("--any-key", config.any_key, "every key, or none, is the default account")
      ->envname("OKAPI_ANY_KEY");
  command
      .add_option("--unknown-ids", config.unknown_ids,
                  "404, or synthesize a sample object for an id never created")
      ->check(CLI::IsMember({"404", "synthesize"}))
      ->envname("OKAPI_UNKNOWN_IDS");
  command.add_option("--api-version", config.api_version, "version of a request that names none")
      ->envname("OKAPI_API_VERSION");
  command
      .add_option("--retries", config.retries,
                  "days after each failed payment of an invoice until the next attempt")
      ->envname("OKAPI_RETRIES");
  command
      .add_option("--after-retries", config.after_retries,
                  "what becomes of a subscription when all attempts failed")
      ->check(CLI::IsMember({"cancel", "unpaid", "past_due", "pause"}))
      ->envname("OKAPI_AFTER_RETRIES");
  command
      .add_option("--after-lost-dispute", config.after_lost_dispute,
                  "what becomes of a subscription whose payment a dispute took back")
      ->check(CLI::IsMember({"keep", "cancel"}))
      ->envname("OKAPI_AFTER_LOST_DISPUTE");
  command
      .add_option("--upcoming-days", config.upcoming_days,
                  "tell invoice.upcoming so many days before a renewal; 7 without")
      ->check(CLI::Range(1, 45))
      ->envname("OKAPI_UPCOMING_DAYS");
  command
      .add_option("--will-be-due-days", config.will_be_due_days,
                  "tell invoice.will_be_due so many days before the due date")
      ->check(CLI::Range(1, 365))
      ->envname("OKAPI_WILL_BE_DUE_DAYS");
  command
      .add_option("--overdue-days", config.overdue_days,
                  "tell invoice.overdue so many days after the due date; 0 at it")
      ->check(CLI::Range(0, 365))
      ->envname("OKAPI_OVERDUE_DAYS");
  command.add_flag("--strict-clocks", config.strict_clocks, "Stripe's own limits on test clocks")
      ->envname("OKAPI_STRICT_CLOCKS");
  command
      .add_option("--clock-latency", config.clock_latency,
                  "a test clock stays advancing for so long, such as 2s")
      ->envname("OKAPI_CLOCK_LATENCY");
}

void add_serve_flags(CLI::App& command, cli::ServeConfig& config) {
  command.add_option("--host", config.host, "address to listen on")->envname("OKAPI_HOST");
  command.add_option("--port", config.port, "port to listen on; 0 picks a free one")
      ->check(CLI::Range(0, 65535))
      ->envname("OKAPI_PORT");
  command
      .add_option_function<int>(
          "--https-port", [&config](int port) { config.https_port = port; },
          "also serve HTTPS, on 12112 when no port is named")
      ->expected(0, 1)
      ->default_str("12112")
      ->check(CLI::Range(0, 65535))
      ->envname("OKAPI_HTTPS_PORT");
  command
      .add_option("--tls-cert", config.tls_cert, "certificate (PEM); one is made at start without")
      ->envname("OKAPI_TLS_CERT");
  command.add_option("--tls-key", config.tls_key, "its key (PEM)")->envname("OKAPI_TLS_KEY");
  command
      .add_option("--snapshot", config.snapshot, "state to load before ready, if the file exists")
      ->envname("OKAPI_SNAPSHOT");
  command.add_flag("--save-on-exit", config.save_on_exit, "write the state back to --snapshot")
      ->envname("OKAPI_SAVE_ON_EXIT");
  command
      .add_option(
          "--journal", config.journal,
          "keep every change in this file before it is answered; what it holds comes instead "
          "of --snapshot and --fixture")
      ->envname("OKAPI_JOURNAL");
  command
      .add_option("--max-objects", config.max_objects,
                  "refuse requests that make more objects than so many in an account; 0: no bound")
      ->envname("OKAPI_MAX_OBJECTS");
  command
      .add_option("--keep-events", config.keep_events,
                  "how many of its newest events an account keeps; 0 keeps all")
      ->envname("OKAPI_KEEP_EVENTS");
  command.add_option("--log-format", config.log_format, "one line a request on stderr")
      ->check(CLI::IsMember({"text", "json"}))
      ->envname("OKAPI_LOG_FORMAT");
  command
      .add_option("--webhook-retries", config.webhook_retries,
                  "waits before a failed webhook is sent again, such as 1s,5s,25s")
      ->envname("OKAPI_WEBHOOK_RETRIES");
  command
      .add_option("--webhook-timeout", config.webhook_timeout,
                  "how long a webhook's receiver may take")
      ->envname("OKAPI_WEBHOOK_TIMEOUT");
  command
      .add_flag("--allow-remote-webhooks", config.allow_remote_webhooks,
                "send webhooks to other machines, too")
      ->envname("OKAPI_ALLOW_REMOTE_WEBHOOKS");
  command.add_flag("--quiet", config.quiet, "no request log")->envname("OKAPI_QUIET");
  command
      .add_option("--allow-host", config.allowed_hosts, "another Host for pages and control paths")
      ->envname("OKAPI_ALLOW_HOST");
  command
      .add_option("--ui-dir", config.ui_dir, "serve the dashboard's files from this folder instead")
      ->envname("OKAPI_UI_DIR");
  add_world_flags(command, config);
}

void add_client_flags(CLI::App& command, cli::ClientConfig& config) {
  command.add_option("--url", config.url, "the running server")->envname("OKAPI_URL");
  command.add_option("--key", config.key, "secret key of the account")->envname("OKAPI_KEY");
}

struct Program {
  CLI::App app{"", "okapi"};
  cli::ServeConfig serve;
  cli::ServeConfig exec;
  cli::ReplayConfig replay;
  cli::ClientConfig client;
  std::vector<std::string> command;
  std::string file, span, invoice, shell;
  bool all = false, json = false;

  Program() {
    app.require_subcommand(0, 1);
    app.set_version_flag("--version", OKAPI_VERSION);
    // interface.md: examples first.
    app.description(
        "okapi: a local server that looks like Stripe and bills like Stripe\n"
        "\n"
        "Examples:\n"
        "  okapi                                    serve on http://127.0.0.1:12111\n"
        "  okapi --fixture fixtures/hypernian.yaml  start from a world\n"
        "  okapi exec -- npm test                   a server for one command\n"
        "  okapi replay examples/credit-burndown.md --explain\n"
        "  okapi advance 1mo                        let a month pass on a running server");
    app.failure_message([](const CLI::App* asked, const CLI::Error& error) {
      std::string sentence = error.what();
      while (sentence.ends_with('.')) sentence.pop_back();
      return "okapi: " + sentence + "; " + asked->get_display_name() +
             " --help shows what it takes\n";
    });
    exec.port = 0;
    add_serve_flags(app, serve);
  }
};

int run_snapshot(CLI::App& snapshot, const Program& program) {
  if (snapshot.got_subcommand("save")) return cli::snapshot_save(program.client, program.file);
  return cli::snapshot_load(program.client, program.file);
}

void add_commands(Program& program) {
  CLI::App& app = program.app;
  add_serve_flags(*app.add_subcommand("serve", "the server (the default)"), program.serve);

  CLI::App* replay = app.add_subcommand(
      "replay", "send the curl examples of Markdown pages and transcripts to a server");
  replay->add_option("files", program.replay.files, "pages")->required();
  replay->add_option("--url", program.replay.url, "a running server; without, one of its own");
  replay->add_option("--key", program.replay.key, "send this key instead of the page's");
  replay->add_option("--bind", program.replay.bindings, "NAME=VALUE for a {{NAME}} of the page");
  replay->add_flag("--explain", program.replay.explain, "print every invoice with its working");
  add_world_flags(*replay, program.replay.serve);

  CLI::App* exec = app.add_subcommand("exec", "start on a free port, run a command, stop");
  add_serve_flags(*exec, program.exec);
  exec->add_option("command", program.command, "the command and its arguments, after --")
      ->required();

  CLI::App* snapshot =
      app.add_subcommand("snapshot", "move the state of a server to or from a file");
  snapshot->require_subcommand(1);
  for (const char* name : {"save", "load"}) {
    CLI::App* action = snapshot->add_subcommand(name);
    action->add_option("file", program.file)->required();
    add_client_flags(*action, program.client);
  }

  CLI::App* reset = app.add_subcommand("reset", "empty the account of the key");
  reset->add_flag("--all", program.all, "all accounts");
  add_client_flags(*reset, program.client);

  CLI::App* advance = app.add_subcommand("advance", "move the server's clock: 1mo, 3d, 90s");
  advance->add_option("span", program.span)->required();
  add_client_flags(*advance, program.client);

  CLI::App* explain = app.add_subcommand("explain", "print how an invoice was computed");
  explain->add_option("invoice", program.invoice)->required();
  explain->add_flag("--json", program.json, "as JSON");
  add_client_flags(*explain, program.client);

  add_client_flags(*app.add_subcommand("healthcheck", "exit 0 when a server is ready"),
                   program.client);

  app.add_subcommand("completions", "print what a shell needs to complete okapi's commands")
      ->add_option("shell", program.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  app.add_subcommand("man", "print this help as a man page");

  CLI::App* coverage =
      app.add_subcommand("coverage", "what has behaviour, is stored, or is missing");
  coverage->add_flag("--all", program.all, "operation by operation");
  coverage->add_flag("--json", program.json, "as JSON");
}

// CLI11 takes the "--" behind a flag whose value may be missing for the end of that value, and the
// flags of the command for its own. So it sees the command's name alone.
void parse(Program& program, std::vector<std::string> words) {
  std::vector<std::string> arguments;
  const auto bar = std::ranges::find(words, "--");
  if (std::find(words.begin(), bar, "exec") != bar && words.end() - bar > 2) {
    arguments.assign(bar + 2, words.end());
    words.erase(bar + 2, words.end());
  }
  std::ranges::reverse(words);  // as CLI11 wants them
  program.app.parse(std::move(words));
  program.command.insert(program.command.end(), arguments.begin(), arguments.end());
}

int print(const std::string& text) { return std::fputs(text.c_str(), stdout) < 0 ? 1 : 0; }

int run(Program& program) {
  CLI::App& app = program.app;
  if (app.got_subcommand("completions")) return print(cli::completions(app, program.shell));
  if (app.got_subcommand("man")) return print(cli::man_page(app, OKAPI_VERSION));
  if (app.got_subcommand("replay")) return cli::replay(program.replay);
  if (app.got_subcommand("exec")) return cli::exec(program.exec, program.command);
  if (app.got_subcommand("snapshot")) return run_snapshot(*app.get_subcommand("snapshot"), program);
  if (app.got_subcommand("reset")) return cli::reset(program.client, program.all);
  if (app.got_subcommand("advance")) return cli::advance(program.client, program.span);
  if (app.got_subcommand("explain")) {
    return cli::explain(program.client, program.invoice, program.json);
  }
  if (app.got_subcommand("healthcheck")) return cli::healthcheck(program.client);
  if (app.got_subcommand("coverage")) return cli::coverage(program.all, program.json);
  return cli::serve(program.serve);
}

}  // namespace

int main(int argc, char** argv) {
  (void)std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error to be told of
  Program program;
  add_commands(program);
  try {
    parse(program, {argv + 1, argv + argc});
  } catch (const CLI::ParseError& error) {
    const int code = program.app.exit(error, std::cout, std::cerr);
    return code == 0 ? 0 : 2;
  }
  try {
    return run(program);
  } catch (const cli::UsageError& error) {
    cli::complain(error.what());
    return 2;
  } catch (const std::exception& error) {
    cli::complain(error.what());
    return 1;
  }
}
