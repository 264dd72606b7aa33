#include "store/told.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace okapi::store {
namespace {

constexpr std::string_view event = "event";

std::size_t documents_of(std::span<const Stretch::Count> counts, std::string_view kind) {
  const auto found = std::ranges::find(counts, kind, &Stretch::Count::kind);
  return found == counts.end() ? 0 : found->documents;
}

}  // namespace

std::size_t Told::count(std::string_view kind) const { return documents_of(counts_, kind); }

Told::Part Told::part_at(std::uint64_t number) const {
  Part found;
  parts_.descend(number, [&](std::uint64_t first, const auto& stretch) {
    if (number - first < stretch->width(first)) found = {.first = first, .of = stretch};
    return false;
  });
  return found;
}

bool Told::holds(std::string_view kind, const Part& part) const {
  if (kind == event && part.first < events_from_) return false;
  return documents_of(part.of->counts(part.first), kind) > 0;
}

bool Told::is_visible(const Document& document) const {
  return hidden_.find(document.sequence()) == nullptr;
}

Document Told::newest(Document written) const {
  const Change* change = changes_.find(written.sequence());
  return change == nullptr || !change->stands ? std::move(written)
                                              : change->by->changed(written.sequence());
}

std::vector<Document> Told::documents(std::string_view kind, std::uint64_t part) const {
  std::vector<Document> found;
  const Part of = part_at(part);
  if (of.of == nullptr || !holds(kind, of)) return found;
  for (Document& document : of.of->documents(of.first)) {
    if (document.kind() == kind && is_visible(document)) found.push_back(std::move(document));
  }
  return found;
}

Document Told::at(std::string_view kind, std::uint64_t sequence) const {
  for (const Document& document : documents(kind, sequence)) {
    if (document.sequence() == sequence) return document;
  }
  return {};
}

// The numbers that an id may have been made of: some prefixes end in a digit ("pi_3"), so the
// digits may begin one later.
std::vector<std::uint64_t> Told::numbers_of(std::string_view id) const {
  std::vector<std::uint64_t> numbers;
  const std::string_view digits = id.substr(id.rfind('_') + 1);
  for (std::size_t extra = 0; extra < 2 && extra < digits.size(); ++extra) {
    if (const auto number = number_of_id(ids_, digits.substr(extra))) numbers.push_back(*number);
  }
  return numbers;
}

Document Told::find(std::string_view kind, std::string_view id) const {
  for (const std::uint64_t number : numbers_of(id)) {
    for (const Document& document : documents(kind, number)) {
      if (document.id() == id) return document;
    }
  }
  return {};
}

bool Told::ascend(std::string_view kind, std::uint64_t from, std::uint64_t end,
                  const Visit& visit) const {
  bool goes_on = true;
  const auto tell = [&](const Part& part) {
    if (!holds(kind, part)) return true;
    for (const Document& document : documents(kind, part.first)) {
      if (document.sequence() < from || document.sequence() >= end) continue;
      goes_on = visit(document);
      if (!goes_on) return false;
    }
    return true;
  };
  // The one that holds `from` begins before it.
  if (const Part first = part_at(from); first.of != nullptr && first.first < from) {
    if (!tell(first)) return false;
  }
  if (kind == event) from = std::max(from, events_from_);
  parts_.ascend(from, [&](std::uint64_t first, const auto& stretch) {
    return first < end && tell({.first = first, .of = stretch});
  });
  return goes_on;
}

bool Told::descend(std::string_view kind, std::uint64_t from, std::uint64_t end,
                   const Visit& visit) const {
  if (kind == event) from = std::max(from, events_from_);
  if (end <= from) return true;
  bool goes_on = true;
  parts_.descend(end - 1, [&](std::uint64_t first, const auto& stretch) {
    const Part part{.first = first, .of = stretch};
    if (first + stretch->width(first) <= from) return false;
    if (!holds(kind, part)) return true;
    std::vector<Document> found = documents(kind, first);
    for (std::size_t i = found.size(); i-- > 0;) {
      if (found[i].sequence() < from || found[i].sequence() >= end) continue;
      goes_on = visit(found[i]);
      if (!goes_on) return false;
    }
    return true;
  });
  return goes_on;
}

