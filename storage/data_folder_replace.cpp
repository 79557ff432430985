// How files of DATA_DIR are replaced. One file: temporary file, fsync, rename, fsync of the folder. Several:
// all temporary files first (they need the space), then the intent, which is the moment the change is
// decided, then the renames. What fails before that moment is undone; what fails after it is finished later,
// and nothing else is changed until then.

#include "storage/data_folder.hpp"
#include "storage/file_writing.hpp"

#include <fmt/format.h>

namespace troupe::storage {

namespace {
const std::string intent_file = "change";
} // namespace

/// The steps of one change, and how to take them back.
class data_folder::transaction {
 public:
  transaction(data_folder& owner, std::span<const file_change> changes) : owner_(owner), changes_(changes) {}

  tl::expected<replaced_files, replace_failure> run() {
    for (const auto& change : changes_)
      if (auto prepared = prepare(change); !prepared) return undo(change.path.text(), prepared.error());
    return changes_.size() == 1 ? replace_one() : replace_several();
  }

 private:
  using outcome = tl::expected<replaced_files, replace_failure>;

  io_result<file_descriptor> folder(const std::string& name) {
    for (const auto& known : folders_)
      if (known.folder == name) return *known.handle;
    auto opened = owner_.open_folder(name);
    if (!opened) return tl::unexpected(opened.error());
    folders_.push_back({name, std::move(*opened)});
    return *folders_.back().handle;
  }

  io_result<void> prepare(const file_change& change) {
    auto opened = folder(change.path.folder);
    if (!opened) return tl::unexpected(opened.error());
    prepared_file file{change.path, *opened, std::nullopt, {}, {}};
    if (auto before = files().status(*opened, change.path.name))
      file.before = *before;
    else if (!is_missing(before.error()))
      return tl::unexpected(before.error());
    if (!change.copy_stamp.empty()) {
      auto copy = keep_copy(files(), *opened, change.path.name, change.copy_stamp);
      if (!copy) return tl::unexpected(copy.error());
      file.copy = copy->value_or("");
    }
    prepared_.push_back(std::move(file));
    auto written = write_new_file(files(), *opened, temporary_name(change.path.name), change.bytes);
    if (!written) return tl::unexpected(written.error());
    prepared_.back().after = *written;
    return {};
  }

  outcome replace_one() {
    const auto& file = prepared_.front();
    if (auto moved = put_in_place(file); !moved) return undo(file.path.text(), moved.error());
    if (auto durable = files().sync(file.folder); !durable)
      return tl::unexpected(
          replace_failure{storage_error(file.path.text(), "written", durable.error()), true, done().copies});
    return done();
  }

  outcome replace_several() {
    std::vector<intended_file> intent;
    for (std::size_t i = 0; i < changes_.size(); ++i)
      intent.push_back({changes_[i].path, prepared_[i].before, std::string(changes_[i].bytes)});
    if (auto decided = owner_.write_intent(encode_intent(intent)); !decided)
      return undo("the change", decided.error());
    // Decided: from here on it is finished, now or later.
    auto finished = put_all_in_place();
    if (!finished)
      owner_.pending_ = std::move(intent);
    else
      finished = owner_.drop_intent();
    auto replaced = done();
    replaced.finished = finished.has_value();
    if (!finished)
      replaced.notes.push_back(
          storage_error("the files", "brought up to date yet", finished.error()).message);
    return replaced;
  }

  io_result<void> put_all_in_place() {
    for (const auto& file : prepared_)
      if (auto moved = put_in_place(file); !moved) return moved;
    for (const auto& each : folders_)
      if (auto durable = files().sync(*each.handle); !durable) return durable;
    return {};
  }

  io_result<void> put_in_place(const prepared_file& file) {
    return files().rename(file.folder, temporary_name(file.path.name), file.folder, file.path.name);
  }

  replaced_files done() const {
    replaced_files out;
    for (const auto& file : prepared_) {
      out.statuses.push_back(file.after);
      const data_path copy{file.path.folder, file.copy};
      out.copies.push_back(file.copy.empty() ? std::string{} : copy.text());
      if (file.copy.empty()) continue;
      out.notes.push_back(fmt::format("{} was not written by this server: {} holds what was in it",
                                      file.path.text(), copy.text()));
    }
    return out;
  }

  tl::unexpected<replace_failure> undo(const std::string& what, const std::error_code& why) {
    for (const auto& file : prepared_) {
      (void)files().remove_file(file.folder, temporary_name(file.path.name));
      if (!file.copy.empty()) (void)files().remove_file(file.folder, file.copy);
    }
    return tl::unexpected(replace_failure{storage_error(what, "written", why), false, {}});
  }

  file_system& files() { return *owner_.files_; }

  data_folder& owner_;
  std::span<const file_change> changes_;
  std::vector<folder_handle> folders_;
  std::vector<prepared_file> prepared_;
};

tl::expected<replaced_files, replace_failure> data_folder::replace(std::span<const file_change> changes) {
  if (changes.empty()) return replaced_files{};
  if (auto settled = settle(); !settled)
    return tl::unexpected(
        replace_failure{storage_error("an earlier change", "finished", settled.error()), false, {}});
  return transaction(*this, changes).run();
}

io_result<void> data_folder::write_intent(const std::string& bytes) {
  intent_left_ = true;
  auto written = write_own(intent_file, bytes);
  // Not known to be durable: take it back. If that fails too, `settle` does it before the next change.
  if (!written) (void)drop_intent();
  return written;
}

io_result<void> data_folder::drop_intent() {
  const auto own = open_own();
  if (!own) return tl::unexpected(own.error());
  if (auto removed = remove_if_there(*files_, **own, intent_file); !removed) return removed;
  // An intent that came back after a loss of power would undo later changes.
  if (auto durable = files_->sync(**own); !durable) return durable;
  intent_left_ = false;
  return {};
}

io_result<void> data_folder::settle() {
  for (const auto& file : pending_)
    if (auto finished = finish_file(file); !finished) return finished;
  pending_.clear();
  return intent_left_ ? drop_intent() : io_result<void>{};
}

io_result<void> data_folder::finish_file(const intended_file& file) {
  const auto folder = open_folder(file.path.folder);
  if (!folder) {
    if (!is_missing(folder.error())) return tl::unexpected(folder.error());
    notes_.push_back(fmt::format("{} is gone, its part of the change is dropped", file.path.folder));
    return {};
  }
  const auto now = files_->status(**folder, file.path.name);
  if (!now && !is_missing(now.error())) return tl::unexpected(now.error());
  const bool as_before = now ? file.before == *now : !file.before.has_value();
  if (!as_before) {
    // In place already, or somebody has been at it: that is for whoever reads the file to find out.
    (void)remove_if_there(*files_, **folder, temporary_name(file.path.name));
    return files_->sync(**folder);
  }
  const auto temporary = temporary_name(file.path.name);
  if (auto written = write_new_file(*files_, **folder, temporary, file.bytes); !written)
    return tl::unexpected(written.error());
  if (auto moved = files_->rename(**folder, temporary, **folder, file.path.name); !moved) return moved;
  return files_->sync(**folder);
}

} // namespace troupe::storage
