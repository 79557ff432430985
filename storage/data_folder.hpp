#pragma once
// DATA_DIR: reading its files, and replacing one or several of them as one step. Internal to storage.

#include "protocol/error.hpp"
#include "storage/change_intent.hpp"
#include "storage/file_system.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// The largest file that is read.
inline constexpr std::size_t max_file_bytes = 256U << 20U;

struct stored_file {
  std::string bytes;
  file_status status;
};

/// What a file shall hold from now on.
struct file_change {
  data_path path;
  std::string_view bytes;
  std::string copy_stamp; ///< not empty: what is there now is kept as `NAME.orig-STAMP`
};

struct replaced_files {
  std::vector<file_status> statuses; ///< of the files as they are now, in the order of the changes
  std::vector<std::string> copies;   ///< what was kept of each, relative to DATA_DIR; empty: nothing
  bool finished = true;              ///< false: decided, but not all in place yet; `settle` goes on
  std::vector<std::string> notes;
};

struct replace_failure {
  error why;
  bool visible = false; ///< the new bytes may be in place nevertheless: they must be replaced again
  std::vector<std::string> copies; ///< that are kept then, as in `replaced_files`
};

class data_folder {
 public:
  /// Makes the folder if missing, takes the lock and finishes or discards an interrupted change.
  /// A file that somebody changed in between is left as it is.
  static result<data_folder> open(const std::filesystem::path& path, std::shared_ptr<file_system> files);

  /// For reading only, without a lock; sees an interrupted change as finished.
  static result<data_folder> view(const std::filesystem::path& path, std::shared_ptr<file_system> files);

  const std::string& path() const noexcept { return path_; }
  const std::vector<std::string>& notes() const noexcept { return notes_; }

  /// Nothing if there is no such file.
  io_result<std::optional<stored_file>> read(const data_path& path) const;
  io_result<std::optional<file_status>> status(const data_path& path) const;

  /// Durable when it returns; all or nothing. The folders must exist.
  tl::expected<replaced_files, replace_failure> replace(std::span<const file_change> changes);

  /// Finishes a change that was decided and isn't in place yet.
  io_result<void> settle();

  /// What names there are in the folder is durable when it returns.
  io_result<void> make_durable(const std::string& folder) const;

  /// A file of the server's own in `.troupe`; nothing if there is none.
  io_result<std::optional<std::string>> read_own(const std::string& name, std::size_t limit) const;
  /// Replaced as one step; durable when it returns.
  io_result<void> write_own(const std::string& name, std::string_view bytes);

  /// The names of the folders at the top that are no links.
  io_result<std::vector<std::string>> folders() const;
  /// Whether the folder is there and can be searched. @returns false if there is none (or it is a link or
  /// file)
  io_result<bool> readable(const std::string& folder) const;
  io_result<std::vector<std::string>> entries(const std::string& folder) const;

  /// A new folder with these files appears at once, or not at all.
  io_result<void> make_folder(const std::string& folder,
                              std::span<const std::pair<std::string, std::string>> files);
  /// It disappears at once, then what is in it is removed. It may hold files only.
  io_result<void> remove_folder(const std::string& folder);

 private:
  struct folder_handle {
    std::string folder;
    open_file handle;
  };
  struct prepared_file {
    data_path path;
    file_descriptor folder = -1;
    std::optional<file_status> before;
    file_status after;
    std::string copy; ///< name of the copy that was left
  };
  class transaction;

  data_folder(std::string path, std::shared_ptr<file_system> files)
      : path_(std::move(path)), files_(std::move(files)) {}

  io_result<open_file> open_top() const;
  io_result<open_file> open_folder(const std::string& folder) const;
  io_result<open_file> open_own() const; ///< `.troupe`
  result<void> lock();
  void recover();
  void read_intent();
  io_result<void> finish_file(const intended_file& file);
  io_result<void> write_intent(const std::string& bytes);
  io_result<void> drop_intent();
  void clear_leftovers();

  std::string path_;
  std::shared_ptr<file_system> files_;
  open_file lock_;
  std::vector<std::string> notes_;
  std::vector<intended_file> pending_; ///< decided, durable in the intent, but not yet all in place
  bool intent_left_ = false;           ///< an intent may be on disk that must be gone before the next change
};

/// `NAME: can't be written: No space left on device`.
error storage_error(std::string_view what, std::string_view action, const std::error_code& code);

} // namespace troupe::storage
