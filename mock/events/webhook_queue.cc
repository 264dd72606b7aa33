#include "events/webhook_queue.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/check.h"
#include "base/text.h"
#include "base/time.h"
#include "events/webhook_signature.h"
#include "store/committed.h"

namespace okapi::events {
namespace {

std::int64_t now_ms() { return monotonic_microseconds() / 1000; }

std::uint64_t scattered(std::uint64_t value) {  // splitmix64
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

std::vector<std::pair<std::string, std::string>> headers_for(const WebhookEndpoint& endpoint,
                                                             std::string_view body) {
  return {{"Accept", "*/*; q=0.5, application/xml"},
          {"Cache-Control", "no-cache"},
          {"Content-Type", "application/json; charset=utf-8"},
          {"Stripe-Signature", signature_header(endpoint.secret, body, wall_clock())},
          {"User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"}};
}

bool delivered(const WebhookReply& reply) { return reply.status >= 200 && reply.status < 300; }

}  // namespace

// One look at an account.
struct WebhookQueue::Round {
  Mail& mail;
  std::shared_ptr<const store::State> state;
  std::vector<WebhookEndpoint> endpoints;
  WebhookDials dials;
};

WebhookQueue::WebhookQueue(std::unique_ptr<WebhookSender> sender, Settings settings)
    : settings_(std::move(settings)), sender_(std::move(sender)) {}

WebhookQueue::~WebhookQueue() { sender_->stop(); }

WebhookQueue::Mail& WebhookQueue::mail_of(const store::Account& account) {
  std::unique_ptr<Mail>& mail = mails_[&account];
  if (!mail) {
    mail = std::make_unique<Mail>();
    mail->account = &account;
  }
  return *mail;
}

void WebhookQueue::wake(Mail& mail) {
  if (mail.awake) return;
  mail.awake = true;
  sender_->after(0, [this, &mail] { pump(mail); });
}

void WebhookQueue::notify(const store::Account& account) {
  if (!has_endpoints(account) && listeners_ == 0) return;
  const std::scoped_lock guard(lock_);
  wake(mail_of(account));
}

// A change of the lines, on the thread that owns them.
void WebhookQueue::run(Mail& mail, std::function<void()> change) {
  mail.awake = true;
  sender_->after(0, [this, &mail, change = std::move(change)] {
    change();
    pump(mail);
  });
}

void WebhookQueue::forget(const store::Account& account) {
  const std::uint64_t newest = store::newest_sequence(*account.committed());
  const std::scoped_lock guard(lock_);
  const auto found = mails_.find(&account);
  if (found == mails_.end() && !has_endpoints(account)) return;
  Mail& mail = mail_of(account);
  run(mail, [this, &mail, newest] {
    mail.lines.clear();
    mail.forgotten = newest;
    if (settings_.keep) {
      settings_.keep(*mail.account, {.line = {}, .cursor = newest, .event = {}, .done = true});
    }
  });
}

void WebhookQueue::resume(const store::Account& account, const WebhookProgress& progress) {
  const std::scoped_lock guard(lock_);
  Mail& mail = mail_of(account);
  mail.forgotten = progress.forgotten;
  for (const auto& [name, left] : progress.lines) {
    auto line = std::make_shared<Line>();
    line->name = name;
    line->cursor = left.cursor;
    for (const std::string& event : left.open) line->waiting.push_back({.event = event});
    mail.lines[name] = std::move(line);
  }
}

WebhookCounts WebhookQueue::wait(const store::Account& account, std::int64_t milliseconds) {
  std::unique_lock guard(lock_);
  Mail& mail = mail_of(account);
  wake(mail);
  const bool settled = settled_.wait_for(guard, std::chrono::milliseconds(milliseconds),
                                         [&] { return !mail.awake && mail.counts.pending == 0; });
  WebhookCounts counts = mail.counts;
  counts.settled = settled;
  return counts;
}

void WebhookQueue::set_dials(const store::Account& account, const WebhookDials& dials) {
  const std::scoped_lock guard(lock_);
  mail_of(account).dials = dials;
}

WebhookDials WebhookQueue::dials(const store::Account& account) {
  const std::scoped_lock guard(lock_);
  return mail_of(account).dials;
}

std::vector<WebhookAttempt> WebhookQueue::attempts(const store::Account& account) {
  const std::scoped_lock guard(lock_);
  const std::deque<WebhookAttempt>& kept = mail_of(account).attempts;
  return {kept.rbegin(), kept.rend()};
}

void WebhookQueue::add_listener(const store::Account& account, std::vector<WebhookEndpoint> lines) {
  const std::scoped_lock guard(lock_);
  Mail& mail = mail_of(account);
  listeners_ += lines.size();
  for (WebhookEndpoint& line : lines) mail.listeners.push_back(std::move(line));
  wake(mail);
}

void WebhookQueue::remove_listener(const store::Account& account, const std::string& id) {
  const std::scoped_lock guard(lock_);
  Mail& mail = mail_of(account);
  listeners_ -= std::erase_if(mail.listeners, [&](const auto& line) { return line.id == id; });
  wake(mail);
}

void WebhookQueue::add_attempt(const store::Account& account, WebhookAttempt attempt) {
  const std::scoped_lock guard(lock_);
  keep(mail_of(account), std::move(attempt));
}

std::shared_ptr<WebhookQueue::Line>& WebhookQueue::line_of(Mail& mail,
                                                           const WebhookEndpoint& endpoint) {
  std::shared_ptr<Line>& line = mail.lines[endpoint.line()];
  if (!line) {
    line = std::make_shared<Line>();
    line->name = endpoint.line();
    line->cursor = std::max(endpoint.since, mail.forgotten);
  }
  return line;
}

bool WebhookQueue::resend(const store::Account& account, const std::string& event,
                          const std::string& endpoint) {
  const std::scoped_lock guard(lock_);
  Mail& mail = mail_of(account);
  bool found = false;
  std::vector<WebhookEndpoint> endpoints = enabled_endpoints(*account.committed());
  endpoints.insert(endpoints.end(), mail.listeners.begin(), mail.listeners.end());
  for (const WebhookEndpoint& one : endpoints) {
    if (one.id != endpoint || one.source != "event") continue;
    found = true;
    run(mail, [&mail, event, one] { line_of(mail, one)->beside.push_back({.event = event}); });
  }
  return found;
}

// --- the sender's thread

void WebhookQueue::pump(Mail& mail) {
  Round round{.mail = mail, .state = nullptr, .endpoints = {}, .dials = {}};
  std::vector<WebhookEndpoint> listeners;
  {
    const std::scoped_lock guard(lock_);
    mail.awake = false;  // before the state is read: what comes later wakes again
    round.dials = mail.dials;
    listeners = mail.listeners;
  }
  round.state = mail.account->committed();
  if (settings_.is_kept && !settings_.is_kept()) {
    constexpr std::int64_t later_ms = 500;
    const std::scoped_lock guard(lock_);
    mail.awake = true;
    sender_->after(later_ms, [this, &mail] { pump(mail); });
    return;
  }
  round.endpoints = enabled_endpoints(*round.state);
  round.endpoints.insert(round.endpoints.end(), listeners.begin(), listeners.end());
  std::erase_if(mail.lines, [&](const auto& entry) {
    return std::ranges::find(round.endpoints, entry.first, &WebhookEndpoint::line) ==
           round.endpoints.end();
  });
  for (const WebhookEndpoint& endpoint : round.endpoints) {
    advance(round, endpoint, line_of(mail, endpoint));
  }
  publish(mail);
}

namespace {

// The next events that the endpoint wants, at most `count`.
template <typename Waiting>
void take_events(const store::State& state, const WebhookEndpoint& endpoint, std::size_t count,
                 std::uint64_t& cursor, Waiting& waiting) {
  store::scan_committed(state, endpoint.source, cursor, [&](const store::Document& event) {
    if (waiting.size() >= count) return false;
    cursor = event.sequence();
    if (wants(endpoint, event)) {
      waiting.push_back({.event = event.id(), .sequence = event.sequence()});
    }
    return true;
  });
}

}  // namespace

void WebhookQueue::advance(Round& round, const WebhookEndpoint& endpoint,
                           const std::shared_ptr<Line>& line) {
  while (!line->sending) {
    const auto window = static_cast<std::size_t>(std::max(1, round.dials.shuffle));
    const std::size_t before = line->waiting.size();
    take_events(*round.state, endpoint, window, line->cursor, line->waiting);
    for (std::size_t i = before; i < line->waiting.size(); ++i) {
      Delivery& taken = line->waiting[i];
      if (round.dials.delay_ms > 0) taken.not_before = now_ms() + round.dials.delay_ms;
      if (happens(round.dials.duplicate_percent)) taken.copies = 2;
    }
    const std::int64_t now = now_ms();
    Delivery next;
    const auto due = [&](const Delivery& one) { return one.not_before <= now; };
    if (const auto again = std::ranges::find_if(line->beside, due); again != line->beside.end()) {
      next = std::move(*again);
      line->beside.erase(again);
    } else if (!line->waiting.empty() && due(line->waiting.front())) {
      // Only what was never tried changes places: a delivery that is tried again holds its line.
      const bool shuffles = round.dials.shuffle > 1 && line->waiting.front().attempt == 0;
      const std::size_t index = shuffles ? dice() % line->waiting.size() : 0;
      next = std::move(line->waiting[index]);
      line->waiting.erase(line->waiting.begin() + static_cast<std::ptrdiff_t>(index));
    } else {
      std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
      for (const Delivery& one : line->beside) earliest = std::min(earliest, one.not_before);
      if (!line->waiting.empty()) {
        earliest = std::min(earliest, line->waiting.front().not_before);
      }
      if (!line->beside.empty() || !line->waiting.empty()) {
        set_timer(round.mail, line, earliest - now);
      }
      return;
    }
    const store::Document event = store::find_committed(*round.state, endpoint.source, next.event);
    if (!event) continue;  // no longer kept
    send(round, endpoint, line, std::move(next), event);
  }
}

void WebhookQueue::set_timer(Mail& mail, const std::shared_ptr<Line>& line,
                             std::int64_t milliseconds) {
  if (line->timed) return;
  line->timed = true;
  sender_->after(milliseconds, [this, &mail, line] {
    line->timed = false;
    pump(mail);
  });
}

void WebhookQueue::send(Round& round, const WebhookEndpoint& endpoint,
                        const std::shared_ptr<Line>& line, Delivery delivery,
                        const store::Document& event) {
  const std::string_view type = type_of(event);
  WebhookAttempt attempt = {.id = {},
                            .event = event.id(),
                            .type = type_for(endpoint, type),
                            .endpoint = endpoint.id,
                            .url = endpoint.url,
                            .at = wall_clock(),
                            .attempt = delivery.attempt + 1,
                            .outcome = {},
                            .reply = {}};
  if (happens(round.dials.drop_percent)) {
    attempt.outcome = "dropped";
    keep_step(round.mail, *line, delivery, true);
    const std::scoped_lock guard(lock_);
    keep(round.mail, std::move(attempt));
    return;
  }
  const auto pending = static_cast<std::size_t>(
      std::ranges::count_if(round.endpoints, [&](const WebhookEndpoint& one) {
        return !one.listens && one.source == endpoint.source && wants(one, event);
      }));
  WebhookRequest request = {.line = endpoint.line(),
                            .listener = {},
                            .url = endpoint.url,
                            .body = delivery_body(event, endpoint, pending, round.state),
                            .headers = {}};
  request.headers = headers_for(endpoint, request.body);
  line->sending = true;
  Mail& mail = round.mail;
  if (endpoint.listens) {
    request.listener = {.id = endpoint.id,
                        .event = attempt.event,
                        .type = attempt.type,
                        .api_version = endpoint.api_version,
                        .thin = endpoint.thin};
    sender_->post(std::move(request),
                  [this, &mail, line, delivery = std::move(delivery)](const WebhookReply&) {
                    handed_over(mail, line, delivery);
                  });
    return;
  }
  sender_->post(std::move(request), [this, &mail, line, delivery = std::move(delivery),
                                     attempt = std::move(attempt)](const WebhookReply& reply) {
    WebhookAttempt made = attempt;
    made.reply = reply;
    finish(mail, line, delivery, std::move(made));
  });
}

// One that is gone has no line any more: there is nothing to be tried again.
void WebhookQueue::handed_over(Mail& mail, const std::shared_ptr<Line>& line,
                               const Delivery& delivery) {
  line->sending = false;
  if (delivery.copies > 1) {
    line->waiting.push_front({.event = delivery.event, .copies = delivery.copies - 1});
  }
  pump(mail);
}

void WebhookQueue::finish(Mail& mail, const std::shared_ptr<Line>& line, Delivery delivery,
                          WebhookAttempt attempt) {
  line->sending = false;
  const auto retry = static_cast<std::size_t>(delivery.attempt);
  ++delivery.attempt;
  if (delivered(attempt.reply)) {
    attempt.outcome = "delivered";
    line->failing = false;
    if (delivery.copies > 1) {
      line->waiting.push_front({.event = delivery.event, .copies = delivery.copies - 1});
    }
    keep_step(mail, *line, delivery, true);
  } else if (retry < settings_.retry_after_ms.size()) {
    attempt.outcome = "retrying";
    if (retry == 0) keep_step(mail, *line, delivery, false);
    delivery.not_before = now_ms() + settings_.retry_after_ms[retry];
    if (line->failing) {
      line->beside.push_back(std::move(delivery));
    } else {
      line->waiting.push_front(std::move(delivery));
    }
  } else {
    attempt.outcome = "failed";
    line->failing = true;
    keep_step(mail, *line, delivery, true);
  }
  {
    const std::scoped_lock guard(lock_);
    keep(mail, std::move(attempt));
  }
  pump(mail);
}

void WebhookQueue::keep(Mail& mail, WebhookAttempt attempt) {
  if (attempt.outcome == "delivered") ++mail.counts.delivered;
  if (attempt.outcome == "failed") ++mail.counts.failed;
  attempt.id = concat("wha_", std::to_string(++attempts_));
  mail.attempts.push_back(std::move(attempt));
  if (mail.attempts.size() > attempts_kept) mail.attempts.pop_front();
}

void WebhookQueue::keep_step(const Mail& mail, const Line& line, const Delivery& delivery,
                             bool done) {
  // A line that was forgotten meanwhile is nobody's any more.
  const auto found = mail.lines.find(line.name);
  if (!settings_.keep || found == mail.lines.end() || found->second.get() != &line) return;
  // Those that were taken and never tried will be taken again.
  std::uint64_t cursor = line.cursor;
  for (const Delivery& waiting : line.waiting) {
    const bool tried = waiting.attempt > 0 || waiting.sequence == 0;
    if (!tried) cursor = std::min(cursor, waiting.sequence - 1);
  }
  settings_.keep(*mail.account,
                 {.line = line.name, .cursor = cursor, .event = delivery.event, .done = done});
}

void WebhookQueue::publish(Mail& mail) {
  const auto busy = [](const auto& entry) {
    const Line& line = *entry.second;
    return line.sending || !line.waiting.empty() || !line.beside.empty();
  };
  const auto pending = static_cast<std::uint64_t>(std::ranges::count_if(mail.lines, busy));
  {
    const std::scoped_lock guard(lock_);
    mail.counts.pending = pending;
  }
  settled_.notify_all();
}

std::uint64_t WebhookQueue::dice() { return scattered(settings_.seed + ++rolled_); }

bool WebhookQueue::happens(int percent) {
  return percent > 0 && dice() % 100 < static_cast<std::uint64_t>(percent);
}

}  // namespace okapi::events
