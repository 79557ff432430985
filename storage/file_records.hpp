#pragma once
// Which bytes of the show files are the server's own, and which position of the journal they show: what tells
// a file that is merely behind from one that somebody has edited. Internal to storage.

#include "storage/change_intent.hpp"
#include "storage/live_edit.hpp"
#include "storage/show_files.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// Edits that wait for somebody to decide; of more of them the oldest are forgotten. Their copies stay.
inline constexpr std::size_t max_live_edits = 64;

/// One version of a file that the server knows.
struct shown_version {
  std::string sha256; ///< of the bytes; empty: there is no file
  std::uint64_t position = 0;
  friend bool operator==(const shown_version&, const shown_version&) = default;
};

/// By file: the version that is in place, and while it is replaced the one that takes its place: oldest
/// first, never none. And the edits that were written over.
class file_records {
 public:
  /// None: nothing is known of the file.
  std::span<const shown_version> versions(const data_path& path) const;
  void set(const data_path& path, std::vector<shown_version> versions);
  /// Nothing is known of it any more.
  void forget(const data_path& path);
  /// The same of all files of that show.
  void forget_show(const std::string& show);
  /// The shows of which something is known.
  std::vector<std::string> shows() const;

  const std::vector<live_edit>& edits() const noexcept { return edits_; }
  void add_edit(live_edit edit);
  /// @returns whether there was one
  bool remove_edit(const live_edit& edit);

  /// With a checksum over everything.
  std::string encode() const;
  /// @returns nothing if it is damaged, or names what can't be one of our files
  static std::optional<file_records> decode(std::string_view bytes);

  friend bool operator==(const file_records&, const file_records&) = default;

 private:
  static file_records decode_body(std::string_view body);

  std::map<std::string, std::vector<shown_version>> versions_; ///< by path, relative to DATA_DIR
  std::vector<live_edit> edits_;                               ///< oldest first
};

/// What the versions say of a file with these bytes. @param sha256 empty: there is no file; nothing: it can't
/// be read
file_standing standing_of(std::span<const shown_version> versions, const std::optional<std::string>& sha256);

} // namespace troupe::storage
