// A file that is replaced as a whole or not at all, even by kill -9 or a power cut: written beside
// the old one under another name, synced, renamed over it.
#pragma once

#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>

namespace okapi::store {

// One sentence that names the file and says what to do.
struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class AtomicFile {
 public:
  // Throws FileError when the folder cannot be written to.
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();  // without commit(): as if it had never been
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  [[nodiscard]] std::ostream& stream();
  // Throws FileError when anything could not be written; the old file is still there then.
  void commit();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace okapi::store
