#include "store/journal_file.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/json.h"
#include "base/text.h"

namespace okapi::store {
namespace {

constexpr std::int64_t format = 1;
constexpr std::string_view mark = "= ";
constexpr std::size_t numbers_size = mark.size() + 10 + 1 + 8 + 1 + 16;  // what the last one sums
constexpr std::size_t head_size = numbers_size + 1 + 8 + 1;

std::uint32_t checksum(std::string_view text) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(text.data()), text.size()));
}

template <typename Number>
std::optional<Number> number_in(std::string_view digits, int base) {
  Number number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, number, base);
  return error == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

struct Block {
  std::string_view text;
  std::uint64_t safe = 0;
};

// The whole block that begins there.
std::optional<Block> block_at(std::string_view file, std::size_t at) {
  if (file.size() - at < head_size) return std::nullopt;
  const std::string_view head = file.substr(at, head_size);
  if (!head.starts_with(mark) || head[numbers_size] != ' ' || head.back() != '\n') {
    return std::nullopt;
  }
  const auto own_sum = number_in<std::uint32_t>(head.substr(numbers_size + 1, 8), 16);
  if (own_sum != checksum(head.substr(0, numbers_size))) return std::nullopt;
  const auto size = number_in<std::uint64_t>(head.substr(2, 10), 10);
  const auto sum = number_in<std::uint32_t>(head.substr(13, 8), 16);
  const auto safe = number_in<std::uint64_t>(head.substr(22, 16), 10);
  if (!size || !sum || !safe || *size > file.size() - at - head_size) return std::nullopt;
  const std::string_view text = file.substr(at + head_size, *size);
  if (checksum(text) != *sum) return std::nullopt;
  return Block{.text = text, .safe = *safe};
}

// Whether something behind was written when this place was safe already.
bool was_safe(std::string_view file, std::size_t place) {
  for (std::size_t at = file.find(mark, place); at != file.npos; at = file.find(mark, at + 1)) {
    const std::optional<Block> block = block_at(file, at);
    if (block && block->safe > place) return true;
  }
  return false;
}

// The file's bytes, mapped.
class Content {
 public:
  explicit Content(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat about = {};
    if (fd_ < 0 || ::fstat(fd_, &about) != 0) fail(path, std::strerror(errno));
    size_ = static_cast<std::size_t>(about.st_size);
    if (!S_ISREG(about.st_mode)) fail(path, "it is no file");
    if (size_ == 0) fail(path, "it is empty");
    bytes_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd_, 0);
    if (bytes_ == MAP_FAILED) fail(path, std::strerror(errno));
  }
  ~Content() {
    if (bytes_ != MAP_FAILED) ::munmap(bytes_, size_);
    if (fd_ >= 0) ::close(fd_);
  }
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;
  [[nodiscard]] std::string_view text() const { return {static_cast<char*>(bytes_), size_}; }

 private:
  [[noreturn]] static void fail(const std::string& path, std::string_view reason) {
    throw JournalError(concat("cannot read the journal ", path, " (", reason,
                              "): name a file that okapi wrote, or one that is not there yet"));
  }
  int fd_;
  std::size_t size_ = 0;
  void* bytes_ = MAP_FAILED;
};

// The end of the line that says what the file is.
std::size_t read_head(std::string_view file, const std::string& path,
                      std::string_view api_version) {
  constexpr std::size_t longest = 200;
  const std::size_t end = file.substr(0, longest).find('\n');
  const Json head = end == file.npos ? Json() : Json::parse(file.substr(0, end), nullptr, false);
  const Json written = head.is_object() ? head.value("okapi_journal", Json()) : Json();
  const Json version = head.is_object() ? head.value("api_version", Json()) : Json();
  if (!written.is_number_integer() || !version.is_string()) {
    throw JournalError(concat(path,
                              " is not a journal of okapi; name a file that okapi wrote, or one "
                              "that is not there yet"));
  }
  if (written.get<std::int64_t>() > format) {
    throw JournalError(concat(path, " was written by a newer okapi (format ", written.dump(),
                              ", this one reads ", std::to_string(format),
                              "); use that one, or another file"));
  }
  if (version.get_ref<const std::string&>() != api_version) {
    throw JournalError(concat(path, " holds objects of API version ",
                              version.get_ref<const std::string&>(),
                              " and this okapi keeps those of ", api_version,
                              "; use the okapi that wrote it, or another file"));
  }
  return end + 1;
}

}  // namespace

std::string journal_head(std::string_view api_version) {
  return concat(R"({"okapi_journal":)", std::to_string(format), R"(,"api_version":")", api_version,
                "\"}\n");
}

void append_block(std::string& out, std::string_view block, std::uint64_t safe) {
  char head[head_size + 1];
  std::snprintf(head, sizeof head, "= %010zu %08x %016llu", block.size(), checksum(block),
                static_cast<unsigned long long>(safe));
  std::snprintf(head + numbers_size, sizeof head - numbers_size, " %08x\n",
                checksum({head, numbers_size}));
  out.append(head, head_size);
  out.append(block);
}

std::uint64_t read_journal(const std::string& path, std::string_view api_version,
                           const std::function<void(std::string_view block)>& read) {
  const Content content(path);
  const std::string_view file = content.text();
  std::size_t at = read_head(file, path, api_version);
  while (const std::optional<Block> block = block_at(file, at)) {
    try {
      read(block->text);
    } catch (const std::exception& error) {
      throw JournalError(concat(path, ", byte ", std::to_string(at), ": ", error.what(),
                                "; take another copy of the file, or name another one"));
    }
    at += head_size + block->text.size();
  }
  if (at < file.size() && was_safe(file, at)) {
    throw JournalError(concat(path, " is damaged at byte ", std::to_string(at),
                              ", and what comes behind it is whole; take another copy of the file, "
                              "or name another one"));
  }
  return file.size() - at;
}

JournalDescriptor::JournalDescriptor(const std::string& path, Missing missing) {
  for (;;) {
    fd_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd_ < 0 && errno == ENOENT && missing == Missing::is_none) return;
    if (fd_ < 0) {
      throw JournalError(concat("cannot open the journal ", path, " (", std::strerror(errno),
                                "): may okapi write to it?"));
    }
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      ::close(fd_);
      throw JournalError(concat("the journal ", path,
                                " is in use; stop the okapi that has it, or name another file"));
    }
    // Another one may have put a new file in its place between the two calls.
    struct stat opened = {};
    struct stat named = {};
    if (::fstat(fd_, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
        opened.st_ino == named.st_ino && opened.st_dev == named.st_dev) {
      return;
    }
    ::close(fd_);
    fd_ = -1;
  }
}

JournalDescriptor::~JournalDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace okapi::store
