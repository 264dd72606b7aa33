#include "store/tree_cache.h"

#include <cstdint>
#include <utility>

#include "store/document_body.h"

namespace okapi::store {
namespace {

// Some 2 MB of trees in an account that is busy.
constexpr std::size_t most_trees = 128;

}  // namespace

std::size_t TreeCache::place_of(const Document& document) {
  const auto address = reinterpret_cast<std::uintptr_t>(document.body_.get());
  // The lowest bits of what malloc gives are always alike.
  return (address >> 4U) * 0x9E37'79B9'7F4A'7C15U >> 57U;
}

void TreeCache::serve(Document& document) {
  if (document.body_->open) return;
  if (slots_.empty()) slots_.resize(most_trees);
  Slot& slot = slots_[place_of(document)];
  if (slot.body != document.body_) {
    slot = {.body = document.body_, .parsed = std::make_shared<Document::Parsed>()};
  }
  document.parsed_ = slot.parsed;
}

void TreeCache::serve_if_kept(Document& document) const {
  if (slots_.empty()) return;
  const Slot& slot = slots_[place_of(document)];
  if (slot.body == document.body_) document.parsed_ = slot.parsed;
}

void TreeCache::keep(const Document& document, std::vector<std::shared_ptr<const void>>& replaced) {
  if (!document.body_->open) return;
  if (slots_.empty()) slots_.resize(most_trees);
  Slot& slot = slots_[place_of(document)];
  auto parsed = std::make_shared<Document::Parsed>();
  parsed->tree = document.body_->tree;
  Slot before = std::exchange(slot, {.body = document.body_, .parsed = std::move(parsed)});
  if (before.parsed) replaced.push_back(std::move(before.parsed));
}

}  // namespace okapi::store
