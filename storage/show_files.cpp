#include "storage/show_files.hpp"

#include "storage/demo_show.hpp"
#include "storage/digest.hpp"
#include "storage/file_writing.hpp"
#include "storage/show_projection.hpp"
#include "storage/text_places.hpp"
#include "storage/yaml_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

constexpr std::size_t longest_show_name = 64;

bool name_start(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

result<void> check_show_name(std::string_view name) {
  if (is_show_name(name)) return {};
  return invalid("name",
                 "a show's name is 1 to 64 letters, digits, dots, dashes and underscores, and starts with "
                 "none of the dots and dashes");
}

bool is_ours(std::string_view entry) {
  for (std::size_t i = 0; i < entity_kind_count; ++i)
    if (belongs_to(entry, file_name(static_cast<entity_kind>(i)))) return true;
  return false;
}

} // namespace

bool is_show_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= longest_show_name && name_start(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return name_start(c) || c == '.' || c == '-'; });
}

std::string_view file_name(entity_kind kind) noexcept {
  switch (kind) {
  case entity_kind::model:
    return "fixture-models.yaml";
  case entity_kind::fixture:
    return "fixtures.yaml";
  case entity_kind::group:
    return "groups.yaml";
  case entity_kind::input:
    return "inputs.yaml";
  case entity_kind::preset:
    return "presets.yaml";
  case entity_kind::graph:
    break;
  }
  return "graphs.yaml";
}

std::string file_of(entity_kind kind, std::string_view show) {
  return path_of(kind, std::string(show)).text();
}

class show_files::impl {
 public:
  impl(std::filesystem::path path, show_files_options options, data_folder folder)
      : path_(std::move(path)), options_(std::move(options)), folder_(std::move(folder)),
        notes_(folder_.notes()), book_(folder_, notes_), projection_(folder_, book_, options_) {}

  result<loaded_show> load(std::string_view name, bool demo_if_missing) {
    const std::string show(name);
    bool demo = false;
    auto found = find_show(folder_, show);
    if (!found && found.error().code == ec::not_found && demo_if_missing && is_show_name(show)) {
      if (auto forgotten = forget_records(show); !forgotten) return tl::unexpected(forgotten.error());
      if (auto made = folder_.make_folder(show, demo_files()); !made)
        return tl::unexpected(storage_error(fmt::format("the show {}", show), "made", made.error()));
      demo = true;
    } else if (!found) {
      return tl::unexpected(found.error());
    }
    auto read = read_show(folder_, show, options_.max_entities);
    if (demo) read.show.notes.push_back(fmt::format("{} is new and got the demo show", show));
    active_ = show;
    const bool standard = make_models(read);
    projection_.take(read);
    if (standard) read.show.standing[0] = {file_origin::unrecorded, 0};
    for (std::size_t i = 0; i < entity_kind_count; ++i)
      if (read.show.standing[i].origin == file_origin::by_hand)
        read.show.notes.push_back(
            fmt::format("{} was changed by hand", file_of(static_cast<entity_kind>(i), show)));
    return std::move(read.show);
  }

  result<void> create_show(std::string_view name) {
    if (auto fine = check_show_name(name); !fine) return fine;
    const std::string show(name);
    const auto entries = folder_.entries(show);
    if (entries || !is_missing(entries.error()))
      return fail(ec::conflict, fmt::format("{} is there already", show));
    if (auto forgotten = forget_records(show); !forgotten) return forgotten;
    return make_folder(show, {});
  }

  result<void> make_show(std::string_view name, const show_state& state, std::uint64_t position) {
    if (auto fine = check_show_name(name); !fine) return fine;
    const std::string show(name);
    const auto entries = folder_.entries(show);
    if (entries || !is_missing(entries.error()))
      return fail(ec::conflict, fmt::format("{} is there already", show));
    book_.change().forget_show(show);
    std::vector<std::pair<std::string, std::string>> files;
    for (std::size_t i = 0; i < entity_kind_count; ++i) {
      const auto kind = static_cast<entity_kind>(i);
      if (kind == entity_kind::model) continue;
      file_image image;
      image.bring(kind, show_state{}, state);
      files.emplace_back(file_name(kind), image.bytes());
      book_.change().set(path_of(kind, show), {{sha256_hex(files.back().second), position}});
    }
    auto made = book_.save();
    if (made) made = make_folder(show, files);
    if (!made) (void)forget_records(show);
    return made;
  }

  result<void> delete_show(std::string_view name) {
    const std::string show(name);
    if (auto found = find_show(folder_, show); !found) return found;
    if (show == active_) return invalid("name", fmt::format("{} is the active show", show));
    const auto entries = folder_.entries(show);
    if (!entries)
      return tl::unexpected(storage_error(fmt::format("the show {}", show), "read", entries.error()));
    for (const auto& entry : *entries)
      if (!is_ours(entry))
        return invalid("name",
                       fmt::format("{}/{} is no file of a show: remove the folder by hand", show, entry));
    if (auto removed = folder_.remove_folder(show); !removed)
      return tl::unexpected(storage_error(fmt::format("the show {}", show), "removed", removed.error()));
    (void)forget_records(show); // what a refusing disk keeps is dropped by the next start
    return {};
  }

