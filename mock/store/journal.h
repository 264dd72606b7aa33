// --journal: every change of every account on disk. Changes come in under the accounts' locks and
// cost next to nothing there, as states are values; a thread of its own turns what has gathered
// into blocks, writes them with one call and syncs once for all (group commit). Whoever answers
// waits for that outside of every lock.
//
// When the disk is full nothing is lost and nothing is promised: what could not be written is kept
// and tried again with the next change, and `kept` is false for everybody until it is there.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "store/account.h"
#include "store/journal_file.h"

namespace okapi::store {

class Journal {
 public:
  // For a person, when something begins to go wrong.
  using Say = std::function<void(const std::string& sentence)>;
  // Throws JournalError when the file is in use or may not be written. Until begin() nothing is
  // recorded.
  Journal(std::string path, std::string api_version, Say say);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  [[nodiscard]] bool has_file() const { return descriptor_->get() >= 0; }
  // See read_journal().
  std::uint64_t read(const std::function<void(std::string_view block)>& block) const;
  // Puts a new file with these blocks in the old one's place, whole or not at all, and records from
  // now on. Throws FileError or JournalError; the old file is untouched then.
  using Write = std::function<void(std::string_view block)>;
  void begin(const std::function<void(const Write& write)>& blocks);

  // In order, see Recorder.
  void add(std::string account, Change change);
  void add_beside(std::string account, std::string line);

  using Position = std::uint64_t;
  [[nodiscard]] Position position() const { return added_.load(); }
  // True when something is not on disk yet.
  [[nodiscard]] bool pending() const { return added_.load() != kept_.load(); }
  // `call` comes from any thread, perhaps at once. False: it could not be written, for now.
  void when_kept(Position position, std::function<void(bool kept)> call);
  bool wait(Position position);
  // Waits a moment when much has gathered, for whoever makes many changes without an answer. False:
  // it is still too much.
  bool make_room();
  // False when nothing can be written: a try that began after the call says so. True: all that was
  // added before the call is on disk, unless nothing was wrong; that costs nothing.
  [[nodiscard]] bool works();
  // Why, one sentence.
  [[nodiscard]] std::string trouble() const;
  // Records no more. False when what was recorded before could not all be written.
  bool stop();

 private:
  struct Entry {
    std::string account;
    Change change;
    bool is_beside = false;
  };
  struct Waiter {
    Position position;
    std::function<void(bool)> call;
  };
  void put(Entry entry);
  void run();
  [[nodiscard]] std::string write_out(std::vector<Entry> entries);
  [[nodiscard]] std::string write_and_sync();

  const std::string path_;
  const std::string api_version_;
  const Say say_;
  std::unique_ptr<JournalDescriptor> descriptor_;
  // The thread's own.
  std::string text_;        // to be written
  std::uint64_t size_ = 0;  // of the file, all of it safe
  std::string broken_;      // what no further try can mend

  std::atomic<bool> recording_ = false;
  std::atomic<bool> failing_ = false;
  std::atomic<Position> added_ = 0;
  std::atomic<Position> kept_ = 0;
  mutable std::mutex lock_;  // of all below
  std::condition_variable work_;
  std::condition_variable done_;
  std::vector<Entry> entries_;
  std::vector<Waiter> waiters_;
  std::string trouble_;
  std::uint64_t tries_begun_ = 0;
  std::uint64_t tries_ended_ = 0;
  bool try_again_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace okapi::store
