#include "engine/months.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "billing/currency.h"
#include "engine/month.h"
#include "engine/outline.h"
#include "engine/usage.h"
#include "store/bulk.h"

namespace okapi::engine {
namespace {

using Step = store::Bulk::Step;

// Every shape is measured, which takes as long as several months; too many would be no gain.
constexpr std::size_t most_shapes = 200;
constexpr int most_idle = 10;
constexpr int most_steps = 250;

// What an account keeps of it from one transaction to the next.
struct Memory {
  std::shared_ptr<const World> world;
  std::map<store::Fingerprint, std::shared_ptr<const Shape>> shapes;  // of that world
  std::map<store::Fingerprint, int> idle;  // months played of a shape that owed nothing
};

// What one subscription has in common with others: its own text, its customer's and their card's.
struct Outlines {
  Outline subscription;
  Outline customer;
  store::Document customer_row;
  store::Document card_row;
  store::Fingerprint shape;
};

const std::vector<std::string_view> left_out_of_subscription = {"_upcoming_noticed",
                                                                "billing_cycle_anchor",
                                                                "created",
                                                                "current_period_end",
                                                                "current_period_start",
                                                                "customer",
                                                                "default_payment_method",
                                                                "description",
                                                                "latest_invoice",
                                                                "metadata",
                                                                "start_date",
                                                                "subscription",
                                                                "trial_end",
                                                                "trial_start",
                                                                "updated_at",
                                                                "url"};
const std::vector<std::string_view> left_out_of_customer = {"address",
                                                            "business_name",
                                                            "created",
                                                            "default_payment_method",
                                                            "description",
                                                            "email",
                                                            "individual_name",
                                                            "invoice_prefix",
                                                            "metadata",
                                                            "name",
                                                            "next_invoice_sequence",
                                                            "phone",
                                                            "shipping"};
const std::vector<std::string_view> left_out_of_method = {"billing_details", "created", "customer",
                                                          "fingerprint", "metadata"};
const std::vector<std::string_view> own_ids = {"sub_", "si_", "cus_", "pm_", "card_", "src_"};

class Telling {
 public:
  Telling(store::Transaction& tx, std::string_view clock, const api::Settings& settings)
      : tx_(tx), bulk_(tx, clock), settings_(settings) {
    std::shared_ptr<void>& kept = bulk_.memory();
    if (kept == nullptr) kept = std::make_shared<Memory>();
    memory_ = std::static_pointer_cast<Memory>(kept);
  }

  // False: it must be played.
  bool tell_next(Seconds until) {
    const std::optional<Step> step = bulk_.next_due(until);
    if (!step) return false;
    if (step->kind == "subscription" && step->action == "notify_upcoming") return notice(*step);
    if (step->kind == "subscription" && step->action == "renew") return renew(*step);
    if (step->kind == "invoice" && step->action == "finalize") return collect(*step);
    return false;
  }

 private:
  using MonthPtr = std::shared_ptr<const Month>;

  bool notice(const Step& step) {
    const MonthPtr begun = begin(step.sequence);
    if (begun == nullptr) return false;
    const Standing start = begun->end();
    const Seconds at = start.period.end - begun->plan()->shape->notice;
    if (step.at != at || step.rank != notice_rank || at <= start.period.start) return false;
    if (!owed(*begun->plan(), start.period)) return false;
    go_on(begun, Stage::notice, step);
    return true;
  }

  bool renew(const Step& step) {
    MonthPtr month = standing(step.sequence);
    const bool goes_on =
        month != nullptr && !month->has(Stage::renewal) && is_current(*month->plan());
    if (!goes_on) month = begin(step.sequence);
    if (month == nullptr || step.rank != renewal_rank) return false;
    const Standing before = month->end();
    if (step.at != before.period.end || !owed(*month->plan(), before.period)) return false;
    const MonthPtr renewed = go_on(month, Stage::renewal, step);
    const billing::Period period = renewed->end().period;
    add(step.sequence, "subscription", period.end, renewal_rank, "renew");
    const Seconds notice = period.end - renewed->plan()->shape->notice;
    if (notice > period.start) {
      add(step.sequence, "subscription", notice, notice_rank, "notify_upcoming");
    }
    add(renewed->invoice(), "invoice", step.at + settings_.draft_grace, collection_rank,
        "finalize");
    return true;
  }