  result<std::vector<std::string>> shows_using_model(std::string_view model_id) {
    auto names = list_shows(folder_);
    if (!names) return names;
    std::vector<std::string> using_it;
    for (const auto& name : *names) {
      if (name == active_) continue;
      const auto uses = show_uses_model(name, model_id);
      if (!uses) return tl::unexpected(uses.error());
      if (*uses) using_it.push_back(name);
    }
    return using_it;
  }

  std::filesystem::path path_;
  show_files_options options_;
  data_folder folder_;
  std::string active_;
  std::vector<std::string> notes_;
  record_book book_;
  show_projection projection_;
  bool frozen_ = false; ///< nothing is written any more

 private:
  result<void> make_folder(const std::string& show,
                           const std::vector<std::pair<std::string, std::string>>& files) {
    if (auto made = folder_.make_folder(show, files); !made)
      return tl::unexpected(storage_error(fmt::format("the show {}", show), "made", made.error()));
    return {};
  }

  /// What was known of an earlier show of that name says nothing of the new one.
  result<void> forget_records(const std::string& show) {
    book_.change().forget_show(show);
    return book_.save();
  }

  /// @returns whether they were missing
  bool make_models(show_on_disk& read) {
    auto& models = read.files[static_cast<std::size_t>(entity_kind::model)];
    if (!models.stale) return false;
    const auto path = path_of(entity_kind::model, {});
    book_.change().forget(path);
    const auto bytes = models.image.bytes();
    const std::array changes{file_change{path, bytes, {}}};
    auto replaced = folder_.replace(changes);
    if (!replaced) {
      read.show.notes.push_back(std::move(replaced.error().why.message));
      return true;
    }
    models.stale = false;
    models.known = replaced->statuses.front();
    models.sha256 = sha256_hex(bytes);
    read.show.notes.emplace_back("fixture-models.yaml was missing and is made");
    return true;
  }

  result<bool> show_uses_model(const std::string& show, std::string_view model_id) const {
    const auto path = path_of(entity_kind::fixture, show);
    const auto stored = folder_.read(path);
    if (!stored) {
      if (is_missing(stored.error())) return false; // the folder has gone in the meantime
      return tl::unexpected(storage_error(path.text(), "read", stored.error()));
    }
    if (!*stored) return false;
    bool uses = false;
    const auto text = without_bom((*stored)->bytes);
    const auto read = read_yaml(text, [&](const yaml_item& item) {
      const auto* model = find_member(item.node, "modelId");
      uses = uses || (model && model->scalar() && model->text == model_id);
    });
    if (!read)
      return fail(ec::storage_unavailable, fmt::format("{} can't be read, so its fixtures are not known: {}",
                                                       path.text(), read.error().reason));
    return uses;
  }
};

result<show_files> show_files::open(std::filesystem::path data_dir, show_files_options options) {
  if (!options.files) options.files = real_file_system();
  auto folder = data_folder::open(data_dir, options.files);
  if (!folder) return tl::unexpected(std::move(folder.error()));
  return show_files(std::make_unique<impl>(std::move(data_dir), std::move(options), std::move(*folder)));
}

result<std::vector<show_entry>> show_files::shows() {
  auto names = list_shows(impl_->folder_);
  if (!names) return tl::unexpected(std::move(names.error()));
  std::vector<show_entry> entries;
  for (auto& name : *names) {
    const bool active = name == impl_->active_;
    entries.push_back({std::move(name), active});
  }
  return entries;
}

result<loaded_show> show_files::load(std::string_view show, bool demo_if_missing) {
  return impl_->load(show, demo_if_missing);
}

result<void> show_files::create_show(std::string_view name) {
  return impl_->create_show(name);
}

result<void> show_files::delete_show(std::string_view name) {
  return impl_->delete_show(name);
}

result<void> show_files::make_show(std::string_view name, const show_state& state, std::uint64_t position) {
  return impl_->make_show(name, state, position);
}

result<projection_receipt> show_files::project(const show_state& state, std::uint64_t position) {
  if (impl_->frozen_) return projection_receipt{};
  return impl_->projection_.project(state, position);
}

void show_files::freeze() noexcept {
  impl_->frozen_ = true;
}

bool show_files::stale() const noexcept {
  return !impl_->frozen_ && impl_->projection_.stale();
}

std::vector<live_edit> show_files::look() {
  return impl_->projection_.look();
}

result<edited_file> show_files::read_edit(const live_edit& edit) {
  return impl_->projection_.read_edit(edit);
}

result<void> show_files::forget_edit(const live_edit& edit) {
  return impl_->projection_.forget_edit(edit);
}

result<std::vector<std::string>> show_files::shows_using_model(std::string_view model_id) {
  return impl_->shows_using_model(model_id);
}

const std::filesystem::path& show_files::data_dir() const noexcept {
  return impl_->path_;
}

const std::string& show_files::active_show() const noexcept {
  return impl_->active_;
}

const std::vector<std::string>& show_files::opening_notes() const noexcept {
  return impl_->notes_;
}

show_files::show_files(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}
show_files::show_files(show_files&&) noexcept = default;
show_files& show_files::operator=(show_files&&) noexcept = default;
show_files::~show_files() = default;

} // namespace troupe::storage
