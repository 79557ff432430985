#pragma once
// Small files beside the database: keys and checkpoints. Internal to storage/journal.

#include "protocol/error.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace troupe::storage {

/// The last `limit` bytes of a file; nothing if there is no file.
result<std::optional<std::string>> read_plain_file(const std::filesystem::path& file, std::size_t limit);

/// Adds the line and its end; a line that was torn before is ended first. Makes the file if there is none.
result<void> append_plain_line(const std::filesystem::path& file, std::string_view line, mode_t mode);

/// Makes the file whole and durable with these bytes, or not at all; replaces what is there.
result<void> write_plain_file(const std::filesystem::path& file, std::string_view bytes, mode_t mode);

/// Makes the entries of a folder durable.
result<void> sync_folder(const std::filesystem::path& folder);

} // namespace troupe::storage
