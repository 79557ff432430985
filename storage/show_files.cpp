#include "storage/show_files.hpp"

#include "storage/demo_show.hpp"
#include "storage/file_writing.hpp"
#include "storage/show_reader.hpp"
#include "storage/text_places.hpp"
#include "storage/yaml_reader.hpp"

#include <algorithm>
#include <fmt/chrono.h>
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

std::string time_stamp(std::chrono::system_clock::time_point now) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
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
      : path_(std::move(path)), options_(std::move(options)), folder_(std::move(folder)) {}

  result<loaded_show> load(std::string_view name, bool demo_if_missing) {
    const std::string show(name);
    bool demo = false;
    auto found = find_show(folder_, show);
    if (!found && found.error().code == ec::not_found && demo_if_missing && is_show_name(show)) {
      if (auto made = folder_.make_folder(show, demo_files()); !made)
        return tl::unexpected(storage_error(fmt::format("the show {}", show), "made", made.error()));
      demo = true;
    } else if (!found) {
      return tl::unexpected(found.error());
    }
    auto read = read_show(folder_, show, options_.max_entities);
    if (demo) read.show.notes.push_back(fmt::format("{} is new and got the demo show", show));
    active_ = show;
    files_ = std::move(read.files);
    make_models(read.show.notes);
    for (std::size_t i = 0; i < entity_kind_count; ++i)
      if (files_[i].by_hand)
        read.show.notes.push_back(fmt::format("{} was written by hand: the first change to it leaves a copy",
                                              file_of(static_cast<entity_kind>(i), show)));
    return std::move(read.show);
  }

  result<commit_receipt> commit(std::span<const fact> facts) {
    if (facts.empty()) return commit_receipt{};
    if (active_.empty()) return fail(ec::internal_error, "no show is loaded");
    kinds touched{};
    for (const auto& happened : facts) {
      const auto kind = static_cast<std::size_t>(kind_of(happened));
      if (files_[kind].unreadable) return tl::unexpected(read_only(*files_[kind].unreadable));
      touched[kind] = true;
    }
    for (std::size_t kind = 0; kind < entity_kind_count; ++kind) {
      if (files_[kind].stale && !files_[kind].unreadable) touched[kind] = true;
      if (touched[kind]) files_[kind].image.begin();
    }
    const auto copies = copies_for(touched); // compares with the images as they still are
    for (const auto& happened : facts) apply(happened);
    auto receipt = write(touched, copies);
    for (std::size_t kind = 0; kind < entity_kind_count; ++kind) {
      if (!touched[kind]) continue;
      if (receipt)
        files_[kind].image.accept();
      else
        files_[kind].image.roll_back();
    }
    if (!receipt) restore(touched);
    return receipt;
  }

  result<void> create_show(std::string_view name) {
    if (auto fine = check_show_name(name); !fine) return fine;
    const std::string show(name);
    const auto entries = folder_.entries(show);
    if (entries || !is_missing(entries.error()))
      return fail(ec::conflict, fmt::format("{} is there already", show));
    if (auto made = folder_.make_folder(show, {}); !made)
      return tl::unexpected(storage_error(fmt::format("the show {}", show), "made", made.error()));
    return {};
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
  std::array<show_file, entity_kind_count> files_;

 private:
  using kinds = std::array<bool, entity_kind_count>;

  std::string stamp() const { return time_stamp(options_.now()); }

  static error read_only(const problem& why) {
    auto details = to_json_value(why);
    return error{ec::storage_unavailable, fmt::format("read-only until it is mended: {}", to_string(why)),
                 std::move(details)};
  }

  void make_models(std::vector<std::string>& notes) {
    auto& models = files_[static_cast<std::size_t>(entity_kind::model)];
    if (!models.stale) return;
    if (auto written = write(kinds{true}, kinds{}); !written)
      notes.push_back(written.error().message);
    else
      notes.emplace_back("fixture-models.yaml was missing and is made");
  }

  void apply(const fact& happened) {
    auto& image = files_[static_cast<std::size_t>(kind_of(happened))].image;
    if (std::holds_alternative<entity_deleted>(happened)) return image.remove(id_of(happened));
    std::visit(
        [&](const auto& each) {
          if constexpr (requires { each.entity; }) image.put(*each.entity);
        },
        happened);
  }

  kinds copies_for(const kinds& touched) const {
    kinds copies{};
    for (std::size_t kind = 0; kind < entity_kind_count; ++kind)
      copies[kind] =
          touched[kind] && needs_copy(files_[kind], path_of(static_cast<entity_kind>(kind), active_));
    return copies;
  }

  /// Whether what is in a file now would be lost: somebody wrote it, and the server never did.
  bool needs_copy(const show_file& file, const data_path& path) const {
    const auto now = folder_.status(path);
    if (!now || !*now) return false; // whatever it is, the write itself will say so
    if (file.by_hand) return true;
    if (file.known && **now == *file.known) return false;
    const auto stored = folder_.read(path);
    if (!stored || !*stored) return true;
    return !(*stored)->bytes.empty() && (*stored)->bytes != file.image.bytes();
  }

  result<commit_receipt> write(const kinds& touched, const kinds& copies) {
    std::vector<std::size_t> written;
    std::vector<std::string> bytes;
    for (std::size_t kind = 0; kind < entity_kind_count; ++kind) {
      if (!touched[kind]) continue;
      written.push_back(kind);
      bytes.push_back(files_[kind].image.bytes());
    }
    std::vector<file_change> changes;
    for (std::size_t i = 0; i < written.size(); ++i)
      changes.push_back({path_of(static_cast<entity_kind>(written[i]), active_), bytes[i],
                         copies[written[i]] ? stamp() : std::string{}});
    auto replaced = folder_.replace(changes);
    for (std::size_t i = 0; i < written.size(); ++i) {
      auto& file = files_[written[i]];
      if (!replaced) {
        if (!replaced.error().visible) continue;
        file.stale = true;
      } else {
        file.stale = false;
        file.known = replaced->statuses[i];
      }
      file.by_hand = false;
    }
    if (!replaced) return tl::unexpected(std::move(replaced.error().why));
    return commit_receipt{std::move(replaced->notes)};
  }

  /// After a failure that left new bytes in place: the old ones once more. If the disk refuses that too, the
  /// file stays stale and is written with the next change.
  void restore(const kinds& touched) {
    kinds stale{};
    bool any = false;
    for (std::size_t kind = 0; kind < entity_kind_count; ++kind) {
      stale[kind] = touched[kind] && files_[kind].stale;
      any = any || stale[kind];
    }
    if (any) (void)write(stale, kinds{});
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
  auto folder = data_folder::open(data_dir, options.files, time_stamp(options.now()));
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

result<commit_receipt> show_files::commit(std::span<const fact> facts) {
  return impl_->commit(facts);
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
  return impl_->folder_.notes();
}

show_files::show_files(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}
show_files::show_files(show_files&&) noexcept = default;
show_files& show_files::operator=(show_files&&) noexcept = default;
show_files::~show_files() = default;

} // namespace troupe::storage
