#pragma once
// The shows in DATA_DIR as YAML files (protocol, section 2): the human's form of what the journal holds. They
// follow it, and what somebody writes into them by hand is noticed. Positions are those of the journal, and
// plain numbers here.

#include "protocol/error.hpp"
#include "protocol/show_state.hpp"
#include "storage/external_edits.hpp"
#include "storage/live_edit.hpp"
#include "storage/problem.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

class file_system;

/// Whether this may be the name of a show: `[A-Za-z0-9_][A-Za-z0-9._-]{0,63}`.
bool is_show_name(std::string_view name) noexcept;

/// `fixtures.yaml` and so on; relative to the show's folder, for models to DATA_DIR.
std::string_view file_name(entity_kind kind) noexcept;

/// The same relative to DATA_DIR: `SHOW/fixtures.yaml`, `fixture-models.yaml`.
std::string file_of(entity_kind kind, std::string_view show);

/// A folder that is a show.
struct show_entry {
  std::string name;
  bool active = false; ///< it is the one that was loaded last
};

/// Where the bytes of a file come from.
enum class file_origin : std::uint8_t {
  missing_unrecorded, ///< there is no file, and none is known: it says nothing
  recorded,           ///< the server wrote it (or there was none): it is at most behind the journal
  by_hand,            ///< the server wrote a version of it, and somebody has changed or removed it since
  unrecorded          ///< nothing is known of it: the file is the show
};

struct file_standing {
  file_origin origin = file_origin::missing_unrecorded;
  std::uint64_t position = 0; ///< of the journal, that the file last showed, as recorded; 0 without a record
};

/// A show as it was found on disk, with whatever could not be taken in.
struct loaded_show {
  show_state state;
  std::array<file_standing, entity_kind_count> standing;     ///< by kind
  std::array<unloaded_entities, entity_kind_count> unloaded; ///< by kind, for `external_edits`
  /// Entities not loaded and files that don't parse. Dangling references are not among them: they depend on
  /// the state and come from `dangling_references`.
  std::vector<problem> problems;
  /// By kind: why the kind is read-only.
  std::array<std::optional<problem>, entity_kind_count> unreadable;
  std::vector<std::string> notes; ///< for the log: a demo was made, an intent finished, and so on
};

/// What `project` did beside bringing the files up to date.
struct projection_receipt {
  std::vector<std::string> written; ///< files, relative to DATA_DIR
  std::vector<live_edit> edits;     ///< that were written over now; each has its copy
  std::vector<std::string> notes;   ///< for the log: a copy was left of a file written by hand, and the like
};

/// The version of a file that somebody edited, read for `external_edits`.
struct edited_file {
  show_state found; ///< entities of this one kind
  unloaded_entities unloaded;
  std::vector<problem> problems;
};

struct show_files_options {
  std::size_t max_entities = default_max_entities; ///< per kind; surplus entities of a file are not loaded
  /// Wall time, for the names of `*.orig-<time>` copies.
  std::function<std::chrono::system_clock::time_point()> now = [] {
    return std::chrono::system_clock::now();
  };
  std::shared_ptr<file_system> files; ///< null: the real one
};

/// The show's YAML on disk. Used by one thread at a time. All errors are values.
class show_files final {
 public:
  /// Makes DATA_DIR if missing, locks it against a second server, and finishes or discards a change to
  /// several files that was interrupted. A disk that is read-only or full is no error here: `project` will
  /// say so.
  /// @returns STORAGE_UNAVAILABLE when DATA_DIR can't be made or read, or another process holds it
  static result<show_files> open(std::filesystem::path data_dir, show_files_options options = {});

  show_files(show_files&&) noexcept;
  show_files& operator=(show_files&&) noexcept;
  ~show_files();

  /// The shows at this moment, sorted by name.
  result<std::vector<show_entry>> shows();

  /// Reads a show (and the shared models) and makes it the one that is projected. Nothing changes on failure.
  /// What is unrecorded or by hand is to be taken into the journal and projected before anything else
  /// changes the show: from the first `project` on the files as they were read count as taken in. A demo and
  /// standard models that are made here are unrecorded.
  /// @param demo_if_missing a folder that doesn't exist gets the demo show instead of NOT_FOUND
  /// @returns NOT_FOUND for an unknown show; STORAGE_UNAVAILABLE for a folder that can't be read
  result<loaded_show> load(std::string_view show, bool demo_if_missing);

  /// Makes an empty show. @returns VALIDATION_ERROR (field `name`) for a bad name, CONFLICT if there is one
  result<void> create_show(std::string_view name);

  /// Removes a show and its folder. @returns NOT_FOUND; VALIDATION_ERROR for the active show, and for a
  /// folder that holds files which aren't a show's (they are not ours to remove)
  result<void> delete_show(std::string_view name);

  /// Makes a show of this state, whole or not at all; its files are recorded. The models stay as they are.
  /// @returns as `create_show`
  result<void> make_show(std::string_view name, const show_state& state, std::uint64_t position);

  /// Brings the files of the active show, and the models, to this state: those that differ are replaced as
  /// one step, and recorded before they are in place. Costs what has changed since the last time. An
  /// unreadable file is left alone. What somebody wrote into a file that is replaced is kept as
  /// `NAME.orig-TIME`.
  /// @returns STORAGE_UNAVAILABLE when the disk refuses: the files stay as they are, and are `stale` until a
  ///          next call succeeds
  result<projection_receipt> project(const show_state& state, std::uint64_t position);

  /// From now on `project` leaves all files as they are: there is no journal that vouches for a state.
  void freeze() noexcept;

  /// Whether a file is known not to be as the last `project` wanted it: it is to be called again.
  bool stale() const noexcept;

  /// Looks whether somebody has edited a file (some stat calls; files are read only if they have changed). A
  /// file that has vanished is `stale`.
  /// @returns all edits that are known and not forgotten, oldest first: those still in place, and those
  ///          written over, also by an earlier process
  std::vector<live_edit> look();

  /// @returns NOT_FOUND for an edit that isn't known (any more), STORAGE_UNAVAILABLE if it can't be read or
  ///          parsed (`details`: file, line, column, reason)
  result<edited_file> read_edit(const live_edit& edit);

  /// It has been taken in, or isn't wanted. One still in place is written over by the next `project`, which
  /// keeps a copy as of every file written by hand. Copies are never removed.
  /// @returns NOT_FOUND
  result<void> forget_edit(const live_edit& edit);

  /// Shows other than the active one with a fixture of that model, read from disk now, sorted by name.
  /// @returns STORAGE_UNAVAILABLE when a show can't be read, and so can't be ruled out
  result<std::vector<std::string>> shows_using_model(std::string_view model_id);

  const std::filesystem::path& data_dir() const noexcept;
  /// Empty before the first load.
  const std::string& active_show() const noexcept;
  /// For the log, after `open`: what was found and done.
  const std::vector<std::string>& opening_notes() const noexcept;

 private:
  class impl;
  explicit show_files(std::unique_ptr<impl> state) noexcept;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::storage
