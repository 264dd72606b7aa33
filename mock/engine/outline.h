// What a document has in common with others of its kind: its text without the ids, times and names
// in which one customer differs from the next. Documents of one outline are billed alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace okapi::engine {

struct Outline {
  std::string text;
  // What was left out, by key, as it stands in the document; the views live as long as that does.
  std::vector<std::pair<std::string_view, std::string_view>> left_out;

  // The first of this key; empty when there is none.
  [[nodiscard]] std::string_view value(std::string_view key) const;
  // Without its quotes; empty for anything but a string.
  [[nodiscard]] std::string_view text_of(std::string_view key) const;
  // Zero for anything but a number.
  [[nodiscard]] std::int64_t number_of(std::string_view key) const;
  // Those of this prefix, in order.
  [[nodiscard]] std::vector<std::string> ids(std::string_view prefix) const;
  // Whether all values of the key are the same.
  [[nodiscard]] bool is_one(std::string_view key) const;
};

// Appends the outline of compact JSON to what is there. Of the values of `leave_out`, whatever
// object they stand in, the outline tells only whether they are null; `own_ids` are prefixes of an
// "id" that is left out likewise.
void append_outline(Outline& outline, std::string_view compact,
                    const std::vector<std::string_view>& leave_out,
                    const std::vector<std::string_view>& own_ids);

}  // namespace okapi::engine
