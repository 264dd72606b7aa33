// What a Document's handles share; for the store's own files.
#pragma once

#include <memory>
#include <string>

#include "base/once.h"
#include "store/document.h"

namespace okapi::store {

struct Document::Body {
  std::shared_ptr<const std::string> kind;
  std::string id;
  std::uint64_t sequence = 0;
  mutable std::string text;  // once it is rendered
  mutable Once rendered;
  // Of a document that a transaction made: read by nobody but that one while it is open, and by
  // whoever renders the text afterwards.
  mutable std::shared_ptr<const Json> tree;
  mutable bool open = false;
  mutable Source source;  // until it is rendered
};

struct Document::Parsed {
  Once once;
  std::shared_ptr<const Json> tree;
};

}  // namespace okapi::store
