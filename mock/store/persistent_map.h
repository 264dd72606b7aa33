// An ordered map whose copies are cheap and independent: copying shares everything, writing to a
// copy leaves the others as they were. Snapshots, rollback and readers without a lock fall out of
// that. A B+tree of shared nodes: a write copies the nodes on its path that somebody else still
// holds and changes the others in place, so a run of writes to one map pays for each node once.
//
// With a Total, a node knows the total of what is below each of its children, and a range of any
// length is summed in the time that one entry is found in.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace okapi::store {

struct NoTotal {};

// A Total is empty when made and has add(const Value&) and add(const Total&).
template <typename Key, typename Value, typename Total = NoTotal>
class PersistentMap {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  // Levels above the leaves, for tests: grows with the logarithm of size().
  [[nodiscard]] int height() const { return height_; }

  // Null when absent; stays valid until this map is written to.
  template <typename Probe>
  [[nodiscard]] const Value* find(const Probe& key) const {
    const Node* node = root_.get();
    if (node == nullptr) return nullptr;
    for (int level = height_; level > 0; --level) {
      const Inner& inner = as_inner(*node);
      node = inner.children[child_of(inner, key)].get();
      fetch_keys(*node);
    }
    const Leaf& leaf = as_leaf(*node);
    const std::uint32_t at = lower_bound(leaf, key);
    return at < leaf.count && !less(key, leaf.keys[at]) ? &leaf.values[at] : nullptr;
  }

  // Inserts or overwrites.
  void set(Key key, Value value) {
    if (root_ == nullptr) root_ = std::make_shared<Leaf>();
    own(root_, height_);
    if (root_->count == capacity) grow();
    NodePtr* node = &root_;
    bool rightmost = true;
    // Full nodes are split on the way down, so that there is always room for the half below.
    for (int level = height_; level > 0; --level) {
      Inner& inner = as_inner(**node);
      std::uint32_t at = child_of(inner, key);
      rightmost = rightmost && at + 1 == inner.count;
      own(inner.children[at], level - 1);
      if (inner.children[at]->count == capacity) {
        // Of an inner node only separators are at hand: past the last of them is near enough.
        split(inner, at, level - 1, rightmost && less(inner.children[at]->keys[capacity - 1], key));
        if (!less(key, inner.keys[at + 1])) ++at;
        own(inner.children[at], level - 1);
      }
      node = &inner.children[at];
    }
    if constexpr (has_total) {
      const Key written = key;
      set_in(as_leaf(**node), std::move(key), std::move(value));
      refresh(written);
    } else {
      set_in(as_leaf(**node), std::move(key), std::move(value));
    }
  }

  struct Slot {
    const Key* key = nullptr;
    Value* value = nullptr;  // for writing in place; null: there is no such entry
  };
  // The entry of this key, and the last entry not after it; both stay valid until this map is
  // written to in another way. Where there are totals, refresh() says that the entry was written.
  template <typename Probe>
  [[nodiscard]] Slot edit(const Probe& key) {
    if (find(key) == nullptr) return {};
    return edit_in_leaf(key);
  }
  template <typename Probe>
  [[nodiscard]] Slot edit_last(const Probe& key) {
    if (root_ == nullptr) return {};
    const Slot slot = edit_in_leaf(key);
    if (slot.value != nullptr) return slot;
    // Everything in the leaf where it would stand is after it, so it is in the one before.
    std::optional<Key> before;
    descend(key, [&](const Key& at, const Value&) {
      before = at;
      return false;
    });
    return before ? edit_in_leaf(*before) : Slot{};
  }

  // Adds up anew what is above the place of this key, all of which is this map's own.
  template <typename Probe>
  void refresh(const Probe& key) {
    static_assert(has_total);
    if (root_ != nullptr) refresh_below(*root_, height_, key);
  }

  // Of the entries not before `from` and before `to`.
  template <typename Probe>
  [[nodiscard]] Total total_between(const Probe& from, const Probe& to) const {
    Total total;
    if (root_ != nullptr && less(from, to)) add_below(*root_, height_, &from, &to, total);
    return total;
  }