std::vector<std::uint64_t> Told::parts_of_owner(std::uint64_t owner) const {
  std::vector<std::uint64_t> parts;
  const Change* change = changes_.find(owner);
  for (const Stretch* stretch = change == nullptr ? nullptr : change->by.get(); stretch != nullptr;
       stretch = stretch->earlier()) {
    const std::span<const std::uint64_t> its = stretch->parts();
    parts.insert(parts.end(), its.rbegin(), its.rend());
  }
  std::ranges::reverse(parts);
  return parts;
}

std::vector<std::uint64_t> Told::parts_around(std::string_view id) const {
  std::vector<std::uint64_t> parts;
  for (const std::uint64_t number : numbers_of(id)) {
    const Part part = part_at(number);
    if (part.of == nullptr) continue;
    const std::span<const std::uint64_t> its = part.of->parts();
    parts.insert(parts.end(), its.begin(), its.end());
  }
  std::ranges::sort(parts);
  return parts;
}

std::shared_ptr<const Stretch> Told::standing(std::uint64_t sequence) const {
  const Change* change = changes_.find(sequence);
  return change == nullptr || !change->stands ? nullptr : change->by;
}

std::shared_ptr<const Stretch> Told::last_of(std::uint64_t sequence) const {
  const Change* change = changes_.find(sequence);
  return change == nullptr ? nullptr : change->by;
}

std::shared_ptr<const Stretch> Told::holding(std::uint64_t number) const {
  return part_at(number).of;
}

void Told::add(std::string_view kind, std::size_t documents) {
  const auto found = std::ranges::find(counts_, kind, &Stretch::Count::kind);
  if (found != counts_.end()) {
    found->documents += documents;
  } else {
    counts_.push_back({.kind = std::string(kind), .documents = documents});
  }
}

void Told::take(std::string_view kind, std::size_t documents) {
  const auto found = std::ranges::find(counts_, kind, &Stretch::Count::kind);
  OKAPI_CHECK(found != counts_.end() && found->documents >= documents);
  found->documents -= documents;
}

void Told::tell(std::uint64_t part, std::shared_ptr<const Stretch> stretch, const IdSource& ids) {
  ids_ = ids;
  if (parts_.find(part) == nullptr) {
    for (const Stretch::Count& count : stretch->counts(part)) add(count.kind, count.documents);
  }
  parts_.set(part, std::move(stretch));
}

void Told::change(std::uint64_t sequence, std::shared_ptr<const Stretch> stretch) {
  changes_.set(sequence, {.by = std::move(stretch), .stands = true});
}

bool Told::give_up(std::string_view kind, std::uint64_t sequence) {
  if (const Change* change = changes_.find(sequence); change != nullptr && change->stands) {
    changes_.set(sequence, {.by = change->by, .stands = false});
  }
  if (!at(kind, sequence)) return false;
  hidden_.set(sequence, {});
  take(kind, 1);
  return true;
}

std::uint64_t Told::oldest_event() const {
  std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
  if (count(event) == 0) return oldest;
  parts_.ascend(events_from_, [&](std::uint64_t first, const auto& stretch) {
    if (!holds(event, {.first = first, .of = stretch})) return true;
    oldest = first;
    return false;
  });
  return oldest;
}

bool Told::forget_oldest_events() {
  const std::uint64_t oldest = oldest_event();
  const Part part = part_at(oldest);
  if (part.of == nullptr) return false;
  // Events are never written over.
  take(event, documents_of(part.of->counts(oldest), event));
  events_from_ = oldest + part.of->width(oldest);
  return true;
}

}  // namespace okapi::store
