#include "store/journal.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <future>
#include <utility>

#include <unistd.h>

#include "base/text.h"
#include "store/atomic_file.h"
#include "store/journal_lines.h"

namespace okapi::store {
namespace {

// Each keeps a version of its account in memory.
constexpr std::uint64_t most_waiting = 10'000;
constexpr std::chrono::milliseconds moment(500);

}  // namespace

Journal::Journal(std::string path, std::string api_version, Say say)
    : path_(std::move(path)),
      api_version_(std::move(api_version)),
      say_(std::move(say)),
      descriptor_(std::make_unique<JournalDescriptor>(path_, JournalDescriptor::Missing::is_none)) {
}

Journal::~Journal() { stop(); }

std::uint64_t Journal::read(const std::function<void(std::string_view block)>& block) const {
  return read_journal(path_, api_version_, block);
}

void Journal::begin(const std::function<void(const Write& write)>& blocks) {
  AtomicFile file(path_);
  std::string text = journal_head(api_version_);
  const auto flush = [&] {
    file.stream() << text;
    size_ += text.size();
    text.clear();
  };
  blocks([&](std::string_view block) {
    append_block(text, block, size_);
    flush();
  });
  flush();
  file.commit();
  descriptor_ = nullptr;
  descriptor_ = std::make_unique<JournalDescriptor>(path_, JournalDescriptor::Missing::is_error);
  thread_ = std::thread([this] { run(); });
  recording_ = true;
}

// --- recording

void Journal::add(std::string account, Change change) {
  put({.account = std::move(account), .change = std::move(change)});
}

void Journal::add_beside(std::string account, std::string line) {
  put({.account = std::move(account),
       .change = {.before = nullptr, .after = nullptr, .beside = std::move(line)},
       .is_beside = true});
}

void Journal::put(Entry entry) {
  if (!recording_) return;
  const std::lock_guard guard(lock_);
  entries_.push_back(std::move(entry));
  ++added_;
  work_.notify_one();
}

// --- waiting

void Journal::when_kept(Position position, std::function<void(bool kept)> call) {
  {
    const std::lock_guard guard(lock_);
    // With nothing new to write there will be no further try.
    const bool in_vain = stopping_ || (failing_ && entries_.empty());
    if (kept_ < position && !in_vain) {
      waiters_.push_back({.position = position, .call = std::move(call)});
      return;
    }
  }
  call(kept_ >= position);
}

bool Journal::wait(Position position) {
  std::promise<bool> promise;
  std::future<bool> kept = promise.get_future();
  when_kept(position, [&](bool is_kept) { promise.set_value(is_kept); });
  return kept.get();
}

bool Journal::make_room() {
  if (added_ - kept_ < most_waiting || !recording_) return true;
  std::unique_lock guard(lock_);
  return done_.wait_for(guard, moment, [&] { return added_ - kept_ < most_waiting || stopping_; });
}

bool Journal::works() {
  if (!failing_) return true;
  std::unique_lock guard(lock_);
  // One that is under way may have met the disk as it was before.
  const std::uint64_t next = tries_begun_ + 1;
  try_again_ = true;
  work_.notify_one();
  done_.wait(guard, [&] { return tries_ended_ >= next || stopping_; });
  return !failing_;
}

std::string Journal::trouble() const {
  const std::lock_guard guard(lock_);
  return trouble_;
}

bool Journal::stop() {
  recording_ = false;
  {
    const std::lock_guard guard(lock_);
    stopping_ = true;
    work_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  return !pending();
}

// --- the thread

void Journal::run() {
  std::unique_lock guard(lock_);
  for (bool ends = false; !ends;) {
    work_.wait(guard, [&] { return !entries_.empty() || try_again_ || stopping_; });
    ends = stopping_;
    try_again_ = false;
    ++tries_begun_;
    std::vector<Entry> entries = std::exchange(entries_, {});
    const Position position = added_;
    guard.unlock();
    std::string trouble = write_out(std::move(entries));
    guard.lock();
    const bool kept = trouble.empty();
    if (kept) {
      kept_ = position;
    } else if (!failing_) {
      say_(trouble);
    }
    failing_ = !kept;
    trouble_ = std::move(trouble);
    ++tries_ended_;
    std::vector<Waiter> served;
    const auto waits_on = [&](const Waiter& waiter) { return !ends && waiter.position > position; };
    const auto first = std::partition(waiters_.begin(), waiters_.end(), waits_on);
    std::move(first, waiters_.end(), std::back_inserter(served));
    waiters_.erase(first, waiters_.end());
    done_.notify_all();
    guard.unlock();
    for (Waiter& waiter : served) waiter.call(kept && waiter.position <= position);
    guard.lock();
  }
}

// What could not be written; empty when all is safe.
std::string Journal::write_out(std::vector<Entry> entries) {
  try {
    for (const Entry& entry : entries) {
      append_block(text_,
                   entry.is_beside ? beside_block(entry.account, entry.change.beside)
                                   : change_block(entry.account, entry.change),
                   size_);
    }
  } catch (const std::exception& bug) {
    // Without this change the next ones make no sense.
    broken_ = concat("a change could not be written down for the journal ", path_, " (", bug.what(),
                     "): this is a bug of okapi; start it again to go on from the last answer");
  }
  if (!broken_.empty()) return broken_;
  return text_.empty() ? std::string() : write_and_sync();
}

std::string Journal::write_and_sync() {
  const int fd = descriptor_->get();
  std::string_view left = text_;
  int failure = 0;
  while (!left.empty() && failure == 0) {
    const ssize_t written = ::write(fd, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      failure = errno;
    }
  }
  if (failure == 0 && ::fdatasync(fd) != 0) failure = errno;
  if (failure == 0) {
    size_ += text_.size();
    text_.clear();
    return {};
  }
  // Back to the last whole block: all of it is written once more, the pages of a failed sync too.
  if (::ftruncate(fd, static_cast<off_t>(size_)) != 0) failure = errno;
  return concat("cannot write the journal ", path_, " (", std::strerror(failure),
                "): make room on the disk; until then nothing is promised and every request is "
                "refused");
}

}  // namespace okapi::store
