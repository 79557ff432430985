#pragma once
// What the tests of storage share.

#include "protocol/entities.hpp"
#include "protocol/facts.hpp"
#include "protocol/show_state.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace troupe::storage::test {

/// A folder of its own, gone with its contents at the end.
class temp_dir {
 public:
  temp_dir();
  ~temp_dir();
  temp_dir(const temp_dir&) = delete;
  temp_dir& operator=(const temp_dir&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

void write_text(const std::filesystem::path& path, std::string_view text); ///< makes the folders, too
std::string read_text(const std::filesystem::path& path);
std::size_t count_copies(const std::filesystem::path& folder); ///< `*.orig-*`

/// An entity from JSON; `id` and `revision` are members. Throws if it isn't valid.
record_ptr entity(entity_kind kind, std::string_view json);

fact created(entity_kind kind, std::string_view json);
fact updated(entity_kind kind, std::string_view json);
fact deleted(entity_kind kind, std::string_view id, std::uint64_t revision = 1);

/// Everything in a show as text: equal states have equal snapshots.
std::string snapshot(const show_state& state);
std::string snapshot(const show_state& state, entity_kind kind);

} // namespace troupe::storage::test
