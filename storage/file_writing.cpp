#include "storage/file_writing.hpp"

#include "storage/data_folder.hpp"

#include <fmt/format.h>

namespace troupe::storage {

namespace {
constexpr std::string_view copy_mark = ".orig-";
constexpr std::string_view temporary_mark = ".new";
constexpr int most_copies = 100; ///< with one time stamp
} // namespace

std::string temporary_name(std::string_view name) {
  return fmt::format(".{}{}", name, temporary_mark);
}

bool belongs_to(std::string_view entry, std::string_view name) noexcept {
  if (entry.starts_with(name)) {
    const auto rest = entry.substr(name.size());
    return rest.empty() || rest.starts_with(copy_mark);
  }
  return entry.size() == name.size() + 1 + temporary_mark.size() && entry.front() == '.' &&
         entry.substr(1, name.size()) == name && entry.ends_with(temporary_mark);
}

io_result<void> remove_if_there(file_system& files, file_descriptor folder, const std::string& name) {
  auto removed = files.remove_file(folder, name);
  if (!removed && is_missing(removed.error())) return {};
  return removed;
}

io_result<file_status> write_new_file(file_system& files, file_descriptor folder, const std::string& name,
                                      std::string_view bytes) {
  if (auto removed = remove_if_there(files, folder, name); !removed) return tl::unexpected(removed.error());
  auto created = files.create_file(folder, name);
  if (!created) return tl::unexpected(created.error());
  const open_file file(files, *created);
  const auto finished = [&]() -> io_result<file_status> {
    if (auto written = write_all(files, *file, bytes); !written) return tl::unexpected(written.error());
    if (auto durable = files.sync(*file); !durable) return tl::unexpected(durable.error());
    return files.status(*file);
  }();
  if (!finished) (void)files.remove_file(folder, name);
  return finished;
}

io_result<std::optional<std::string>> keep_copy(file_system& files, file_descriptor folder,
                                                const std::string& name, const std::string& stamp) {
  auto opened = files.open_file(folder, name);
  if (!opened) {
    if (is_missing(opened.error())) return std::nullopt;
    return tl::unexpected(opened.error());
  }
  const open_file original(files, *opened);
  const auto bytes = read_all(files, *original, max_file_bytes);
  if (!bytes) return tl::unexpected(bytes.error());
  for (int i = 1; i <= most_copies; ++i) {
    auto copy = fmt::format("{}{}{}", name, copy_mark, stamp);
    if (i > 1) copy += fmt::format("-{}", i);
    if (files.status(folder, copy)) continue;
    if (auto written = write_new_file(files, folder, copy, *bytes); !written)
      return tl::unexpected(written.error());
    if (auto durable = files.sync(folder); !durable) {
      (void)files.remove_file(folder, copy);
      return tl::unexpected(durable.error());
    }
    return copy;
  }
  return tl::unexpected(std::make_error_code(std::errc::file_exists));
}

} // namespace troupe::storage
