#pragma once
// `troupe check`: every problem of one show or of all, without changing anything on disk.

#include "protocol/error.hpp"
#include "storage/show_files.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe::storage {

/// Adds what only the caller can find in a show (compile errors of its graphs).
using show_inspection = std::function<void(const loaded_show&, std::vector<problem>&)>;

/// Damage, dangling references (errors) and overlapping fixtures (warnings), show by show in the order of
/// names. Takes no lock: it may run beside a server.
/// @param show absent: every show in DATA_DIR
/// @returns NOT_FOUND for an unknown show or DATA_DIR, STORAGE_UNAVAILABLE when one can't be read
result<std::vector<problem>> check_show(const std::filesystem::path& data_dir,
                                        const std::optional<std::string>& show,
                                        const show_inspection& inspect = {}, show_files_options options = {});

} // namespace troupe::storage
