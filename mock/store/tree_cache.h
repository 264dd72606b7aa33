// The trees of the documents that were read or written lately: the next transaction mostly wants
// the same ones (a price, a customer, the subscription whose invoice is paid an hour later), and
// parsing costs more than anything else that it does.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "store/document.h"

namespace okapi::store {

// Not for several threads at once. The handles that it serves may go anywhere.
class TreeCache {
 public:
  // Gives the handle the tree that is kept, or a place where it will be kept once it is parsed.
  void serve(Document& document);
  // Only the former: for scans, which see many documents once.
  void serve_if_kept(Document& document) const;
  // At commit, before the document is closed. The tree that makes room goes to `replaced`.
  void keep(const Document& document, std::vector<std::shared_ptr<const void>>& replaced);

 private:
  struct Slot {
    std::shared_ptr<const Document::Body> body;
    std::shared_ptr<Document::Parsed> parsed;
  };
  [[nodiscard]] static std::size_t place_of(const Document& document);

  std::vector<Slot> slots_;  // made at first use
};

}  // namespace okapi::store
