#pragma once
// The system calls that storage makes, one by one, so that tests can make any of them fail or be the last.
// Directories are handles and names have no slashes: nothing is reached through a link or a path from
// outside.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace troupe::storage {

template <class T>
using io_result = tl::expected<T, std::error_code>;

enum class file_type : std::uint8_t { regular, directory, other };

/// Enough to tell whether a file is still the one that was seen last.
struct file_status {
  file_type type = file_type::other;
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::int64_t modified_ns = 0;
  friend bool operator==(const file_status&, const file_status&) = default;
};

/// A descriptor. -1 is none.
using file_descriptor = int;

class file_system {
 public:
  file_system() = default;
  file_system(const file_system&) = delete;
  file_system& operator=(const file_system&) = delete;
  virtual ~file_system() = default;

  /// Makes the directory and those above it if missing.
  virtual io_result<void> make_root(const std::string& path) = 0;
  virtual io_result<file_descriptor> open_root(const std::string& path) = 0;

  virtual io_result<file_descriptor> open_directory(file_descriptor parent, const std::string& name) = 0;
  virtual io_result<file_descriptor> open_file(file_descriptor parent, const std::string& name) = 0;
  /// For writing; must not exist.
  virtual io_result<file_descriptor> create_file(file_descriptor parent, const std::string& name) = 0;
  /// Opens or makes a file and holds it exclusively until it is closed; the error is `operation_would_block`
  /// if somebody else holds it.
  virtual io_result<file_descriptor> open_locked(file_descriptor parent, const std::string& name) = 0;
  virtual void close(file_descriptor file) noexcept = 0;

  /// 0 at the end of the file.
  virtual io_result<std::size_t> read(file_descriptor file, std::span<char> into) = 0;
  /// May write less than it is given.
  virtual io_result<std::size_t> write(file_descriptor file, std::string_view bytes) = 0;
  /// Of a file its bytes, of a directory its entries: durable when it returns.
  virtual io_result<void> sync(file_descriptor file) = 0;

  virtual io_result<file_status> status(file_descriptor file) = 0;
  /// Of the entry itself, not of what it links to.
  virtual io_result<file_status> status(file_descriptor parent, const std::string& name) = 0;
  /// Without `.` and `..`, in no order.
  virtual io_result<std::vector<std::string>> list(file_descriptor directory) = 0;

  virtual io_result<void> make_directory(file_descriptor parent, const std::string& name) = 0;
  virtual io_result<void> rename(file_descriptor from_parent, const std::string& from,
                                 file_descriptor to_parent, const std::string& to) = 0;
  virtual io_result<void> remove_file(file_descriptor parent, const std::string& name) = 0;
  virtual io_result<void> remove_directory(file_descriptor parent, const std::string& name) = 0;
};

std::shared_ptr<file_system> real_file_system();

/// A descriptor that is closed when it goes.
class open_file {
 public:
  open_file() = default;
  open_file(file_system& files, file_descriptor descriptor) noexcept
      : files_(&files), descriptor_(descriptor) {}
  open_file(open_file&& other) noexcept
      : files_(other.files_), descriptor_(std::exchange(other.descriptor_, -1)) {}
  open_file& operator=(open_file&& other) noexcept {
    std::swap(files_, other.files_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~open_file() {
    if (descriptor_ >= 0) files_->close(descriptor_);
  }
  file_descriptor operator*() const noexcept { return descriptor_; }
  explicit operator bool() const noexcept { return descriptor_ >= 0; }

 private:
  file_system* files_ = nullptr;
  file_descriptor descriptor_ = -1;
};

/// All bytes of a regular file that is no larger than `limit`.
io_result<std::string> read_all(file_system& files, file_descriptor file, std::size_t limit);

io_result<void> write_all(file_system& files, file_descriptor file, std::string_view bytes);

} // namespace troupe::storage
