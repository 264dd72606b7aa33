#include "server/journaling.h"

#include <algorithm>

#include "api/catalogue.h"
#include "api/render.h"
#include "base/text.h"
#include "events/webhook_endpoint.h"
#include "store/committed.h"
#include "store/journal_lines.h"

namespace okapi::server {
namespace {

constexpr std::size_t most_tokens = 100;  // of an account; each is good for 15 minutes

std::string key_text(const std::string& key, const SavedKey& saved) {
  const SavedAnswer& answer = saved.answer;
  return to_compact(
      Json{{"key", key},
           {"request", {saved.request.high, saved.request.low}},
           {"at", saved.at},
           {"status", answer.status},
           {"body", answer.document ? api::render_document(answer.document) : answer.body},
           {"request_id", answer.request_id}});
}

SavedKey read_key(const Json& line) {
  const Json& request = line.at("request");
  return {.request = {.high = request.at(0).get<std::uint64_t>(),
                      .low = request.at(1).get<std::uint64_t>()},
          .at = integer(line, "at"),
          .answer = {.status = static_cast<int>(integer(line, "status")),
                     .body = text(line, "body"),
                     .document = {},
                     .request_id = text(line, "request_id")}};
}

std::string token_text(const std::string& token) { return to_compact(Json{{"token", token}}); }

std::string webhook_text(const events::WebhookStep& step) {
  if (step.line.empty()) return to_compact(Json{{"webhooks_forgotten", step.cursor}});
  return to_compact(Json{{"webhook_line", step.line},
                         {"cursor", step.cursor},
                         {"event", step.event},
                         {"done", step.done}});
}

void read_step(events::WebhookProgress& webhooks, const Json& line) {
  events::WebhookProgress::Line& read = webhooks.lines[text(line, "webhook_line")];
  read.cursor = line.at("cursor").get<std::uint64_t>();
  const std::string& event = text(line, "event");
  std::erase(read.open, event);
  if (!boolean(line, "done") && !event.empty()) read.open.push_back(event);
}

}  // namespace

Journaling::Journaling(const std::string& file, Say say)
    : file_(file), say_(say), journal_(file, std::string(api::api_version()), std::move(say)) {}

// --- reading

void Journaling::read_line(Beside& beside, const Json& line) {
  if (line.contains("key")) {
    beside.keys.insert_or_assign(text(line, "key"), read_key(line));
  } else if (line.contains("token")) {
    beside.tokens.push_back(text(line, "token"));
    if (beside.tokens.size() > most_tokens) beside.tokens.erase(beside.tokens.begin());
  } else if (line.contains("webhook_line")) {
    read_step(beside.webhooks, line);
  } else if (line.contains("webhooks_forgotten")) {
    beside.webhooks = {.forgotten = line.at("webhooks_forgotten").get<std::uint64_t>(),
                       .lines = {}};
  } else {
    throw store::LineError("the line is none of a journal");
  }
}

bool Journaling::load(Accounts& accounts, events::WebhookQueue& webhooks) {
  if (!journal_.has_file()) return false;
  const auto beside = [&](const std::string& account, const Json& line) {
    read_line(beside_[account], line);
  };
  const auto replaced = [&](const std::string& account, const store::State& now) {
    Beside& here = beside_[account];
    here.keys.clear();
    here.webhooks = {.forgotten = store::newest_sequence(now), .lines = {}};
  };
  store::JournalReader reader(accounts.schema(), {.beside = beside, .replaced = replaced});
  const std::uint64_t cut = journal_.read([&](std::string_view block) { reader.read(block); });
  if (cut > 0) {
    say_(concat("the journal ", file_,
                " ends in the midst of a change that nobody was answered "
                "for; its last ",
                std::to_string(cut), " bytes are cut off"));
  }
  for (store::JournalReader::World& read : reader.worlds()) {
    World& world = accounts.of_name(read.name);
    world.store.replace(std::move(read.state));
    for (auto& [name, state] : read.snapshots) world.store.put_snapshot(name, std::move(state));
    Beside& here = beside_[read.name];
    // By age, so that the oldest go first when there are too many.
    std::vector<std::pair<std::string, SavedKey>> keys(here.keys.begin(), here.keys.end());
    here.keys.clear();
    std::ranges::stable_sort(keys, {}, [](const auto& key) { return key.second.at; });
    for (auto& [key, saved] : keys) {
      if (wall_clock() - saved.at < Idempotency::kept) {
        world.idempotency.restore(key, std::move(saved));
      }
    }
    for (const std::string& token : here.tokens) accounts.remember_token(token, world);
    const auto endpoints = events::enabled_endpoints(*world.store.committed());
    std::erase_if(here.webhooks.lines, [&](const auto& line) {
      return std::ranges::find(endpoints, line.first, &events::WebhookEndpoint::line) ==
             endpoints.end();
    });
    webhooks.resume(world.store, here.webhooks);
  }
  return true;
}

// --- writing

void Journaling::begin(Accounts& accounts) {
  journal_.begin([&](const store::Journal::Write& write) {
    for (World* world : accounts.all()) {
      const std::string& name = world->name;
      store::write_account(name, world->store, write);
      const auto write_beside = [&](const std::string& line) {
        write(store::beside_block(name, line));
      };
      world->idempotency.visit([&](const std::string& key, const SavedKey& saved) {
        write_beside(key_text(key, saved));
      });
      const Beside& here = beside_[name];
      for (const std::string& token : here.tokens) write_beside(token_text(token));
      write_beside(
          webhook_text({.line = {}, .cursor = here.webhooks.forgotten, .event = {}, .done = true}));
      for (const auto& [line, progress] : here.webhooks.lines) {
        write_beside(
            webhook_text({.line = line, .cursor = progress.cursor, .event = {}, .done = true}));
        for (const std::string& event : progress.open) {
          write_beside(webhook_text(
              {.line = line, .cursor = progress.cursor, .event = event, .done = false}));
        }
      }
    }
  });
  beside_.clear();
}

bool Journaling::stop() { return journal_.stop(); }

std::string Journaling::key_line(World& world, const std::string& key, const SavedAnswer& answer) {
  std::optional<SavedKey> saved = world.idempotency.find(key);
  if (!saved) return {};
  saved->answer = answer;
  return key_text(key, *saved);
}

void Journaling::keep_key(World& world, const std::string& key, const SavedAnswer& answer) {
  std::string line = key_line(world, key, answer);
  if (!line.empty()) journal_.add_beside(world.name, std::move(line));
}

void Journaling::keep_token(const World& world, const std::string& token) {
  journal_.add_beside(world.name, token_text(token));
}

void Journaling::keep_webhook(const World& world, const events::WebhookStep& step) {
  journal_.add_beside(world.name, webhook_text(step));
}

}  // namespace okapi::server
