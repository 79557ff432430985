#pragma once
// The shows in DATA_DIR as YAML files (protocol, section 2).

#include "protocol/error.hpp"
#include "protocol/show_state.hpp"
#include "storage/problem.hpp"
#include "storage/show_journal.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
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

/// A show as it was found on disk, with whatever could not be taken in.
struct loaded_show {
  show_state state;
  /// Entities not loaded and files that don't parse. Dangling references are not among them: they depend on
  /// the state and come from `dangling_references`.
  std::vector<problem> problems;
  /// By kind: why the kind is read-only.
  std::array<std::optional<problem>, entity_kind_count> unreadable;
  std::vector<std::string> notes; ///< for the log: a demo was made, an intent finished, and so on
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
class show_files final : public show_journal {
 public:
  /// Makes DATA_DIR if missing, locks it against a second server, and finishes or discards a change to
  /// several files that was interrupted. A disk that is read-only or full is no error here: commits will say
  /// so.
  /// @returns STORAGE_UNAVAILABLE when DATA_DIR can't be made or read, or another process holds it
  static result<show_files> open(std::filesystem::path data_dir, show_files_options options = {});

  show_files(show_files&&) noexcept;
  show_files& operator=(show_files&&) noexcept;
  ~show_files() override;

  /// The shows at this moment, sorted by name.
  result<std::vector<show_entry>> shows();

  /// Reads a show (and the shared models) and makes it the one that commits go to. Nothing changes on
  /// failure.
  /// @param demo_if_missing a folder that doesn't exist gets the demo show instead of NOT_FOUND
  /// @returns NOT_FOUND for an unknown show; STORAGE_UNAVAILABLE for a folder that can't be read
  result<loaded_show> load(std::string_view show, bool demo_if_missing);

  /// Makes an empty show. @returns VALIDATION_ERROR (field `name`) for a bad name, CONFLICT if there is one
  result<void> create_show(std::string_view name);

  /// Removes a show and its folder. @returns NOT_FOUND; VALIDATION_ERROR for the active show, and for a
  /// folder that holds files which aren't a show's (they are not ours to remove)
  result<void> delete_show(std::string_view name);

  result<commit_receipt> commit(std::span<const fact> facts) override;

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
