// Deliveries of events to webhook endpoints, outside of every account's lock. The queue holds no
// events: each endpoint is a line with a place in the account's list of events and goes on from
// there, one delivery at a time, so that its order is the order of creation.
//
// A delivery that fails holds its line while it is tried again. When it has failed for good the
// line goes on, and what fails from then on is tried again beside the line, until something is
// delivered: a dead receiver holds up only itself.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "events/webhook_endpoint.h"
#include "events/webhook_sender.h"
#include "store/account.h"

namespace okapi::events {

// Whatever a receiver must cope with, for tests of the receiver. Of each account.
struct WebhookDials {
  int duplicate_percent = 0;  // delivered twice
  int drop_percent = 0;       // never delivered
  int shuffle = 0;            // the next one is any of this many
  std::int64_t delay_ms = 0;
};

struct WebhookAttempt {
  std::string id;  // "wha_…"
  std::string event;
  std::string type;
  std::string endpoint;
  std::string url;
  Seconds at = 0;  // wall clock
  int attempt = 1;
  std::string outcome;  // delivered, retrying, failed, dropped
  WebhookReply reply;
};

// One step of an endpoint's line, for a journal: an event is to be tried again, or done with.
struct WebhookStep {
  std::string line;          // WebhookEndpoint::line(); empty: all are forgotten
  std::uint64_t cursor = 0;  // events up to here were looked at
  std::string event;
  bool done = false;
};
// Where an earlier run of the program left off, of one account.
struct WebhookProgress {
  struct Line {
    std::uint64_t cursor = 0;
    std::vector<std::string> open;  // events that are to be tried again
  };
  std::uint64_t forgotten = 0;  // events up to here are nobody's business
  std::map<std::string, Line> lines;
};

struct WebhookCounts {
  std::uint64_t delivered = 0;
  std::uint64_t failed = 0;   // for good
  std::uint64_t pending = 0;  // lines that have something to send, or to send again
  bool settled = true;  // of wait(): nothing is pending, and no event is still to be looked at
};

class WebhookQueue {
 public:
  static constexpr std::size_t attempts_kept = 1000;  // of an account

  struct Settings {
    std::vector<std::int64_t> retry_after_ms = {1000, 5000, 25000};
    std::uint64_t seed = 0;  // of the dials' dice
    // With a journal: what has been committed so far is on disk; false: not yet, ask again later.
    // Nobody must hear of what a crash could still undo.
    std::function<bool()> is_kept = {};
    std::function<void(const store::Account& account, const WebhookStep& step)> keep = {};
  };
  WebhookQueue(std::unique_ptr<WebhookSender> sender, Settings settings);
  ~WebhookQueue();

  // Something was committed. Costs next to nothing where there are no endpoints.
  void notify(const store::Account& account);
  // The account's state was replaced: what was to be delivered is no more, and what is there was
  // delivered before.
  void forget(const store::Account& account);
  // Before the first of the others.
  void resume(const store::Account& account, const WebhookProgress& progress);
  // Waits until everything emitted so far is delivered or has failed for good.
  WebhookCounts wait(const store::Account& account, std::int64_t milliseconds);

  void set_dials(const store::Account& account, const WebhookDials& dials);
  [[nodiscard]] WebhookDials dials(const store::Account& account);
  // Newest first.
  [[nodiscard]] std::vector<WebhookAttempt> attempts(const store::Account& account);
  // Clients that take every event on a connection of their own (stripe listen) until they are
  // gone. The sender hands it over (WebhookRequest::listener); what becomes of it comes later, if
  // at all, and is added with add_attempt().
  void add_listener(const store::Account& account, std::vector<WebhookEndpoint> lines);
  void remove_listener(const store::Account& account, const std::string& id);
  void add_attempt(const store::Account& account, WebhookAttempt attempt);

  // Once more, beside the line. False: no such endpoint, or it is disabled.
  bool resend(const store::Account& account, const std::string& event, const std::string& endpoint);

 private:
  struct Delivery {
    std::string event;
    std::uint64_t sequence = 0;  // of the event; 0: not from the list
    int attempt = 0;             // made so far
    int copies = 1;
    std::int64_t not_before = 0;  // monotonic milliseconds
  };
  // One endpoint's. Only the sender's thread touches it.
  struct Line {
    std::string name;
    std::uint64_t cursor = 0;      // the last event that was looked at
    std::deque<Delivery> waiting;  // taken from the list of events, the next first
    std::vector<Delivery> beside;  // tried again out of order
    bool sending = false;
    bool failing = false;  // the last one that was given up has no success after it yet
    bool timed = false;    // a timer runs for it
  };
  struct Mail {  // one account's
    const store::Account* account = nullptr;
    // The sender's thread's own.
    std::map<std::string, std::shared_ptr<Line>> lines;  // by WebhookEndpoint::line()
    std::uint64_t forgotten = 0;                         // events up to here are nobody's business
    // Under the lock.
    std::deque<WebhookAttempt> attempts;
    std::vector<WebhookEndpoint> listeners;
    WebhookDials dials;
    WebhookCounts counts;
    bool awake = false;  // pump() is on its way
  };

  Mail& mail_of(const store::Account& account);
  void wake(Mail& mail);
  void run(Mail& mail, std::function<void()> change);

  // On the sender's thread, without the lock.
  struct Round;
  void pump(Mail& mail);
  [[nodiscard]] static std::shared_ptr<Line>& line_of(Mail& mail, const WebhookEndpoint& endpoint);
  void advance(Round& round, const WebhookEndpoint& endpoint, const std::shared_ptr<Line>& line);
  void send(Round& round, const WebhookEndpoint& endpoint, const std::shared_ptr<Line>& line,
            Delivery delivery, const store::Document& event);
  void handed_over(Mail& mail, const std::shared_ptr<Line>& line, const Delivery& delivery);
  void finish(Mail& mail, const std::shared_ptr<Line>& line, Delivery delivery,
              WebhookAttempt attempt);
  void keep(Mail& mail, WebhookAttempt attempt);  // under the lock
  void keep_step(const Mail& mail, const Line& line, const Delivery& delivery, bool done);
  void publish(Mail& mail);
  void set_timer(Mail& mail, const std::shared_ptr<Line>& line, std::int64_t milliseconds);
  [[nodiscard]] std::uint64_t dice();
  [[nodiscard]] bool happens(int percent);

  Settings settings_;
  std::uint64_t rolled_ = 0;
  std::mutex lock_;
  std::condition_variable settled_;
  std::map<const store::Account*, std::unique_ptr<Mail>> mails_;
  std::uint64_t attempts_ = 0;
  std::atomic<std::size_t> listeners_ = 0;  // of all accounts
  std::unique_ptr<WebhookSender> sender_;
};

}  // namespace okapi::events
