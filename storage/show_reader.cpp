#include "storage/show_reader.hpp"

#include "storage/demo_show.hpp"
#include "storage/digest.hpp"
#include "storage/entity_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

problem unreadable_file(entity_kind kind, const std::string& show, const std::error_code& code) {
  problem out;
  out.file = file_of(kind, show);
  out.reason = storage_error("the file", "read", code).message;
  out.unreadable = kind;
  return out;
}

/// Adds one file to what was read already. Fixtures need the models in the state before them.
class show_builder {
 public:
  show_builder(const data_folder& folder, std::string show, std::size_t max_entities)
      : folder_(folder), show_(std::move(show)), max_entities_(max_entities) {
    out_.show.state = show_state(show_);
  }

  void read(entity_kind kind) {
    auto& file = out_.files[static_cast<std::size_t>(kind)];
    auto stored = folder_.read(path_of(kind, show_));
    if (!stored) return refuse(kind, file, unreadable_file(kind, show_, stored.error()));
    file.sha256 = *stored ? sha256_hex((*stored)->bytes) : std::string{};
    if (*stored)
      file.known = (*stored)->status;
    else if (kind == entity_kind::model)
      file.stale = true; // missing: what is made up here must be written
    const auto text = *stored                      ? std::move((*stored)->bytes)
                      : kind == entity_kind::model ? standard_models()
                                                   : "";
    auto read = read_entities(kind, text, {file_of(kind, show_), max_entities_, &out_.show.state});
    if (read.unreadable) return refuse(kind, file, std::move(*read.unreadable));
    for (const auto& block : read.blocks)
      if (block.entity) out_.show.state.put(block.entity);
    file.image = file_image(read);
    file.unloaded = unloaded_of(read);
    out_.show.unloaded[static_cast<std::size_t>(kind)] = file.unloaded;
    file.foreign = *stored && !blank(text) && file.image.bytes() != text;
    auto& problems = out_.show.problems;
    problems.insert(problems.end(), std::make_move_iterator(read.problems.begin()),
                    std::make_move_iterator(read.problems.end()));
  }

  show_on_disk take() { return std::move(out_); }

 private:
  void refuse(entity_kind kind, show_file& file, problem why) {
    file.unreadable = why;
    out_.show.unloaded[static_cast<std::size_t>(kind)].nameless = true; // whatever is in it is still there
    out_.show.unreadable[static_cast<std::size_t>(kind)] = why;
    out_.show.problems.push_back(std::move(why));
  }

  const data_folder& folder_;
  std::string show_;
  std::size_t max_entities_;
  show_on_disk out_;
};

} // namespace

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

unloaded_entities unloaded_of(const entity_file& file) {
  unloaded_entities out;
  for (const auto& each : file.blocks) {
    if (each.entity) continue;
    if (each.id.empty())
      out.nameless = true;
    else
      out.ids.push_back(each.id);
  }
  return out;
}

data_path path_of(entity_kind kind, const std::string& show) {
  return {kind == entity_kind::model ? std::string{} : show, std::string(file_name(kind))};
}

show_on_disk read_show(const data_folder& folder, const std::string& show, std::size_t max_entities) {
  show_builder builder(folder, show, max_entities);
  for (std::size_t i = 0; i < entity_kind_count; ++i) builder.read(static_cast<entity_kind>(i));
  return builder.take();
}

result<void> find_show(const data_folder& folder, std::string_view show) {
  if (!is_show_name(show)) return not_found("show", show);
  const auto readable = folder.readable(std::string(show));
  if (!readable)
    return tl::unexpected(storage_error(fmt::format("the show {}", show), "read", readable.error()));
  if (!*readable) return not_found("show", show);
  return {};
}

result<std::vector<std::string>> list_shows(const data_folder& folder) {
  auto names = folder.folders();
  if (!names) return tl::unexpected(storage_error(folder.path(), "read", names.error()));
  std::erase_if(*names, [](const std::string& name) { return !is_show_name(name); });
  std::sort(names->begin(), names->end());
  return std::move(*names);
}

} // namespace troupe::storage