  template <typename Probe>
  bool erase(const Probe& key) {
    if (find(key) == nullptr) return false;
    erase_below(root_, height_, key);
    --size_;
    while (height_ > 0 && root_->count == 1) {
      NodePtr only = as_inner(*root_).children[0];
      root_ = std::move(only);
      --height_;
    }
    if (root_->count == 0) {
      root_ = nullptr;
      height_ = 0;
    }
    return true;
  }

  // Visits entries in ascending (descending) order, from the first not before (after) `from`; the
  // visitor returns false to stop. It must not write to this map (to a copy it may).
  template <typename Probe, typename Visitor>
  void ascend(const Probe& from, Visitor&& visit) const {
    if (root_ != nullptr) ascend_below(*root_, height_, &from, visit);
  }
  template <typename Probe, typename Visitor>
  void descend(const Probe& from, Visitor&& visit) const {
    if (root_ != nullptr) descend_below(*root_, height_, &from, visit);
  }

  // Visits, in ascending order, the entries in which two maps may differ. Nodes that both share are
  // passed over, so versions of one map are compared in the time that their difference takes.
  // visit(key, before, after), both pointers to values; null where that map has no such entry.
  template <typename Visitor>
  static void compare(const PersistentMap& before, const PersistentMap& after, Visitor&& visit) {
    Walk a(before);
    Walk b(after);
    while (!a.done() || !b.done()) {
      if (a.at_node() && b.at_node()) {
        if (a.node() == b.node()) {
          a.pass();
          b.pass();
          continue;
        }
        const int level = std::max(a.level(), b.level());
        if (a.level() == level) a.open();
        if (b.level() == level) b.open();
      } else if (a.at_node()) {
        a.open();
      } else if (b.at_node()) {
        b.open();
      } else if (b.done() || (!a.done() && less(a.key(), b.key()))) {
        visit(a.key(), &a.value(), static_cast<const Value*>(nullptr));
        a.pass();
      } else if (a.done() || less(b.key(), a.key())) {
        visit(b.key(), static_cast<const Value*>(nullptr), &b.value());
        b.pass();
      } else {
        visit(a.key(), &a.value(), &b.value());
        a.pass();
        b.pass();
      }
    }
  }

 private:
  // Every commit copies a node on each level and counts its children once more; with more of them
  // the copies are dear and too large for the allocator's quick lists.
  static constexpr std::uint32_t capacity = 16;
  static constexpr std::uint32_t scarce = capacity / 4;  // fewer than this: join a neighbour

  struct Node {
    std::uint32_t count = 0;
    std::array<Key, capacity> keys = {};
  };
  using NodePtr = std::shared_ptr<Node>;
  struct Leaf : Node {
    std::array<Value, capacity> values = {};
  };
  static constexpr bool has_total = !std::is_same_v<Total, NoTotal>;
  using Totals = std::conditional_t<has_total, std::array<Total, capacity>, NoTotal>;
  // keys[i], i > 0: not after anything below children[i], after everything below children[i - 1].
  // keys[0] means nothing at rest.
  struct Inner : Node {
    std::array<NodePtr, capacity> children = {};
    [[no_unique_address]] Totals totals = {};
  };

  // What is still to be visited of a map, in ascending order: nodes as a whole and, where one was
  // opened, what is in it.
  class Walk {
   public:
    explicit Walk(const PersistentMap& map) {
      if (map.root_ != nullptr) left_.push_back({map.root_.get(), map.height_, 0});
    }
    [[nodiscard]] bool done() const { return left_.empty(); }
    [[nodiscard]] bool at_node() const { return !done() && level() >= 0; }
    [[nodiscard]] const Node* node() const { return left_.back().node; }
    [[nodiscard]] int level() const { return left_.back().level; }
    [[nodiscard]] const Key& key() const { return node()->keys[left_.back().at]; }
    [[nodiscard]] const Value& value() const { return as_leaf(*node()).values[left_.back().at]; }
    void pass() { left_.pop_back(); }
    void open() {
      const Step step = left_.back();
      left_.pop_back();
      for (std::uint32_t i = step.node->count; i-- > 0;) {
        const bool is_leaf = step.level == 0;
        left_.push_back({is_leaf ? step.node : as_inner(*step.node).children[i].get(),
                         step.level - 1, is_leaf ? i : 0});
      }
    }

