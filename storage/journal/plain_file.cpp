#include "storage/journal/plain_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace troupe::storage {

namespace {

class descriptor {
 public:
  descriptor(const std::filesystem::path& file, int flags, mode_t mode = 0)
      : number_(::open(file.c_str(), flags | O_CLOEXEC, mode)) {}
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int operator*() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }

 private:
  int number_;
};

failure refused(const std::filesystem::path& file) {
  return fail(ec::storage_unavailable,
              fmt::format("{}: {}", file.string(), std::system_category().message(errno)));
}

bool write_whole(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto done = ::write(file, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

} // namespace

result<std::optional<std::string>> read_plain_file(const std::filesystem::path& file, std::size_t limit) {
  const descriptor opened(file, O_RDONLY);
  if (!opened && errno == ENOENT) return std::optional<std::string>();
  struct stat status {};
  if (!opened || ::fstat(*opened, &status) != 0) return refused(file);
  const auto size = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
  const auto skipped = size > limit ? size - limit : 0;
  std::string out(size - skipped, '\0');
  std::size_t got = 0;
  while (got < out.size()) {
    const auto done = ::pread(*opened, out.data() + got, out.size() - got, static_cast<off_t>(skipped + got));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return refused(file);
    if (done == 0) break; // it became shorter meanwhile
    got += static_cast<std::size_t>(done);
  }
  out.resize(got);
  return std::optional(std::move(out));
}

result<void> append_plain_line(const std::filesystem::path& file, std::string_view line, mode_t mode) {
  const descriptor opened(file, O_RDWR | O_APPEND | O_CREAT, mode);
  struct stat status {};
  if (!opened || ::fstat(*opened, &status) != 0) return refused(file);
  std::string bytes;
  char last = '\n';
  if (status.st_size > 0 && ::pread(*opened, &last, 1, status.st_size - 1) == 1 && last != '\n')
    bytes += '\n';
  bytes += line;
  bytes += '\n';
  if (!write_whole(*opened, bytes)) return refused(file);
  return {};
}

result<void> write_plain_file(const std::filesystem::path& file, std::string_view bytes, mode_t mode) {
  auto temporary = file;
  temporary += ".new";
  ::unlink(temporary.c_str()); // of a start that ended here
  {
    const descriptor opened(temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (!opened || ::fchmod(*opened, mode) != 0 || !write_whole(*opened, bytes) || ::fsync(*opened) != 0)
      return refused(temporary);
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) return refused(file);
  return sync_folder(file.parent_path());
}

result<void> sync_folder(const std::filesystem::path& folder) {
  const descriptor opened(folder, O_RDONLY | O_DIRECTORY);
  if (!opened || ::fsync(*opened) != 0) return refused(folder);
  return {};
}

} // namespace troupe::storage
