#pragma once
// The component identifier under which this installation sends sACN: made once, kept in DATA_DIR, so that
// receivers know the source again after a restart (E1.31-2018, 5.6).

#include "protocol/sacn.hpp"
#include "storage/file_system.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace troupe::storage {

struct kept_sacn_id {
  sacn::component_id id{};
  std::vector<std::string> notes; ///< for the log: a broken file was replaced, or nothing could be kept
};

/// Reads `.troupe/sacn-cid` in a data folder that this process holds; writes `fresh` there if it is missing
/// or holds no UUID. If the disk refuses, `fresh` holds for this run.
/// @param fresh a new random UUID as text, for example of `uuid_v4`
kept_sacn_id keep_sacn_id(const std::filesystem::path& data_dir, const std::string& fresh,
                          file_system& files);

} // namespace troupe::storage