   private:
    struct Step {
      const Node* node;
      int level;  // -1: the entry `at` of a leaf
      std::uint32_t at;
    };
    std::vector<Step> left_;  // the next one last
  };

  static Leaf& as_leaf(Node& node) { return static_cast<Leaf&>(node); }
  static const Leaf& as_leaf(const Node& node) { return static_cast<const Leaf&>(node); }
  static Inner& as_inner(Node& node) { return static_cast<Inner&>(node); }
  static const Inner& as_inner(const Node& node) { return static_cast<const Inner&>(node); }

  template <typename A, typename B>
  static bool less(const A& a, const B& b) {
    return std::less<>()(a, b);
  }

  // The first entry not before the key.
  template <typename Probe>
  static std::uint32_t lower_bound(const Node& node, const Probe& key) {
    std::uint32_t first = 0;
    for (std::uint32_t length = node.count; length > 0;) {
      const std::uint32_t half = length / 2;
      if (less(node.keys[first + half], key)) {
        first += half + 1;
        length -= half + 1;
      } else {
        length = half;
      }
    }
    return first;
  }

  // The first entry after the key, counting from `first`.
  template <typename Probe>
  static std::uint32_t upper_bound(const Node& node, const Probe& key, std::uint32_t first) {
    for (std::uint32_t length = node.count - first; length > 0;) {
      const std::uint32_t half = length / 2;
      if (less(key, node.keys[first + half])) {
        length = half;
      } else {
        first += half + 1;
        length -= half + 1;
      }
    }
    return first;
  }

  template <typename Probe>
  static std::uint32_t child_of(const Inner& inner, const Probe& key) {
    return upper_bound(inner, key, 1) - 1;
  }

  // Makes the node this map's own before it is written to.
  static void own(NodePtr& node, int level) {
    if (node.use_count() == 1) {
      // Whoever let go of the node last has finished reading it.
      std::atomic_thread_fence(std::memory_order_acquire);
      return;
    }
    if (level == 0) {
      node = std::make_shared<Leaf>(as_leaf(*node));
    } else {
      fetch_children(as_inner(*node));
      node = std::make_shared<Inner>(as_inner(*node));
    }
  }

  // A search looks at a few places of the node, one after another; in far memory it is to wait
  // once.
  static void fetch_keys(const Node& node) {
    constexpr std::size_t line = 64;
    const char* const keys = reinterpret_cast<const char*>(&node);
    for (std::size_t at = 0; at < sizeof(Node); at += line) __builtin_prefetch(keys + at);
  }

  // Copying the pointers counts up in every child, and the processor waits for each count that lies
  // in far memory, one after another, unless they are on their way already.
  static void fetch_children(const Inner& inner) {
    for (std::uint32_t i = 0; i < inner.count; ++i) __builtin_prefetch(inner.children[i].get(), 1);
  }

  template <typename Probe>
  Slot edit_in_leaf(const Probe& key) {
    NodePtr* node = &root_;
    own(*node, height_);
    for (int level = height_; level > 0; --level) {
      Inner& inner = as_inner(**node);
      node = &inner.children[child_of(inner, key)];
      own(*node, level - 1);
    }
    Leaf& leaf = as_leaf(**node);
    const std::uint32_t after = upper_bound(leaf, key, 0);
    if (after == 0) return {};
    return {.key = &leaf.keys[after - 1], .value = &leaf.values[after - 1]};
  }

  void grow() {
    auto above = std::make_shared<Inner>();
    above->children[0] = std::move(root_);
    above->count = 1;
    root_ = std::move(above);
    ++height_;
  }

