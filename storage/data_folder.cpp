#include "storage/data_folder.hpp"

#include "storage/file_writing.hpp"
#include "storage/show_files.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

const std::string own_folder = ".troupe";
const std::string lock_name = "lock";
const std::string intent_name = "change";
const std::string arriving_folder = "arriving"; ///< a show's folder before it appears
const std::string leaving_folder = "leaving";   ///< a show's folder after it disappeared

bool no_such_folder(const std::error_code& code) {
  return is_missing(code) || code == std::errc::not_a_directory ||
         code == std::errc::too_many_symbolic_link_levels;
}

/// Removes a folder of files. What can't be removed stays for the next time.
void remove_tree(file_system& files, file_descriptor parent, const std::string& name) {
  if (auto opened = files.open_directory(parent, name)) {
    const open_file folder(files, *opened);
    if (const auto names = files.list(*folder))
      for (const auto& each : *names) (void)files.remove_file(*folder, each);
    (void)files.remove_directory(parent, name);
  }
}

} // namespace

error storage_error(std::string_view what, std::string_view action, const std::error_code& code) {
  auto why = code.message();
  if (code == std::errc::too_many_symbolic_link_levels) why = "it is a symbolic link";
  if (code == std::errc::invalid_argument) why = "it is not a regular file";
  return error{ec::storage_unavailable, fmt::format("{} can't be {}: {}", what, action, why), {}};
}

result<data_folder> data_folder::open(const std::filesystem::path& path, std::shared_ptr<file_system> files) {
  data_folder folder(path.string(), std::move(files));
  if (auto made = folder.files_->make_root(folder.path_); !made)
    return tl::unexpected(storage_error(folder.path_, "made", made.error()));
  if (auto locked = folder.lock(); !locked) return tl::unexpected(locked.error());
  folder.clear_leftovers();
  folder.recover();
  return folder;
}

result<data_folder> data_folder::view(const std::filesystem::path& path, std::shared_ptr<file_system> files) {
  data_folder folder(path.string(), std::move(files));
  const auto top = folder.open_top();
  if (!top && no_such_folder(top.error()))
    return fail(ec::not_found, fmt::format("there is no folder {}", folder.path_));
  if (!top) return tl::unexpected(storage_error(folder.path_, "read", top.error()));
  folder.read_intent();
  return folder;
}

io_result<open_file> data_folder::open_top() const {
  auto opened = files_->open_root(path_);
  if (!opened) return tl::unexpected(opened.error());
  return open_file(*files_, *opened);
}

io_result<open_file> data_folder::open_folder(const std::string& folder) const {
  auto top = open_top();
  if (!top || folder.empty()) return top;
  auto opened = files_->open_directory(**top, folder);
  if (!opened) return tl::unexpected(opened.error());
  return open_file(*files_, *opened);
}

io_result<open_file> data_folder::open_own() const {
  auto own = open_folder(own_folder);
  if (own || !is_missing(own.error())) return own;
  const auto top = open_top();
  if (!top) return tl::unexpected(top.error());
  if (auto made = files_->make_directory(**top, own_folder); !made) return tl::unexpected(made.error());
  if (auto durable = files_->sync(**top); !durable) return tl::unexpected(durable.error());
  return open_folder(own_folder);
}

/// A disk that takes no lock file takes no changes either, and is opened without: the show must go on.
result<void> data_folder::lock() {
  if (const auto top = open_top(); !top) return tl::unexpected(storage_error(path_, "read", top.error()));
  const auto own = open_own();
  auto locked = own ? files_->open_locked(**own, lock_name) : tl::unexpected(own.error());
  if (locked) {
    lock_ = open_file(*files_, *locked);
    return {};
  }
  if (locked.error() == std::errc::operation_would_block)
    return fail(ec::storage_unavailable, fmt::format("another server is using {}", path_));
  notes_.push_back(storage_error(path_, "locked", locked.error()).message);
  return {};
}

void data_folder::clear_leftovers() {
  if (const auto own = open_folder(own_folder)) {
    remove_tree(*files_, **own, arriving_folder);
    remove_tree(*files_, **own, leaving_folder);
  }
}

void data_folder::read_intent() {
  const auto bytes = read_own(intent_name, 2 * max_file_bytes);
  if (!bytes) {
    intent_left_ = true;
    notes_.push_back(storage_error("an interrupted change", "read", bytes.error()).message);
    return;
  }
  if (!*bytes) return;
  intent_left_ = true;
  if (auto intent = decode_intent(**bytes))
    pending_ = std::move(*intent);
  else
    notes_.emplace_back("an interrupted change was not complete and is discarded");
}

io_result<std::optional<std::string>> data_folder::read_own(const std::string& name,
                                                            std::size_t limit) const {
  const auto own = open_folder(own_folder);
  const auto opened = own ? files_->open_file(**own, name) : tl::unexpected(own.error());
  if (!opened) {
    if (no_such_folder(opened.error())) return std::nullopt;
    return tl::unexpected(opened.error());
  }
  const open_file file(*files_, *opened);
  auto bytes = read_all(*files_, *file, limit);
  if (!bytes) return tl::unexpected(bytes.error());
  return std::move(*bytes);
}

