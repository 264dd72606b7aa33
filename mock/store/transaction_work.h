// What a transaction is in the middle of; for the store's own files.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/account.h"
#include "store/state.h"

namespace okapi::store {

struct Transaction::Work {
  struct Emitted {
    std::string type;
    Document document;  // any version of it
    Seconds created = 0;
    Cause cause = Cause::request;
  };
  std::unique_lock<std::mutex> lock;
  std::shared_ptr<const State> base;  // as committed: before this transaction, after commit() by it
  std::unique_ptr<State> edited;
  std::vector<Emitted> emitted;
  std::vector<Document> written;
  std::vector<std::string> events;
  std::vector<std::shared_ptr<const void>> trees;  // given back when others may write again
  std::string beside;
  bool lets_time_pass = false;
  bool counts_usage = false;
  bool committed = false;
};

}  // namespace okapi::store