  // Moves entries [from, from + n) of `source` to [to, …) of `target`; the ranges of one node may
  // overlap. Counts are the caller's.
  static void move_entries(Node& target, std::uint32_t to, Node& source, std::uint32_t from,
                           std::uint32_t n, int level) {
    const auto shift = [&](auto& into, auto& out_of) {
      if (&into != &out_of || to < from) {
        for (std::uint32_t i = 0; i < n; ++i) into[to + i] = std::move(out_of[from + i]);
      } else {
        for (std::uint32_t i = n; i-- > 0;) into[to + i] = std::move(out_of[from + i]);
      }
    };
    shift(target.keys, source.keys);
    if (level == 0) {
      shift(as_leaf(target).values, as_leaf(source).values);
    } else {
      shift(as_inner(target).children, as_inner(source).children);
      if constexpr (has_total) shift(as_inner(target).totals, as_inner(source).totals);
    }
  }

  // Lets go of what a moved-from slot may still hold.
  static void clear_entry(Node& node, std::uint32_t at, int level) {
    node.keys[at] = Key();
    if (level == 0) {
      as_leaf(node).values[at] = Value();
    } else {
      as_inner(node).children[at] = nullptr;
    }
  }

  static void remove_entry(Node& node, std::uint32_t at, int level) {
    move_entries(node, at, node, at + 1, node.count - at - 1, level);
    clear_entry(node, --node.count, level);
  }

  // Splits the full child `at`, which stands on `level`. Keys that only ever grow (sequence
  // numbers) leave full nodes behind: the new one starts with the last entry alone.
  static void split(Inner& above, std::uint32_t at, int level, bool appending) {
    Node& left = *above.children[at];
    NodePtr right = level == 0 ? NodePtr(std::make_shared<Leaf>()) : std::make_shared<Inner>();
    const std::uint32_t kept = appending ? capacity - 1 : capacity / 2;
    right->count = capacity - kept;
    move_entries(*right, 0, left, kept, right->count, level);
    left.count = kept;
    for (std::uint32_t i = kept; i < capacity; ++i) clear_entry(left, i, level);
    move_entries(above, at + 2, above, at + 1, above.count - at - 1, 1);
    above.keys[at + 1] = right->keys[0];
    above.children[at + 1] = std::move(right);
    ++above.count;
    refresh_children(above, at, level);
  }

  static void refresh_child(Inner& above, std::uint32_t at, int level) {
    if constexpr (has_total) above.totals[at] = total_of(*above.children[at], level);
  }
  static void refresh_children(Inner& above, std::uint32_t at, int level) {
    refresh_child(above, at, level);
    refresh_child(above, at + 1, level);
  }

  template <typename Probe>
  static void refresh_below(Node& node, int level, const Probe& key) {
    if (level == 0) return;
    Inner& inner = as_inner(node);
    const std::uint32_t at = child_of(inner, key);
    refresh_below(*inner.children[at], level - 1, key);
    refresh_child(inner, at, level - 1);
  }

  static Total total_of(const Node& node, int level) {
    Total total;
    for (std::uint32_t i = 0; i < node.count; ++i) {
      if (level == 0) {
        total.add(as_leaf(node).values[i]);
      } else {
        total.add(as_inner(node).totals[i]);
      }
    }
    return total;
  }

  // Null bounds are those that everything below the node keeps.
  template <typename Probe>
  static void add_below(const Node& node, int level, const Probe* from, const Probe* to,
                        Total& total) {
    if (level == 0) {
      const Leaf& leaf = as_leaf(node);
      const std::uint32_t first = from == nullptr ? 0 : lower_bound(leaf, *from);
      const std::uint32_t end = to == nullptr ? leaf.count : lower_bound(leaf, *to);
      for (std::uint32_t i = first; i < end; ++i) total.add(leaf.values[i]);
      return;
    }
    const Inner& inner = as_inner(node);
    const std::uint32_t first = from == nullptr ? 0 : child_of(inner, *from);
    const std::uint32_t last = to == nullptr ? inner.count - 1 : child_of(inner, *to);
    for (std::uint32_t i = first; i <= last; ++i) {
      const Probe* const lower = i == first ? from : nullptr;
      const Probe* const upper = i == last ? to : nullptr;
      if (lower == nullptr && upper == nullptr) {
        total.add(inner.totals[i]);
      } else {
        add_below(*inner.children[i], level - 1, lower, upper, total);
      }
    }
  }

