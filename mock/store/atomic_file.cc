#include "store/atomic_file.h"

#include <cerrno>
#include <filesystem>
#include <streambuf>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"

namespace okapi::store {
namespace {

[[noreturn]] void fail(const std::string& path, std::string_view remedy) {
  throw FileError(
      concat("cannot write ", path, " (", std::generic_category().message(errno), "): ", remedy));
}

// What the standard file streams do, with the descriptor at hand for fsync.
class DescriptorBuffer : public std::streambuf {
 public:
  explicit DescriptorBuffer(int fd) : fd_(fd), space_(1 << 20) {
    setp(space_.data(), space_.data() + space_.size());
  }

 protected:
  int sync() override {
    const char* from = pbase();
    while (from < pptr()) {
      const ssize_t written = ::write(fd_, from, static_cast<std::size_t>(pptr() - from));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return -1;
      from += written;
    }
    setp(space_.data(), space_.data() + space_.size());
    return 0;
  }
  int_type overflow(int_type c) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
  }

 private:
  int fd_;
  std::vector<char> space_;
};

int open_new(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

// Where a link points to is what gets replaced, not the link.
std::string followed(const std::string& path) {
  std::error_code missing;
  const std::filesystem::path real = std::filesystem::canonical(path, missing);
  return missing ? path : real.string();
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

struct AtomicFile::Parts {
  explicit Parts(const std::string& wanted)
      : path(followed(wanted)),
        temporary(concat(path, ".new-", std::to_string(::getpid()))),
        fd(open_new(temporary)),
        buffer(fd),
        stream(&buffer) {}
  std::string path;
  std::string temporary;
  int fd;
  DescriptorBuffer buffer;
  std::ostream stream;
  bool renamed = false;
};

AtomicFile::AtomicFile(const std::string& path) : parts_(std::make_unique<Parts>(path)) {
  if (parts_->fd < 0) fail(parts_->path, "is the folder there, and may okapi write to it?");
}

AtomicFile::~AtomicFile() {
  if (parts_->fd >= 0) ::close(parts_->fd);
  if (!parts_->renamed) ::unlink(parts_->temporary.c_str());
}

std::ostream& AtomicFile::stream() { return parts_->stream; }

void AtomicFile::commit() {
  Parts& parts = *parts_;
  constexpr std::string_view remedy = "make room on the disk; the file of before is untouched";
  parts.stream.flush();
  if (!parts.stream.good() || ::fsync(parts.fd) != 0) fail(parts.path, remedy);
  // The name changes only when the content is safe, and the folder is synced or the name is not.
  if (::rename(parts.temporary.c_str(), parts.path.c_str()) != 0) fail(parts.path, remedy);
  parts.renamed = true;
  const int folder = ::open(folder_of(parts.path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;  // may not be read: the rename stands all the same
  ::fsync(folder);
  ::close(folder);
}

}  // namespace okapi::store
