// A month of a subscription that is told: what it follows from, and how it is played.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/operation.h"
#include "billing/period.h"
#include "engine/terms.h"
#include "store/bulk.h"

namespace okapi::engine {

// The steps of a month, in their order.
enum class Stage { notice, renewal, collection };
inline constexpr std::size_t stages = 3;
constexpr std::size_t index_of(Stage stage) { return static_cast<std::size_t>(stage); }

// Their rows in the table of subscriptions-invoices 5.2.
inline constexpr int renewal_rank = 5;
inline constexpr int collection_rank = 6;
inline constexpr int notice_rank = 9;

// What a month made, and the older documents that it may change.
struct Played {
  std::array<std::vector<store::Document>, stages> made;
  store::Document subscription;
  store::Document customer;
  store::Document card;
};

class Month;

// The months that were read lately.
class PlayedMonths {
 public:
  [[nodiscard]] std::shared_ptr<const Played> of(const Month& month);

 private:
  static constexpr std::size_t most = 1'000;  // some 60 KB each
  std::mutex lock_;
  std::map<std::uint64_t, std::shared_ptr<const Played>> played_;
  std::list<std::uint64_t> order_;  // oldest first
};

// The world on which months are played: all but the subscription's own documents is as it was in
// this state.
struct World {
  std::shared_ptr<const store::State> state;
  std::uint64_t edition = 0;
  store::Account::Settings account;
  api::Settings settings;
  mutable PlayedMonths played;
};

// What the months of all subscriptions of one outline have in common.
struct Shape {
  struct Part {
    std::uint64_t width = 0;
    std::vector<store::Stretch::Count> counts;
  };
  // An item whose usage is billed.
  struct Metered {
    PriceTerms price;
    std::size_t item = 0;  // its place in the subscription
  };
  bool is_plain = false;
  bool was_idle = false;  // the month that was played owed nothing, and so showed nothing
  std::string currency;
  std::int64_t licences = 0;  // what they cost a period
  std::vector<Metered> metered;
  billing::Recurrence recurrence;
  Seconds notice = 0;
  std::array<Part, stages> parts;
  std::uint64_t invoice = 0;     // its place in the part of the renewal
  std::uint64_t invoice_id = 0;  // likewise, of its id's number
};

// A subscription of a plain shape in a world.
struct Plan {
  std::shared_ptr<const World> world;
  std::shared_ptr<const Shape> shape;
  // As they are written in the tables.
  store::Document subscription;
  store::Document customer;
  store::Document card;
  std::vector<std::string> items;
  Seconds anchor = 0;
};

// What months change of them.
struct Standing {
  Seconds noticed = 0;     // the period's end that invoice.upcoming told of
  Seconds renewed_at = 0;  // 0: as written
  billing::Period period;
  std::int64_t next_number = 0;  // of invoices
  bool paid = false;             // since then the card is known to the bank
};

class Month final : public store::Stretch {
 public:
  Month(std::shared_ptr<const Plan> plan, std::shared_ptr<const Month> before, Standing start);
  // The same month and one stage more.
  Month(const Month& month, Stage stage, Seconds at, std::uint64_t part, Seconds wall);
  ~Month() override;

  [[nodiscard]] const std::shared_ptr<const Plan>& plan() const { return plan_; }
  [[nodiscard]] bool has(Stage stage) const { return part_of_[index_of(stage)] != 0; }
  [[nodiscard]] std::uint64_t part_of(Stage stage) const { return part_of_[index_of(stage)]; }
  [[nodiscard]] std::uint64_t serial() const { return serial_; }
  [[nodiscard]] const Standing& start() const { return start_; }
  [[nodiscard]] Standing end() const;
  // The sequence of its invoice.
  [[nodiscard]] std::uint64_t invoice() const;

  [[nodiscard]] std::span<const std::uint64_t> parts() const override;
  [[nodiscard]] std::uint64_t width(std::uint64_t part) const override;
  [[nodiscard]] std::span<const Count> counts(std::uint64_t part) const override;
  [[nodiscard]] std::vector<store::Document> documents(std::uint64_t part) const override;
  [[nodiscard]] store::Document changed(std::uint64_t sequence) const override;
  [[nodiscard]] const Stretch* earlier() const override { return before_.get(); }

  [[nodiscard]] Played play() const;

 private:
  [[nodiscard]] const Month* last_renewed() const;
  [[nodiscard]] Stage stage_of(std::uint64_t part) const;

  std::shared_ptr<const Plan> plan_;
  mutable std::shared_ptr<const Month> before_;
  Standing start_;
  std::array<Seconds, stages> at_{};
  std::array<std::uint64_t, stages> part_of_{};  // 0: not reached
  std::array<std::uint64_t, stages> parts_{};    // those that are there
  std::size_t part_count_ = 0;
  Seconds wall_ = 0;  // of the account's clock, which payments live by
  std::uint64_t serial_ = 0;
};

// The period that follows a renewal.
[[nodiscard]] billing::Period next_period(const Plan& plan, Seconds renewed_at);

// Plays what a month of the plan does, from `start` on, and says what all like it have in common.
// `is_plain` is false where it does anything that a Month does not tell.
[[nodiscard]] Shape measure_shape(const store::Transaction& tx, const Plan& plan,
                                  const Standing& start);

}  // namespace okapi::engine
