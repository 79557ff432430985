#include "storage/record_book.hpp"

#include <algorithm>

namespace troupe::storage {

namespace {
const std::string book_name = "files";
constexpr std::size_t most_bytes = 64U << 20U;
} // namespace

record_book::record_book(data_folder& folder, std::vector<std::string>& notes) : folder_(folder) {
  const auto stored = folder_.read_own(book_name, most_bytes);
  if (!stored) {
    sure_ = false;
    notes.push_back(storage_error("the record of the files", "read", stored.error()).message +
                    "; every file counts as written by hand");
    return;
  }
  if (!*stored) return;
  auto decoded = file_records::decode(**stored);
  if (!decoded) {
    sure_ = false;
    notes.emplace_back("the record of the files in .troupe/files is damaged; every file counts as written by "
                       "hand");
    return;
  }
  on_disk_ = *decoded;
  records_ = std::move(*decoded);
  drop_vanished_shows();
}

/// A folder that comes back, from a backup say, is none that the server knows.
void record_book::drop_vanished_shows() {
  const auto folders = folder_.folders();
  if (!folders) return;
  for (const auto& show : records_.shows())
    if (std::find(folders->begin(), folders->end(), show) == folders->end()) records_.forget_show(show);
}

result<void> record_book::save() {
  if (saved()) return {};
  sure_ = false;
  if (auto written = folder_.write_own(book_name, records_.encode()); !written)
    return tl::unexpected(storage_error("the record of the files", "written", written.error()));
  on_disk_ = records_;
  sure_ = true;
  return {};
}

} // namespace troupe::storage