io_result<void> data_folder::write_own(const std::string& name, std::string_view bytes) {
  const auto own = open_own();
  if (!own) return tl::unexpected(own.error());
  const auto temporary = temporary_name(name);
  if (auto written = write_new_file(*files_, **own, temporary, bytes); !written)
    return tl::unexpected(written.error());
  if (auto moved = files_->rename(**own, temporary, **own, name); !moved) {
    (void)files_->remove_file(**own, temporary);
    return moved;
  }
  return files_->sync(**own);
}

io_result<void> data_folder::make_durable(const std::string& folder) const {
  const auto opened = open_folder(folder);
  if (!opened) return tl::unexpected(opened.error());
  return files_->sync(**opened);
}

void data_folder::recover() {
  read_intent();
  if (!pending_.empty()) notes_.emplace_back("a change to several files was interrupted and is finished now");
  // Until that succeeds the files are read as if it had, and no other change is made.
  if (auto settled = settle(); !settled)
    notes_.push_back(storage_error("the interrupted change", "finished", settled.error()).message);
}

io_result<std::optional<stored_file>> data_folder::read(const data_path& path) const {
  for (const auto& file : pending_)
    if (file.path == path) return stored_file{file.bytes, {}};
  const auto folder = open_folder(path.folder);
  if (!folder) return tl::unexpected(folder.error());
  const auto opened = files_->open_file(**folder, path.name);
  if (!opened) {
    if (is_missing(opened.error())) return std::nullopt;
    return tl::unexpected(opened.error());
  }
  const open_file file(*files_, *opened);
  const auto status = files_->status(*file);
  if (!status) return tl::unexpected(status.error());
  auto bytes = read_all(*files_, *file, max_file_bytes);
  if (!bytes) return tl::unexpected(bytes.error());
  return stored_file{std::move(*bytes), *status};
}

io_result<std::optional<file_status>> data_folder::status(const data_path& path) const {
  const auto folder = open_folder(path.folder);
  if (!folder) return tl::unexpected(folder.error());
  const auto status = files_->status(**folder, path.name);
  if (status) return *status;
  if (is_missing(status.error())) return std::nullopt;
  return tl::unexpected(status.error());
}

io_result<std::vector<std::string>> data_folder::folders() const {
  const auto top = open_top();
  if (!top) return tl::unexpected(top.error());
  auto names = files_->list(**top);
  if (!names) return names;
  std::erase_if(*names, [&](const std::string& name) {
    const auto status = files_->status(**top, name);
    return !status || status->type != file_type::directory;
  });
  return names;
}

io_result<bool> data_folder::readable(const std::string& folder) const {
  const auto opened = open_folder(folder);
  if (!opened && no_such_folder(opened.error())) return false;
  if (!opened) return tl::unexpected(opened.error());
  // Opening asks for the right to read; only using a name in it asks for the right to search.
  if (auto names = files_->list(**opened); !names) return tl::unexpected(names.error());
  if (auto self = files_->status(**opened, "."); !self) return tl::unexpected(self.error());
  return true;
}

io_result<std::vector<std::string>> data_folder::entries(const std::string& folder) const {
  const auto opened = open_folder(folder);
  if (!opened) return tl::unexpected(opened.error());
  return files_->list(**opened);
}

io_result<void> data_folder::make_folder(const std::string& folder,
                                         std::span<const std::pair<std::string, std::string>> files) {
  const auto top = open_top();
  if (!top) return tl::unexpected(top.error());
  const auto own = open_own();
  if (!own) return tl::unexpected(own.error());
  remove_tree(*files_, **own, arriving_folder);
  const auto made = [&]() -> io_result<void> {
    if (auto created = files_->make_directory(**own, arriving_folder); !created) return created;
    const auto opened = files_->open_directory(**own, arriving_folder);
    if (!opened) return tl::unexpected(opened.error());
    const open_file arriving(*files_, *opened);
    for (const auto& [name, bytes] : files)
      if (auto written = write_new_file(*files_, *arriving, name, bytes); !written)
        return tl::unexpected(written.error());
    if (auto durable = files_->sync(*arriving); !durable) return durable;
    if (auto moved = files_->rename(**own, arriving_folder, **top, folder); !moved) return moved;
    if (auto durable = files_->sync(**top); !durable) {
      (void)files_->rename(**top, folder, **own, arriving_folder);
      return durable;
    }
    return files_->sync(**own);
  }();
  if (!made) remove_tree(*files_, **own, arriving_folder);
  return made;
}

io_result<void> data_folder::remove_folder(const std::string& folder) {
  const auto top = open_top();
  if (!top) return tl::unexpected(top.error());
  const auto own = open_own();
  if (!own) return tl::unexpected(own.error());
  remove_tree(*files_, **own, leaving_folder);
  if (auto moved = files_->rename(**top, folder, **own, leaving_folder); !moved) return moved;
  auto durable = files_->sync(**top);
  if (durable) durable = files_->sync(**own);
  if (!durable) {
    (void)files_->rename(**own, leaving_folder, **top, folder);
    return durable;
  }
  remove_tree(*files_, **own, leaving_folder);
  return {};
}

} // namespace troupe::storage
