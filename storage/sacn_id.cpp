#include "storage/sacn_id.hpp"

#include "storage/data_folder.hpp"
#include "storage/file_writing.hpp"

#include <optional>

namespace troupe::storage {

namespace {

const std::string own_folder = ".troupe";
const std::string file_name = "sacn-cid";
constexpr std::size_t most_bytes = 1024;

io_result<open_file> open_own(file_system& files, const std::string& data_dir) {
  const auto top = files.open_root(data_dir);
  if (!top) return tl::unexpected(top.error());
  const open_file root(files, *top);
  auto own = files.open_directory(*root, own_folder);
  if (!own && is_missing(own.error())) {
    if (auto made = files.make_directory(*root, own_folder); !made) return tl::unexpected(made.error());
    if (auto durable = files.sync(*root); !durable) return tl::unexpected(durable.error());
    own = files.open_directory(*root, own_folder);
  }
  if (!own) return tl::unexpected(own.error());
  return open_file(files, *own);
}

io_result<std::string> read_text(file_system& files, file_descriptor folder) {
  const auto opened = files.open_file(folder, file_name);
  if (!opened) return tl::unexpected(opened.error());
  const open_file file(files, *opened);
  return read_all(files, *file, most_bytes);
}

io_result<void> replace_text(file_system& files, file_descriptor folder, const std::string& text) {
  const auto fresh = temporary_name(file_name);
  if (auto written = write_new_file(files, folder, fresh, text); !written)
    return tl::unexpected(written.error());
  if (auto renamed = files.rename(folder, fresh, folder, file_name); !renamed) {
    (void)files.remove_file(folder, fresh);
    return renamed;
  }
  return files.sync(folder);
}

/// A line of text.
std::optional<sacn::component_id> parse(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  return sacn::component_id_from(text);
}

} // namespace

kept_sacn_id keep_sacn_id(const std::filesystem::path& data_dir, const std::string& fresh,
                          file_system& files) {
  kept_sacn_id kept;
  kept.id = sacn::component_id_from(fresh).value();
  const auto folder = open_own(files, data_dir.string());
  if (!folder) {
    kept.notes.push_back(storage_error("the sACN identifier", "kept", folder.error()).message);
    return kept;
  }
  if (const auto text = read_text(files, **folder)) {
    if (const auto known = parse(*text)) {
      kept.id = *known;
      return kept;
    }
    kept.notes.emplace_back("the sACN identifier in .troupe/sacn-cid is no UUID and is replaced: receivers "
                            "see a new source");
  } else if (!is_missing(text.error())) {
    kept.notes.push_back(storage_error("the sACN identifier", "read", text.error()).message +
                         "; it is replaced: receivers see a new source");
  }
  if (const auto done = replace_text(files, **folder, fresh + '\n'); !done)
    kept.notes.push_back(storage_error("the sACN identifier", "kept", done.error()).message);
  return kept;
}

} // namespace troupe::storage
