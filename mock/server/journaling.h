// --journal: what ties the accounts of a server, and what it keeps beside them, to a
// store::Journal: answers of Idempotency-Keys, how far webhooks have come, session tokens.
//
// Not in it: the request log, attempts of webhooks, rules of faults and dials of webhooks, which
// are about one run of the program.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "events/webhook_queue.h"
#include "server/accounts.h"
#include "store/journal.h"

namespace okapi::server {

class Journaling {
 public:
  using Say = std::function<void(const std::string& sentence)>;
  // Throws store::JournalError.
  Journaling(const std::string& file, Say say);

  // Both before anything is asked of the server. The accounts as the journal has them; false when
  // there is no journal yet.
  bool load(Accounts& accounts, events::WebhookQueue& webhooks);
  // Rewrites the file as what there is now, and records from here on.
  void begin(Accounts& accounts);
  // Records no more. False when not everything could be written.
  bool stop();

  [[nodiscard]] store::Journal& journal() { return journal_; }
  // What a Transaction attaches, so that key and effect cannot be parted.
  [[nodiscard]] static std::string key_line(World& world, const std::string& key,
                                            const SavedAnswer& answer);
  void keep_key(World& world, const std::string& key, const SavedAnswer& answer);
  void keep_token(const World& world, const std::string& token);
  void keep_webhook(const World& world, const events::WebhookStep& step);

 private:
  // What is kept beside one account, while the file is read.
  struct Beside {
    std::map<std::string, SavedKey> keys;
    std::vector<std::string> tokens;
    events::WebhookProgress webhooks;
  };
  static void read_line(Beside& beside, const Json& line);

  const std::string file_;
  const Say say_;
  store::Journal journal_;
  std::map<std::string, Beside, std::less<>> beside_;  // by name, from load() to begin()
};

}  // namespace okapi::server
