#pragma once
// The files of the active show, and how they follow the journal. Internal to storage.

#include "storage/record_book.hpp"
#include "storage/show_reader.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace troupe::storage {

class show_projection {
 public:
  show_projection(data_folder& folder, record_book& book, const show_files_options& options)
      : folder_(folder), book_(book), options_(options) {}

  /// From now on it is about this show, whose standing is told in it.
  void take(show_on_disk& read);

  /// As `show_files` says.
  result<projection_receipt> project(const show_state& state, std::uint64_t position);
  bool stale() const noexcept;
  std::vector<live_edit> look();
  result<edited_file> read_edit(const live_edit& edit) const;
  result<void> forget_edit(const live_edit& edit);

 private:
  using by_kind = std::array<std::string, entity_kind_count>;

  /// What stands where a file is to be written.
  enum class found_in_place : std::uint8_t {
    missing, ///< no file, or an empty one
    ours,    ///< as it was written last
    by_hand, ///< taken in before, but in somebody's own form: a copy is kept
    edited   ///< a copy is kept, and the edit told
  };
  /// One file that is about to be replaced.
  struct replacement {
    std::size_t kind;
    std::string bytes;
    found_in_place found;
    std::uint64_t shown; ///< position that was in place
  };
  /// An edit that nobody has written over, and the file as it was when it was read.
  struct edit_in_place {
    live_edit edit;
    file_status status;
    std::string sha256;
  };

  data_path path(std::size_t kind) const;
  std::int64_t now_ms() const;
  bool is_known(std::size_t kind, const std::string& sha256) const;
  bool matter_of_form(std::size_t kind, std::string_view bytes, const show_state& shown) const;

  result<void> settle();
  void record_what_was_read(std::uint64_t position);
  result<std::vector<replacement>> to_be_replaced(const show_state& shown);
  io_result<found_in_place> find_in_place(std::size_t kind, const show_state& shown) const;
  void record_what_is_coming(const std::vector<replacement>& wanted, std::uint64_t position);
  result<projection_receipt> replace(const std::vector<replacement>& wanted);
  std::vector<live_edit> keep_edits(const std::vector<replacement>& wanted,
                                    const std::vector<std::string>& copies);
  void accept(const std::vector<replacement>& wanted, const replaced_files& replaced);
  void look_at(std::size_t kind);

  data_folder& folder_;
  record_book& book_;
  const show_files_options& options_;
  std::string show_;
  std::array<show_file, entity_kind_count> files_;
  std::array<std::optional<edit_in_place>, entity_kind_count> in_place_;
  show_state shown_;       ///< what the images show
  bool unsettled_ = false; ///< which versions are in place is not known for sure
};

} // namespace troupe::storage
