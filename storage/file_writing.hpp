#pragma once
// The steps that every safe replacement of a file is made of. Internal to storage.

#include "storage/file_system.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::storage {

/// Where the new bytes of a file wait for their rename: hidden, in the same folder.
std::string temporary_name(std::string_view name);

/// Whether the name is one of `temporary_name`, or of a copy, for that file.
bool belongs_to(std::string_view entry, std::string_view name) noexcept;

/// Makes the file new, with these bytes durable in it. Leaves nothing behind on failure.
io_result<file_status> write_new_file(file_system& files, file_descriptor folder, const std::string& name,
                                      std::string_view bytes);

/// Keeps the bytes of a file, durably, as `NAME.orig-STAMP` (`-2` and so on behind it if that is taken).
/// @returns the copy's name; nothing if there is no such file
io_result<std::optional<std::string>> keep_copy(file_system& files, file_descriptor folder,
                                                const std::string& name, const std::string& stamp);

/// As `remove_file`, but content when there is none.
io_result<void> remove_if_there(file_system& files, file_descriptor folder, const std::string& name);

inline bool is_missing(const std::error_code& code) noexcept {
  return code == std::errc::no_such_file_or_directory;
}

} // namespace troupe::storage
