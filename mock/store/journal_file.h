// The file of --journal: a line that says what it is, then blocks, each whole or not there. What a
// block says is journal_lines.h's business.
//
//   {"okapi_journal":1,"api_version":"2026-10-28.endive"}
//   = 0000000137 5d2c1f0a 0000000000000054 91b0c3de
//   …the 137 bytes of the block…
//
// The four numbers of a block: its size, its checksum, how much of the file was safe on disk when
// it was written, and the checksum of the three. By the third, damage is told from the end of a
// file whose last blocks were still on their way when the power went: nobody was answered for
// those.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace okapi::store {

// One sentence that names the file and says what to do.
struct JournalError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[nodiscard]] std::string journal_head(std::string_view api_version);
void append_block(std::string& out, std::string_view block, std::uint64_t safe);

// Gives every whole block, in order, to `read`. Returns how many bytes at the end are no whole
// block. Throws JournalError when the file is none of ours, damaged before what was safe, or `read`
// throws.
std::uint64_t read_journal(const std::string& path, std::string_view api_version,
                           const std::function<void(std::string_view block)>& read);

// Opened, and nobody else's as long as it is open. Throws JournalError.
class JournalDescriptor {
 public:
  enum class Missing { is_none, is_error };
  JournalDescriptor(const std::string& path, Missing missing);
  ~JournalDescriptor();
  JournalDescriptor(const JournalDescriptor&) = delete;
  JournalDescriptor& operator=(const JournalDescriptor&) = delete;

  [[nodiscard]] int get() const { return fd_; }  // -1: there is no such file

 private:
  int fd_ = -1;
};

}  // namespace okapi::store
