#include "storage/rewrite_shows.hpp"

#include "storage/journal/fact_events.hpp"
#include "storage/show_archive.hpp"

#include <algorithm>

namespace troupe::storage {

namespace {

class show_rewriter {
 public:
  show_rewriter(show_files& files, open_journal_result journal, std::vector<view_row> models,
                std::vector<std::string> known, const std::function<std::string()>& new_id)
      : files_(files), models_(std::move(models)), known_(std::move(known)),
        archive_(std::move(journal), {new_id}) {}

  /// Makes the folder of a show that has none.
  result<void> make(const std::string& name, const std::vector<view_row>& rows) {
    auto state = state_of(name, models_, rows);
    if (!state) return failure(std::move(state).error());
    auto made = files_.make_show(name, *state, archive_.head().position);
    if (made) out_.written.push_back(name + "/");
    return made;
  }

  result<void> rewrite(const std::string& name) {
    const auto missing = missing_files(name);
    auto found = files_.load(name, false);
    if (!found) return failure(std::move(found).error());
    // A server takes a file that was removed for the wish to remove what was in it. Who mends things has lost
    // it.
    for (const auto kind : missing) found->standing[kind] = {file_origin::recorded, 0};
    follow_journal(*found);
    auto arrived = archive_.load(*found);
    if (!arrived) return failure(std::move(arrived).error());
    auto projected = files_.project(arrived->state, arrived->position);
    if (!projected) return failure(std::move(projected).error());
    out_.shows.push_back(name);
    append(out_.written, projected->written);
    append(out_.notes, arrived->notes);
    append(out_.notes, projected->notes);
    for (const auto& each : arrived->unreadable)
      if (each && !is_told(*each)) out_.left_alone.push_back(*each);
    return {};
  }

  rewritten_shows take() { return std::move(out_); }

 private:
  /// Files that the server wrote when the journal was longer are brought back to what it holds now. Where it
  /// holds nothing of them at all they are all that is left, and are taken in.
  void follow_journal(loaded_show& found) const {
    const bool known = std::find(known_.begin(), known_.end(), found.state.show()) != known_.end();
    for (std::size_t i = 0; i < entity_kind_count; ++i) {
      auto& standing = found.standing[i];
      const bool held = static_cast<entity_kind>(i) == entity_kind::model ? !models_.empty() : known;
      if (held && standing.origin == file_origin::recorded)
        standing.position = std::min(standing.position, archive_.head().position);
    }
  }

  /// Kinds of which the journal knows something, and there is no file.
  std::vector<std::size_t> missing_files(const std::string& show) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < entity_kind_count; ++i) {
      const auto kind = static_cast<entity_kind>(i);
      std::error_code code;
      const auto status = std::filesystem::symlink_status(files_.data_dir() / file_of(kind, show), code);
      if (status.type() != std::filesystem::file_type::not_found) continue;
      if (kind != entity_kind::model || !models_.empty()) out.push_back(i);
    }
    return out;
  }

  /// The models would be told of once for every show.
  bool is_told(const problem& wanted) const {
    return std::any_of(out_.left_alone.begin(), out_.left_alone.end(),
                       [&](const problem& each) { return to_string(each) == to_string(wanted); });
  }

  static void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
    for (const auto& each : from)
      if (std::find(to.begin(), to.end(), each) == to.end()) to.push_back(each);
  }

  show_files& files_;
  std::vector<view_row> models_;
  std::vector<std::string> known_; ///< shows that the journal holds
  show_archive archive_;
  rewritten_shows out_;
};

} // namespace

result<rewritten_shows> rewrite_shows(const journal_options& options, show_files& files,
                                      const std::function<std::string()>& new_id) {
  auto journal = open_intact_journal(options);
  if (!journal) return failure(std::move(journal).error());
  auto models = journal->journal->view({});
  if (!models) return failure(std::move(models).error());
  auto known = journal->journal->shows();
  if (!known) return failure(std::move(known).error());
  auto there = files.shows();
  if (!there) return failure(std::move(there).error());
  std::vector<std::pair<std::string, std::vector<view_row>>> lost;
  for (const auto& name : *known) {
    const auto same = [&](const show_entry& each) { return each.name == name; };
    if (std::any_of(there->begin(), there->end(), same)) continue;
    auto rows = journal->journal->view(name);
    if (!rows) return failure(std::move(rows).error());
    lost.emplace_back(name, std::move(*rows));
  }
  show_rewriter rewriter(files, std::move(*journal), std::move(*models), std::move(*known), new_id);
  for (const auto& [name, rows] : lost)
    if (auto made = rewriter.make(name, rows); !made) return failure(std::move(made).error());
  there = files.shows();
  if (!there) return failure(std::move(there).error());
  for (const auto& each : *there)
    if (auto done = rewriter.rewrite(each.name); !done) return failure(std::move(done).error());
  return rewriter.take();
}

} // namespace troupe::storage