  void set_in(Leaf& leaf, Key key, Value value) {
    const std::uint32_t at = lower_bound(leaf, key);
    if (at < leaf.count && !less(key, leaf.keys[at])) {
      leaf.values[at] = std::move(value);
      return;
    }
    move_entries(leaf, at + 1, leaf, at, leaf.count - at, 0);
    leaf.keys[at] = std::move(key);
    leaf.values[at] = std::move(value);
    ++leaf.count;
    ++size_;
  }

  template <typename Probe>
  static void erase_below(NodePtr& node, int level, const Probe& key) {
    own(node, level);
    if (level == 0) return remove_entry(*node, lower_bound(*node, key), 0);
    Inner& inner = as_inner(*node);
    const std::uint32_t at = child_of(inner, key);
    erase_below(inner.children[at], level - 1, key);
    const std::uint32_t left = inner.children[at]->count;
    if (left == 0) return remove_entry(inner, at, level);
    refresh_child(inner, at, level - 1);
    if (left < scarce && inner.count > 1) join(inner, at == 0 ? 0 : at - 1, level - 1);
  }

  // Evens out the children `at` and `at + 1`, or makes one of them where one is enough.
  static void join(Inner& above, std::uint32_t at, int level) {
    own(above.children[at], level);
    own(above.children[at + 1], level);
    Node& left = *above.children[at];
    Node& right = *above.children[at + 1];
    const std::uint32_t total = left.count + right.count;
    if (level > 0) right.keys[0] = above.keys[at + 1];
    if (total <= capacity) {
      move_entries(left, left.count, right, 0, right.count, level);
      left.count = total;
      remove_entry(above, at + 1, 1);
      return refresh_child(above, at, level);
    }
    const std::uint32_t kept = total / 2;
    if (left.count < kept) {
      const std::uint32_t moved = kept - left.count;
      move_entries(left, left.count, right, 0, moved, level);
      move_entries(right, 0, right, moved, right.count - moved, level);
      for (std::uint32_t i = right.count - moved; i < right.count; ++i)
        clear_entry(right, i, level);
    } else {
      const std::uint32_t moved = left.count - kept;
      move_entries(right, moved, right, 0, right.count, level);
      move_entries(right, 0, left, kept, moved, level);
      for (std::uint32_t i = kept; i < left.count; ++i) clear_entry(left, i, level);
    }
    left.count = kept;
    right.count = total - kept;
    above.keys[at + 1] = right.keys[0];
    refresh_children(above, at, level);
  }

  // False when the visitor stopped. `from` is null where everything is wanted.
  template <typename Probe, typename Visitor>
  static bool ascend_below(const Node& node, int level, const Probe* from, Visitor& visit) {
    if (level == 0) {
      const Leaf& leaf = as_leaf(node);
      for (std::uint32_t i = from == nullptr ? 0 : lower_bound(leaf, *from); i < leaf.count; ++i) {
        if (!visit(leaf.keys[i], leaf.values[i])) return false;
      }
      return true;
    }
    const Inner& inner = as_inner(node);
    for (std::uint32_t i = from == nullptr ? 0 : child_of(inner, *from); i < inner.count; ++i) {
      if (!ascend_below(*inner.children[i], level - 1, from, visit)) return false;
      from = nullptr;
    }
    return true;
  }

  template <typename Probe, typename Visitor>
  static bool descend_below(const Node& node, int level, const Probe* from, Visitor& visit) {
    if (level == 0) {
      const Leaf& leaf = as_leaf(node);
      for (std::uint32_t i = from == nullptr ? leaf.count : upper_bound(leaf, *from, 0); i-- > 0;) {
        if (!visit(leaf.keys[i], leaf.values[i])) return false;
      }
      return true;
    }
    const Inner& inner = as_inner(node);
    for (std::uint32_t i = from == nullptr ? inner.count : child_of(inner, *from) + 1; i-- > 0;) {
      if (!descend_below(*inner.children[i], level - 1, from, visit)) return false;
      from = nullptr;
    }
    return true;
  }

  NodePtr root_;
  int height_ = 0;
  std::size_t size_ = 0;
};

}  // namespace okapi::store
