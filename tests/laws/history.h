// A random life of one account: requests that depend on a seed alone, sent into an okapi without a
// socket. What is refused is refused; the laws (laws.h) must hold whatever happened.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/dispatch.h"
#include "store/account.h"
#include "tests/malformed/random.h"

namespace okapi::laws {

struct Usage {  // one report, as sent
  std::string customer;
  Seconds at = 0;
  std::int64_t value = 0;
};

class History {
 public:
  explicit History(std::uint64_t seed);

  // One random request, or a few that belong together.
  void step();

  [[nodiscard]] const store::Account& account() const { return *account_; }
  [[nodiscard]] const std::vector<Usage>& usage() const { return usage_; }
  // What went wrong while sending: a 5xx but 501, or a refusal that changed something.
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  // All that was sent, as a transcript that can be pasted.
  [[nodiscard]] std::string transcript() const { return transcript_; }
  [[nodiscard]] const std::map<int, int>& answers() const { return answers_; }  // by status

  // The whole state as text: equal texts, equal states.
  [[nodiscard]] std::string bytes() const;
  void save();     // a snapshot in memory, with the generator's own memory
  void restore();  // back to it

 private:
  // What the generator knows; a copy of it goes with a snapshot.
  struct Memory {
    malformed::Random random{0};
    Seconds now = 0;
    std::map<std::string, std::vector<std::string>> ids;  // by kind
    std::vector<Usage> usage;
  };
  using Step = void (History::*)();
  static const Step steps[];

  Json send(const std::string& method, const std::string& target, const std::string& body = {});
  Json post(const std::string& target, const std::string& body = {}) {
    return send("POST", target, body);
  }
  std::string remember(const std::string& kind, const Json& answer);
  // A random id of the kind; one that does not exist when there is none yet.
  std::string any(const std::string& kind);
  template <typename... Words>
  std::string one_of(Words... words) {
    const std::string all[] = {words...};
    return all[memory_.random.below(sizeof...(words))];
  }
  bool once_in(std::size_t times) { return memory_.random.once_in(times); }
  std::string number(std::size_t limit) { return std::to_string(memory_.random.below(limit)); }

  void set_the_stage();
  void add_customer();
  void subscribe();
  void change_items();
  void add_or_remove_item();
  void cancel();
  void change_terms();
  void report_usage();
  void advance();
  void invoice_by_hand();
  void act_on_invoice();
  void credit_note();
  void refund();
  void adjust_balance();
  void grant_credits();
  void change_card();
  void pause_or_resume();
  void pay_once();
  void schedule();
  void change_schedule();
  void delete_something();
  void quote();
  void revise();
  void confirm_intent();

  std::unique_ptr<server::Dispatch> dispatch_;
  store::Account* account_ = nullptr;
  Memory memory_;
  Memory saved_;
  std::vector<Usage> usage_;
  std::vector<std::string> faults_;
  std::string transcript_;
  std::map<int, int> answers_;
};

}  // namespace okapi::laws
