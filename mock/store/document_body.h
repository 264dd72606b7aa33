// What a Document's handles share; for the store's own files.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "store/document.h"

namespace okapi::store {

struct Document::Body {
  std::shared_ptr<const std::string> kind;
  std::string id;
  std::uint64_t sequence = 0;
  mutable std::string text;
  mutable std::shared_ptr<const Json> tree;  // only until the transaction commits
  mutable Source source;                     // only until first read
  mutable std::once_flag rendering;
  mutable std::atomic<bool> has_text = false;
};

struct Document::Parsed {
  std::once_flag once;
  std::shared_ptr<const Json> tree;
};

}  // namespace okapi::store
