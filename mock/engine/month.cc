#include "engine/month.h"

#include <algorithm>
#include <atomic>
#include <optional>

#include "api/error.h"
#include "base/check.h"
#include "engine/compose.h"
#include "engine/cycle.h"
#include "engine/entitlements.h"
#include "engine/finalize.h"
#include "engine/payment_methods.h"

namespace okapi::engine {
namespace {

using Step = store::Bulk::Step;

// An account on which one subscription lives through a month.
class Rehearsal {
 public:
  // `latest_invoice` is the number of the id of the last renewal's invoice. Without a wall time the
  // account's clock goes on as it does.
  Rehearsal(const Plan& plan, const Standing& start, std::uint64_t latest_invoice,
            std::optional<Seconds> wall)
      : plan_(plan), account_(plan.world->account) {
    account_.replace(plan.world->state);
    store::Transaction tx(account_, {});
    store::Bulk bulk(tx, {});
    bulk.put_row(plan.subscription);
    bulk.put_row(plan.customer);
    bulk.put_row(plan.card);
    if (wall) tx.set_clock({.frozen = true, .at = *wall});
    tx.update(subscription(tx), [&](Json& edited) {
      edited.erase("_upcoming_noticed");
      if (start.noticed != 0) edited["_upcoming_noticed"] = start.noticed;
      if (start.renewed_at == 0) return;
      move_periods(edited, start.renewed_at);
      const std::uint64_t next = bulk.used_since(0);
      bulk.continue_from(latest_invoice);
      edited["latest_invoice"] = api::new_id(tx, "invoice");
      bulk.continue_from(next);
    });
    tx.update(customer(tx),
              [&](Json& edited) { edited["next_invoice_sequence"] = start.next_number; });
    if (start.paid) mark_set_up(tx, tx.find("payment_method", plan.card.id()));
    tx.commit();
  }

  void play(Stage stage, Seconds at, std::uint64_t part) {
    const api::Settings& settings = plan_.world->settings;
    store::Transaction tx(account_, {});
    store::Bulk(tx, {}).continue_from(part);
    tx.set_now(at);
    const store::Document lives = subscription(tx);
    switch (stage) {
      case Stage::notice:
        notify_upcoming(tx, lives, settings);
        break;
      case Stage::renewal:
        renew(tx, lives, settings);
        break;
      case Stage::collection:
        finalize_by_itself(tx, tx.find("invoice", text(*lives, "latest_invoice")), settings);
        break;
    }
    follow_subscriptions(tx);
    tx.commit();
  }

  [[nodiscard]] std::shared_ptr<const store::State> state() const { return account_.committed(); }
  [[nodiscard]] store::Document subscription() const { return now(plan_.subscription); }
  [[nodiscard]] store::Document customer() const { return now(plan_.customer); }
  [[nodiscard]] store::Document card() const { return now(plan_.card); }
  [[nodiscard]] std::uint64_t used_since(std::uint64_t first) {
    store::Transaction tx(account_, {});
    return store::Bulk(tx, {}).used_since(first);
  }
  // See Bulk::due_of.
  [[nodiscard]] std::optional<std::vector<Step>> due_of(const store::Document& document) {
    store::Transaction tx(account_, {});
    return store::Bulk(tx, text(*plan_.subscription, "test_clock")).due_of(document);
  }

 private:
  [[nodiscard]] store::Document now(const store::Document& row) const {
    return store::row_in(*state(), row.kind(), row.sequence());
  }
  [[nodiscard]] store::Document subscription(const store::Transaction& tx) const {
    return tx.find(plan_.subscription.kind(), plan_.subscription.id());
  }
  [[nodiscard]] store::Document customer(const store::Transaction& tx) const {
    return tx.find(plan_.customer.kind(), plan_.customer.id());
  }

