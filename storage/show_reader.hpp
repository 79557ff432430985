#pragma once
// One show as it stands on disk. Internal to storage.

#include "storage/data_folder.hpp"
#include "storage/file_image.hpp"
#include "storage/show_files.hpp"

#include <array>
#include <optional>

namespace troupe::storage {

/// One file of the loaded show, and what is known of it on disk.
struct show_file {
  file_image image;
  unloaded_entities unloaded;        ///< what it mentions beside the entities of the image
  std::optional<problem> unreadable; ///< it is left alone
  std::optional<file_status> known;  ///< as it was read or written last; absent: there was none
  std::optional<std::string> sha256; ///< of its bytes; empty: there was none; absent: they can't be read
  bool foreign = false;              ///< its bytes are not what the server would write
  bool stale = false;                ///< what is on disk isn't the image: it is to be written
};

struct show_on_disk {
  loaded_show show;
  std::array<show_file, entity_kind_count> files;
};

/// Reads the models and all files of a show whose folder is there. Never fails: what is wrong is in the
/// result.
show_on_disk read_show(const data_folder& folder, const std::string& show, std::size_t max_entities);

/// What a file mentions and the reader could not load.
unloaded_entities unloaded_of(const entity_file& file);

/// Nothing in it but blanks: nobody's work.
bool blank(std::string_view text);

/// Where the entities of a kind stand.
data_path path_of(entity_kind kind, const std::string& show);

/// NOT_FOUND without such a show, STORAGE_UNAVAILABLE if its folder can't be read.
result<void> find_show(const data_folder& folder, std::string_view show);

/// Sorted by name.
result<std::vector<std::string>> list_shows(const data_folder& folder);

} // namespace troupe::storage
