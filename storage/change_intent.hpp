#pragma once
// A change to several files, written down whole before the first of them is touched. Internal to storage.

#include "storage/file_system.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// A file of DATA_DIR: in a show's folder, or at the top.
struct data_path {
  std::string folder; ///< empty: DATA_DIR itself
  std::string name;
  std::string text() const { return folder.empty() ? name : folder + '/' + name; }
  friend bool operator==(const data_path&, const data_path&) = default;
};

/// Whether a show file may stand there: the models, or a file of a show by its name.
bool is_show_file(const data_path& path);

/// One file of the change.
struct intended_file {
  data_path path;
  std::optional<file_status> before; ///< of the file that is replaced; absent: there was none
  std::string bytes;
};

/// With a checksum over everything, so that a torn one shows.
std::string encode_intent(const std::vector<intended_file>& files);

/// @returns nothing if it is torn, or names what can't be one of our files
std::optional<std::vector<intended_file>> decode_intent(std::string_view bytes);

} // namespace troupe::storage