  const Plan& plan_;
  store::Account account_;
};

std::uint64_t new_serial() {
  static std::atomic<std::uint64_t> newest = 0;
  return ++newest;
}

}  // namespace

// --- months

Month::Month(std::shared_ptr<const Plan> plan, std::shared_ptr<const Month> before, Standing start)
    : plan_(std::move(plan)), before_(std::move(before)), start_(start), serial_(new_serial()) {}

Month::Month(const Month& month, Stage stage, Seconds at, std::uint64_t part, Seconds wall)
    : plan_(month.plan_),
      before_(month.before_),
      start_(month.start_),
      at_(month.at_),
      part_of_(month.part_of_),
      parts_(month.parts_),
      part_count_(month.part_count_),
      wall_(wall),
      serial_(new_serial()) {
  at_[index_of(stage)] = at;
  part_of_[index_of(stage)] = part;
  parts_[part_count_++] = part;
}

// Years of them are a chain, which must not be taken apart by recursion.
Month::~Month() {
  std::shared_ptr<const Month> next = std::move(before_);
  while (next != nullptr && next.use_count() == 1) next = std::move(next->before_);
}

Standing Month::end() const {
  Standing end = start_;
  if (has(Stage::notice)) end.noticed = start_.period.end;
  if (has(Stage::renewal)) {
    end.renewed_at = at_[index_of(Stage::renewal)];
    end.period = next_period(*plan_, end.renewed_at);
  }
  if (has(Stage::collection)) {
    ++end.next_number;
    end.paid = true;
  }
  return end;
}

std::uint64_t Month::invoice() const { return part_of(Stage::renewal) + plan_->shape->invoice; }

Stage Month::stage_of(std::uint64_t part) const {
  const auto found = std::ranges::find(part_of_, part);
  OKAPI_CHECK(part != 0 && found != part_of_.end());
  return static_cast<Stage>(found - part_of_.begin());
}

std::span<const std::uint64_t> Month::parts() const { return {parts_.data(), part_count_}; }

std::uint64_t Month::width(std::uint64_t part) const {
  return plan_->shape->parts[index_of(stage_of(part))].width;
}

std::span<const store::Stretch::Count> Month::counts(std::uint64_t part) const {
  return plan_->shape->parts[index_of(stage_of(part))].counts;
}

std::vector<store::Document> Month::documents(std::uint64_t part) const {
  return plan_->world->played.of(*this)->made[index_of(stage_of(part))];
}

store::Document Month::changed(std::uint64_t sequence) const {
  const std::shared_ptr<const Played> played = plan_->world->played.of(*this);
  if (sequence == plan_->subscription.sequence()) return played->subscription;
  return sequence == plan_->customer.sequence() ? played->customer : played->card;
}

const Month* Month::last_renewed() const {
  const Month* month = before_.get();
  while (month != nullptr && !month->has(Stage::renewal)) month = month->before_.get();
  return month;
}

Played Month::play() const {
  std::uint64_t latest = 0;
  if (start_.renewed_at != 0) {
    const Month* renewed = last_renewed();
    OKAPI_CHECK(renewed != nullptr);
    latest = renewed->part_of(Stage::renewal) + renewed->plan_->shape->invoice_id;
  }
  Rehearsal rehearsal(*plan_, start_, latest, wall_);
  for (const std::uint64_t part : parts()) {
    const Stage stage = stage_of(part);
    rehearsal.play(stage, at_[index_of(stage)], part);
  }
  Played played{.made = {},
                .subscription = rehearsal.subscription(),
                .customer = rehearsal.customer(),
                .card = rehearsal.card()};
  const std::shared_ptr<const store::State> state = rehearsal.state();
  for (const std::uint64_t part : parts()) {
    played.made[index_of(stage_of(part))] =
        store::written_between(*state, part, part + width(part));
  }
  return played;
}

std::shared_ptr<const Played> PlayedMonths::of(const Month& month) {
  {
    const std::lock_guard guard(lock_);
    if (const auto found = played_.find(month.serial()); found != played_.end()) {
      return found->second;
    }
  }
  auto played = std::make_shared<const Played>(month.play());
  const std::lock_guard guard(lock_);
  if (!played_.emplace(month.serial(), played).second) return played;
  order_.push_back(month.serial());
  if (order_.size() > most) {
    played_.erase(order_.front());
    order_.pop_front();
  }
  return played;
}

// --- shapes

billing::Period next_period(const Plan& plan, Seconds renewed_at) {
  return billing::period_at(plan.anchor, plan.shape->recurrence, renewed_at);
}

namespace {

// What the outline does not show, or what comes only after many months.
bool is_tellable(const Json& subscription, const Json& customer) {
  for (const char* field : {"cancel_at", "next_pending_invoice_item_invoice", "pause_collection",
                            "pending_update", "schedule", "billing_thresholds"}) {
    if (has(subscription, field)) return false;
  }
  if (text(subscription, "status") != "active" || !subscription.at("discounts").empty() ||
      text(subscription, "collection_method") != "charge_automatically" ||
      boolean(subscription.at("automatic_tax"), "enabled") || has(customer, "discount") ||
      integer(customer, "balance") != 0) {
    return false;
  }
  const Json& items = subscription.at("items").at("data");
  return !items.empty() && std::ranges::all_of(items, [&](const Json& item) {
    const Json& recurring = item.at("price").at("recurring");
    return item.at("discounts").empty() &&
           recurring.at("interval") == items[0].at("price").at("recurring").at("interval") &&
           recurring.at("interval_count") ==
               items[0].at("price").at("recurring").at("interval_count");
  });
}

// A month of a shape, played and compared with what a Month says of it.
class Measuring {
 public:
  Measuring(const Plan& plan, const Standing& start, Shape& shape)
      : plan_(plan),
        start_(start),
        shape_(shape),
        rehearsal_(plan, start, 0, std::nullopt),
        free_(rehearsal_.used_since(0)) {}