  bool collect(const Step& step) {
    const auto month = std::static_pointer_cast<const Month>(bulk_.holding(step.sequence));
    // Somebody wrote to it.
    if (month == nullptr || bulk_.row("invoice", step.sequence)) return false;
    if (month->has(Stage::collection) || !month->has(Stage::renewal) ||
        month->invoice() != step.sequence || !is_current(*month->plan())) {
      return false;
    }
    if (standing(month->plan()->subscription.sequence()) != month) return false;
    const std::optional<std::int64_t> due = owed(*month->plan(), month->start().period);
    if (!due || *due < billing::minimum_charge(month->plan()->shape->currency)) return false;
    const MonthPtr collected = go_on(month, Stage::collection, step);
    bulk_.change(month->plan()->customer.sequence(), collected);
    if (!month->start().paid) bulk_.change(month->plan()->card.sequence(), collected);
    return true;
  }

  // Before taxes. Empty where it comes near to what cannot be charged, or is more than the usage of
  // the period: such a month is played.
  [[nodiscard]] std::optional<std::int64_t> owed(const Plan& plan, billing::Period period) const {
    constexpr std::int64_t much = 50'000'000;
    const Shape& shape = *plan.shape;
    std::int64_t sum = shape.licences;
    try {
      for (const Shape::Metered& item : shape.metered) {
        const OwedUsage usage =
            owed_usage(tx_, plan.customer.id(), plan.items.at(item.item), item.price, period);
        if (usage.billed_amount != 0 || usage.left_out != Decimal()) return std::nullopt;
        const std::int64_t cost = billing::total_of(billing::rate(item.price.rate, usage.quantity));
        if (cost > much) return std::nullopt;
        sum += cost;
      }
    } catch (const OutOfRange&) {
      return std::nullopt;
    }
    return sum > much ? std::nullopt : std::optional(sum);
  }

  MonthPtr go_on(const MonthPtr& month, Stage stage, const Step& step) {
    const Plan& plan = *month->plan();
    const std::uint64_t part = bulk_.take_numbers(plan.shape->parts[index_of(stage)].width);
    auto longer = std::make_shared<const Month>(*month, stage, step.at, part, tx_.clock().now());
    bulk_.take(step);
    for (const std::uint64_t each : longer->parts()) bulk_.tell(each, longer);
    bulk_.change(plan.subscription.sequence(), longer);
    return longer;
  }

  void add(std::uint64_t sequence, std::string_view kind, Seconds at, int rank,
           std::string action) {
    bulk_.add(
        {.at = at, .rank = rank, .action = std::move(action), .kind = kind, .sequence = sequence});
  }

  // The month that changed the document last, if nothing was written to it since.
  [[nodiscard]] MonthPtr standing(std::uint64_t sequence) const {
    return std::static_pointer_cast<const Month>(bulk_.standing(sequence));
  }

  [[nodiscard]] bool is_current(const Plan& plan) const {
    return plan.world == memory_->world && plan.world->edition == bulk_.edition() &&
           is_as_written(plan);
  }
  [[nodiscard]] bool is_as_written(const Plan& plan) const {
    return bulk_.row("subscription", plan.subscription.sequence()) == plan.subscription &&
           bulk_.row("customer", plan.customer.sequence()) == plan.customer &&
           bulk_.row("okapi.card", plan.card.sequence()) == plan.card;
  }

  // A month without any step yet, where the subscription's months can be told.
  MonthPtr begin(std::uint64_t subscription) {
    const MonthPtr last = standing(subscription);
    if (last != nullptr && is_current(*last->plan())) {
      return std::make_shared<const Month>(last->plan(), last, last->end());
    }
    const store::Document row = bulk_.row("subscription", subscription);
    if (!row) return nullptr;
    const std::optional<Outlines> outlines = outlines_of(row);
    if (!outlines) return nullptr;
    auto plan = std::make_shared<Plan>();
    plan->subscription = row;
    plan->customer = outlines->customer_row;
    plan->card = outlines->card_row;
    plan->items = outlines->subscription.ids("si_");
    plan->anchor = outlines->subscription.number_of("billing_cycle_anchor");
    if (!is_alone(*plan)) return nullptr;
    plan->world = current_world();
    const Standing start = standing_of(*plan, *outlines);
    plan->shape = shape_of(outlines->shape, *plan, start);
    if (!plan->shape->is_plain) return nullptr;
    return std::make_shared<const Month>(std::move(plan), chain_of(subscription), start);
  }

  // Whatever was told of the subscription, for those who look for its documents.
  [[nodiscard]] MonthPtr chain_of(std::uint64_t subscription) const {
    return std::static_pointer_cast<const Month>(bulk_.last_of(subscription));
  }

