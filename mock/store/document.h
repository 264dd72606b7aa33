// An immutable stored object: its Stripe JSON in the newest API version okapi speaks. A Document is
// a cheap handle; committed documents never change, an update is a new document. At rest it is
// compact text (or a source that renders its text when first read, for events); a tree exists only
// while a handler reads or edits it. The store never looks inside beyond what its Schema names.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"

namespace okapi::store {

class Document {
 public:
  Document() = default;

  // False when find() found nothing.
  explicit operator bool() const { return body_ != nullptr; }
  [[nodiscard]] const std::string& kind() const;  // the `object` field: "billing.meter"
  [[nodiscard]] const std::string& id() const;
  // Creation number within the account: lists are sorted by it. Stays over updates.
  [[nodiscard]] std::uint64_t sequence() const;
  [[nodiscard]] const std::string& text() const;  // compact JSON, keys in Stripe's order

  // The tree, parsed on first use and kept with this handle (and its copies).
  const Json& operator*() const;
  const Json* operator->() const { return &**this; }

  // A handle of the same document without the tree that this one keeps: for what is kept long.
  [[nodiscard]] Document without_tree() const { return Document(body_); }

  friend bool operator==(const Document& a, const Document& b) { return a.body_ == b.body_; }

 private:
  friend class Transaction;
  friend struct State;
  friend struct Table;
  friend class View;
  friend class StateReader;
  friend class TreeCache;
  struct Body;
  struct Parsed;  // a tree that handles share, parsed by the first that reads it
  struct Name {
    std::shared_ptr<const std::string> kind;
    std::string id;
    std::uint64_t sequence = 0;
  };
  // Renders the text of the document with this id; called once.
  using Source = std::function<std::string(const std::string& id)>;

  explicit Document(std::shared_ptr<const Body> body) : body_(std::move(body)) {}
  static Document make(Name name, Json tree);
  static Document make_text(Name name, std::string text);
  static Document make_deferred(Name name, Source source);
  [[nodiscard]] Name name() const;
  // The tree, if there is one without parsing.
  [[nodiscard]] const Json* tree_at_hand() const;
  // At commit, before others can see the document: the tree is its transaction's alone no longer,
  // and whoever renders the text lets go of it. Gives the tree where that has happened already: to
  // take it apart costs as much as to render it.
  std::shared_ptr<const Json> close() const;

  std::shared_ptr<const Body> body_;
  mutable std::shared_ptr<const Json> tree_;
  std::shared_ptr<Parsed> parsed_;  // null: this handle parses for itself
};

}  // namespace okapi::store