  bool measure() {
    const Seconds notice = start_.period.end - shape_.notice;
    if (notice > start_.period.start) {
      expected_ = {renewal_step(start_.period)};
      if (!measure_stage(Stage::notice, notice)) return false;
    }
    end_ = {.noticed = notice > start_.period.start ? start_.period.end : 0,
            .renewed_at = start_.period.end,
            .period = billing::period_at(plan_.anchor, shape_.recurrence, start_.period.end),
            .next_number = start_.next_number + 1,
            .paid = true};
    expected_ = {renewal_step(end_.period)};
    if (const Seconds at = end_.period.end - shape_.notice; at > end_.period.start) {
      expected_.push_back({.at = at,
                           .rank = notice_rank,
                           .action = "notify_upcoming",
                           .kind = "subscription",
                           .sequence = plan_.subscription.sequence()});
    }
    return measure_stage(Stage::renewal, end_.renewed_at) && finds_invoice() &&
           measure_stage(Stage::collection, end_.renewed_at + plan_.world->settings.draft_grace) &&
           is_paid() && ends_as_told();
  }

 private:
  static constexpr std::uint64_t most_numbers = 1'000;
  [[nodiscard]] std::uint64_t part_of(Stage stage) const {
    return free_ + index_of(stage) * most_numbers;
  }

  [[nodiscard]] Step renewal_step(const billing::Period& period) const {
    return {.at = period.end,
            .rank = renewal_rank,
            .action = "renew",
            .kind = "subscription",
            .sequence = plan_.subscription.sequence()};
  }

  bool measure_stage(Stage stage, Seconds at) {
    const std::shared_ptr<const store::State> before = rehearsal_.state();
    const std::uint64_t part = part_of(stage);
    rehearsal_.play(stage, at, part);
    Shape::Part& measured = shape_.parts[index_of(stage)];
    measured.width = rehearsal_.used_since(part) + most_lines_of_usage();
    if (measured.width > most_numbers) return false;
    for (const store::Document& document : store::changed_between(*before, *rehearsal_.state())) {
      if (!is_expected(stage, document)) return false;
      if (document.sequence() < part) continue;
      count(measured, document.kind());
      if (stage == Stage::renewal && document.kind() == "invoice") invoice_ = document;
    }
    return true;
  }

  // Other months may have more lines, each of which takes an id.
  [[nodiscard]] std::uint64_t most_lines_of_usage() const {
    std::uint64_t lines = 0;
    for (const Shape::Metered& item : shape_.metered) lines += 2 * item.price.rate.tiers.size() + 1;
    return lines;
  }

  static void count(Shape::Part& part, const std::string& kind) {
    const auto found = std::ranges::find(part.counts, kind, &store::Stretch::Count::kind);
    if (found == part.counts.end()) {
      part.counts.push_back({.kind = kind, .documents = 1});
    } else {
      ++found->documents;
    }
  }

