#include "storage/file_system.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::storage {

namespace {

tl::unexpected<std::error_code> failed() {
  return tl::unexpected(std::error_code(errno, std::generic_category()));
}

/// Repeats a call that a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
  auto outcome = call();
  while (outcome < 0 && errno == EINTR) outcome = call();
  return outcome;
}

template <class Call>
io_result<void> done(Call call) {
  if (uninterrupted(call) < 0) return failed();
  return {};
}

template <class Call>
io_result<file_descriptor> opened(Call call) {
  const int descriptor = uninterrupted(call);
  if (descriptor < 0) return failed();
  return descriptor;
}

file_status from_stat(const struct stat& s) {
  file_status status;
  status.type = S_ISREG(s.st_mode)   ? file_type::regular
                : S_ISDIR(s.st_mode) ? file_type::directory
                                     : file_type::other;
  status.size = static_cast<std::uint64_t>(s.st_size);
  status.inode = s.st_ino;
  status.modified_ns = std::int64_t{s.st_mtim.tv_sec} * 1'000'000'000 + s.st_mtim.tv_nsec;
  return status;
}

constexpr mode_t file_mode = 0666; // less what the umask takes away
constexpr mode_t directory_mode = 0777;

class posix_file_system final : public file_system {
 public:
  io_result<void> make_root(const std::string& path) override {
    std::error_code code;
    std::vector<std::filesystem::path> parents; // of what is made, whose entries must become durable
    auto missing = std::filesystem::absolute(path, code).lexically_normal();
    if (!missing.has_filename()) missing = missing.parent_path();
    for (; !code && !std::filesystem::exists(missing, code) && !code; missing = missing.parent_path())
      parents.push_back(missing.parent_path());
    if (!code) std::filesystem::create_directories(path, code);
    if (code) return tl::unexpected(code);
    for (const auto& parent : parents)
      if (auto durable = sync_directory(parent); !durable) return durable;
    return {};
  }
  io_result<file_descriptor> open_root(const std::string& path) override {
    return opened([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  }
  io_result<file_descriptor> open_directory(file_descriptor parent, const std::string& name) override {
    return opened(
        [&] { return ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); });
  }
  io_result<file_descriptor> open_file(file_descriptor parent, const std::string& name) override {
    // Not blocking: opening a pipe would wait for its other end.
    return opened(
        [&] { return ::openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); });
  }
  io_result<file_descriptor> create_file(file_descriptor parent, const std::string& name) override {
    return opened([&] {
      return ::openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode);
    });
  }
  io_result<file_descriptor> open_locked(file_descriptor parent, const std::string& name) override {
    auto file = opened([&] { return ::openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC); });
    if (!file && file.error() == std::errc::no_such_file_or_directory)
      file = opened([&] {
        return ::openat(parent, name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, file_mode);
      });
    if (!file) return file;
    if (uninterrupted([&] { return ::flock(*file, LOCK_EX | LOCK_NB); }) == 0) return file;
    const auto error = failed();
    ::close(*file);
    return error;
  }
  void close(file_descriptor file) noexcept override { ::close(file); }

  io_result<std::size_t> read(file_descriptor file, std::span<char> into) override {
    const auto count = uninterrupted([&] { return ::read(file, into.data(), into.size()); });
    if (count < 0) return failed();
    return static_cast<std::size_t>(count);
  }
  io_result<std::size_t> write(file_descriptor file, std::string_view bytes) override {
    const auto count = uninterrupted([&] { return ::write(file, bytes.data(), bytes.size()); });
    if (count < 0) return failed();
    return static_cast<std::size_t>(count);
  }
  io_result<void> sync(file_descriptor file) override {
    return done([&] { return ::fsync(file); });
  }

  io_result<file_status> status(file_descriptor file) override {
    struct stat s {};
    if (::fstat(file, &s) < 0) return failed();
    return from_stat(s);
  }
  io_result<file_status> status(file_descriptor parent, const std::string& name) override {
    struct stat s {};
    if (::fstatat(parent, name.c_str(), &s, AT_SYMLINK_NOFOLLOW) < 0) return failed();
    return from_stat(s);
  }
  io_result<std::vector<std::string>> list(file_descriptor directory) override {
    // The stream takes the descriptor over, and a copy by dup would share its position.
    const int own =
        uninterrupted([&] { return ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (own < 0) return failed();
    DIR* stream = ::fdopendir(own);
    if (!stream) {
      const auto error = failed();
      ::close(own);
      return error;
    }
    std::vector<std::string> names;
    errno = 0;
    while (const auto* entry = ::readdir(stream)) {
      const std::string_view name(entry->d_name);
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    const int problem = errno;
    ::closedir(stream);
    if (problem != 0) return tl::unexpected(std::error_code(problem, std::generic_category()));
    return names;
  }

  io_result<void> make_directory(file_descriptor parent, const std::string& name) override {
    return done([&] { return ::mkdirat(parent, name.c_str(), directory_mode); });
  }
  io_result<void> rename(file_descriptor from_parent, const std::string& from, file_descriptor to_parent,
                         const std::string& to) override {
    return done([&] { return ::renameat(from_parent, from.c_str(), to_parent, to.c_str()); });
  }
  io_result<void> remove_file(file_descriptor parent, const std::string& name) override {
    return done([&] { return ::unlinkat(parent, name.c_str(), 0); });
  }
  io_result<void> remove_directory(file_descriptor parent, const std::string& name) override {
    return done([&] { return ::unlinkat(parent, name.c_str(), AT_REMOVEDIR); });
  }

 private:
  io_result<void> sync_directory(const std::filesystem::path& path) {
    const auto directory = open_root(path.string());
    if (!directory) return tl::unexpected(directory.error());
    const auto durable = sync(*directory);
    close(*directory);
    return durable;
  }
};

} // namespace

std::shared_ptr<file_system> real_file_system() {
  return std::make_shared<posix_file_system>();
}

io_result<std::string> read_all(file_system& files, file_descriptor file, std::size_t limit) {
  const auto status = files.status(file);
  if (!status) return tl::unexpected(status.error());
  if (status->type == file_type::directory)
    return tl::unexpected(std::make_error_code(std::errc::is_a_directory));
  if (status->type != file_type::regular)
    return tl::unexpected(std::make_error_code(std::errc::invalid_argument));
  std::string bytes;
  std::size_t size = 0;
  bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(status->size, limit)) + 1);
  while (true) {
    const auto count = files.read(file, std::span(bytes).subspan(size));
    if (!count) return tl::unexpected(count.error());
    size += *count;
    if (size > limit) return tl::unexpected(std::make_error_code(std::errc::file_too_large));
    if (*count == 0) break;
    if (size == bytes.size()) bytes.resize(bytes.size() * 2);
  }
  bytes.resize(size);
  return bytes;
}

io_result<void> write_all(file_system& files, file_descriptor file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = files.write(file, bytes);
    if (!count) return tl::unexpected(count.error());
    if (*count == 0) return tl::unexpected(std::make_error_code(std::errc::io_error));
    bytes.remove_prefix(*count);
  }
  return {};
}

} // namespace troupe::storage