  // Each document as it is written, or as the month left it that changed it last.
  [[nodiscard]] Standing standing_of(const Plan& plan, const Outlines& outlines) const {
    const Outline& row = outlines.subscription;
    Standing start{.noticed = row.number_of("_upcoming_noticed"),
                   .renewed_at = 0,
                   .period = {.start = row.number_of("current_period_start"),
                              .end = row.number_of("current_period_end")}};
    if (const MonthPtr month = standing(plan.subscription.sequence())) start = month->end();
    start.next_number = outlines.customer.number_of("next_invoice_sequence");
    if (const MonthPtr month = standing(plan.customer.sequence())) {
      start.next_number = month->end().next_number;
    }
    start.paid = standing(plan.card.sequence()) != nullptr;
    return start;
  }

  // Empty where something is missing or of an unusual kind.
  [[nodiscard]] std::optional<Outlines> outlines_of(const store::Document& row) const {
    Outlines outlines;
    append_outline(outlines.subscription, row.text(), left_out_of_subscription, own_ids);
    const Outline& subscription = outlines.subscription;
    if (!subscription.is_one("current_period_start") ||
        !subscription.is_one("current_period_end")) {
      return std::nullopt;
    }
    outlines.customer_row = bulk_.row("customer", subscription.text_of("customer"));
    if (!outlines.customer_row) return std::nullopt;
    append_outline(outlines.customer, outlines.customer_row.text(), left_out_of_customer, own_ids);
    std::string_view method = subscription.text_of("default_payment_method");
    if (method.empty()) method = outlines.customer.text_of("default_payment_method");
    const store::Document paying = bulk_.row("payment_method", method);
    outlines.card_row = bulk_.row("okapi.card", method);
    if (!paying || !outlines.card_row) return std::nullopt;
    Outline paid;
    append_outline(paid, paying.text(), left_out_of_method, own_ids);
    append_outline(paid, outlines.card_row.text(), left_out_of_method, own_ids);
    outlines.shape = store::fingerprint(subscription.text, outlines.customer.text + paid.text);
    return outlines;
  }

  // The world in which all but this subscription's own documents are as they are now.
  std::shared_ptr<const World> current_world() {
    if (memory_->world != nullptr && memory_->world->edition == bulk_.edition()) {
      return memory_->world;
    }
    auto world = std::make_shared<World>();
    world->state = bulk_.written();
    world->edition = bulk_.edition();
    world->account = bulk_.settings();
    world->settings = settings_;
    *memory_ = {.world = world, .shapes = {}, .idle = {}};
    return world;
  }

  std::shared_ptr<const Shape> shape_of(store::Fingerprint outline, const Plan& plan,
                                        const Standing& start) {
    if (const auto found = memory_->shapes.find(outline); found != memory_->shapes.end()) {
      return found->second;
    }
    auto shape = std::make_shared<Shape>();
    if (memory_->shapes.size() >= most_shapes) return shape;
    int& idle = memory_->idle[outline];
    *shape = measure_shape(tx_, plan, start);
    // Perhaps somebody else of this shape uses something.
    if (!shape->was_idle || ++idle == most_idle) memory_->shapes.emplace(outline, shape);
    return shape;
  }

  // Nothing else that is billed to the customer, and nothing that would change what is due.
  [[nodiscard]] bool is_alone(const Plan& plan) const {
    const std::string& customer = plan.customer.id();
    const auto count = [&](std::string_view kind, std::string_view field) {
      return bulk_.rows_where(kind, field, customer);
    };
    return count("subscription", "customer") == 1 &&
           count("invoiceitem", "customer unless invoice") == 0 &&
           count("billing.credit_grant", "customer") == 0;
  }

  store::Transaction& tx_;
  store::Bulk bulk_;
  const api::Settings& settings_;
  std::shared_ptr<Memory> memory_;
};

}  // namespace

bool tell_steps(store::Transaction& tx, std::string_view clock, Seconds until,
                const api::Settings& settings) {
  if (tx.count("subscription") < settings.told_from) return false;
  // Who is sent every event reads every month.
  if (tx.count("webhook_endpoint") + tx.count("v2.core.event_destination") > 0) return false;
  if (!store::Bulk(tx, clock).may_tell()) return false;
  Telling telling(tx, clock, settings);
  int told = 0;
  while (told < most_steps && telling.tell_next(until)) ++told;
  return told > 0;
}

void end_telling(store::Transaction& tx) { store::Bulk(tx, {}).memory() = nullptr; }

}  // namespace okapi::engine