  bool is_expected(Stage stage, const store::Document& document) {
    const std::optional<std::vector<Step>> due = rehearsal_.due_of(document);
    if (!due) return false;
    const std::uint64_t sequence = document.sequence();
    if (sequence == plan_.subscription.sequence()) return is_same(*due, expected_);
    if (sequence == plan_.customer.sequence() || sequence == plan_.card.sequence()) return true;
    if (sequence < part_of(stage)) return sequence >= part_of(Stage::renewal) && due->empty();
    if (stage != Stage::renewal || document.kind() != "invoice") return due->empty();
    return is_same(*due, {{.at = end_.renewed_at + plan_.world->settings.draft_grace,
                           .rank = collection_rank,
                           .action = "finalize",
                           .kind = "invoice",
                           .sequence = sequence}});
  }

  static bool is_same(const std::vector<Step>& a, const std::vector<Step>& b) {
    const auto same = [](const Step& one, const Step& other) {
      return one.at == other.at && one.rank == other.rank && one.action == other.action &&
             one.kind == other.kind && one.sequence == other.sequence;
    };
    return std::ranges::is_permutation(a, b, same);
  }

  bool finds_invoice() {
    if (!invoice_) return false;
    const std::uint64_t part = part_of(Stage::renewal);
    shape_.invoice = invoice_.sequence() - part;
    const std::string_view digits =
        std::string_view(invoice_.id()).substr(invoice_.id().rfind('_') + 1);
    const auto number = number_of_id(plan_.world->account.ids, digits);
    if (!number || *number < part || *number - part > most_numbers) return false;
    shape_.invoice_id = *number - part;
    return true;
  }

  bool is_paid() {
    const store::Document paid =
        store::row_in(*rehearsal_.state(), invoice_.kind(), invoice_.sequence());
    shape_.was_idle = paid && integer(*paid, "total") == 0;
    return paid && text(*paid, "status") == "paid" && integer(*paid, "amount_paid") > 0 &&
           paid->at("amount_paid") == paid->at("total");
  }

  bool ends_as_told() const {
    const Rehearsal told(plan_, end_, part_of(Stage::renewal) + shape_.invoice_id, std::nullopt);
    return told.subscription().text() == rehearsal_.subscription().text() &&
           told.customer().text() == rehearsal_.customer().text() &&
           told.card().text() == rehearsal_.card().text();
  }

  const Plan& plan_;
  const Standing& start_;
  Shape& shape_;
  Rehearsal rehearsal_;
  const std::uint64_t free_;  // this number and all after it
  Standing end_;
  std::vector<Step> expected_;  // of the subscription
  store::Document invoice_;
};

void read_items(const store::Transaction& tx, const Json& subscription, Shape& shape) {
  shape.currency = text(subscription, "currency");
  const Json& items = subscription.at("items").at("data");
  for (std::size_t i = 0; i < items.size(); ++i) {
    PriceTerms price = price_terms(tx, text(items[i].at("price"), "id"), shape.currency);
    if (price.metered) {
      shape.metered.push_back({.price = std::move(price), .item = i});
    } else {
      const Decimal quantity = Decimal::from_integer(integer(items[i], "quantity"));
      shape.licences += billing::total_of(billing::rate(price.rate, quantity));
    }
  }
}

}  // namespace

Shape measure_shape(const store::Transaction& tx, const Plan& plan, const Standing& start) {
  Shape shape;
  const Json& subscription = *plan.subscription;
  if (!is_tellable(subscription, *plan.customer)) return shape;
  shape.recurrence =
      read_recurrence(subscription.at("items").at("data")[0].at("price").at("recurring"));
  shape.notice = upcoming_notice(subscription);
  Standing fresh = start;
  fresh.noticed = 0;
  try {
    read_items(tx, subscription, shape);
    shape.is_plain = Measuring(plan, fresh, shape).measure();
  } catch (const api::ApiError&) {
    // Whatever is wrong, the step that is played for good says it.
  } catch (const OutOfRange&) {
  }
  return shape;
}

}  // namespace okapi::engine
