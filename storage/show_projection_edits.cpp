// Edits by hand while the server runs: noticed, read, and put aside.

#include "storage/digest.hpp"
#include "storage/show_projection.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

std::int64_t show_projection::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(options_.now().time_since_epoch()).count();
}

bool show_projection::is_known(std::size_t kind, const std::string& sha256) const {
  const auto versions = book_.records().versions(path(kind));
  return files_[kind].sha256 == sha256 ||
         std::any_of(versions.begin(), versions.end(),
                     [&](const shown_version& each) { return each.sha256 == sha256; });
}

/// Whether the bytes say the same as what is shown: comments and order are form, entities are not.
bool show_projection::matter_of_form(std::size_t kind, std::string_view bytes,
                                     const show_state& shown) const {
  const auto which = static_cast<entity_kind>(kind);
  const auto read = read_entities(which, bytes, {path(kind).text(), options_.max_entities, &shown});
  if (read.unreadable) return false;
  const auto unloaded = unloaded_of(read);
  show_state found(show_);
  for (const auto& block : read.blocks)
    if (block.entity) found.put(block.entity);
  return unloaded == files_[kind].unloaded &&
         external_edits(which, found, shown, shown, false, unloaded).empty();
}

std::vector<live_edit> show_projection::look() {
  std::vector<live_edit> edits;
  for (const auto& each : book_.records().edits())
    if (each.kind == entity_kind::model || each.file == file_of(each.kind, show_)) edits.push_back(each);
  for (std::size_t kind = 0; kind < entity_kind_count && !show_.empty(); ++kind) {
    if (!files_[kind].unreadable) look_at(kind);
    if (in_place_[kind]) edits.push_back(in_place_[kind]->edit);
  }
  std::stable_sort(edits.begin(), edits.end(), [](const live_edit& one, const live_edit& other) {
    return one.noticed_at_ms < other.noticed_at_ms;
  });
  return edits;
}

void show_projection::look_at(std::size_t kind) {
  auto& file = files_[kind];
  auto& edit = in_place_[kind];
  const auto status = folder_.status(path(kind));
  if (!status) return;
  if (!*status) {
    if (!is_known(kind, {})) file.stale = true; // vanished: there is nothing in it to take in
    edit.reset();
    return;
  }
  if (file.known && **status == *file.known) return edit.reset();
  if (edit && edit->status == **status) return;
  const auto stored = folder_.read(path(kind));
  if (!stored || !*stored) return;
  auto sha256 = sha256_hex((*stored)->bytes);
  const bool form = !is_known(kind, sha256) && matter_of_form(kind, (*stored)->bytes, shown_);
  if (form) {
    file.foreign = true;
    file.sha256 = sha256;
  }
  if (form || is_known(kind, sha256)) {
    file.known = (*stored)->status;
    return edit.reset();
  }
  const auto versions = book_.records().versions(path(kind));
  const auto noticed = edit ? edit->edit.noticed_at_ms : now_ms();
  edit = edit_in_place{{static_cast<entity_kind>(kind),
                        path(kind).text(),
                        {},
                        versions.empty() ? 0 : versions.back().position,
                        noticed},
                       (*stored)->status,
                       std::move(sha256)};
}

result<edited_file> show_projection::read_edit(const live_edit& edit) const {
  const auto kind = static_cast<std::size_t>(edit.kind);
  const auto& known = book_.records().edits();
  const bool in_place = in_place_[kind] && in_place_[kind]->edit == edit;
  if (!in_place && std::find(known.begin(), known.end(), edit) == known.end())
    return not_found("edit", edit.file);
  auto from = path(kind);
  const auto text = in_place ? edit.file : edit.copy;
  from.name = text.substr(from.folder.empty() ? 0 : from.folder.size() + 1);
  const auto stored = folder_.read(from);
  if (!stored) return tl::unexpected(storage_error(text, "read", stored.error()));
  if (!*stored) return not_found("file", text);
  auto read = read_entities(edit.kind, (*stored)->bytes, {text, options_.max_entities, &shown_});
  if (read.unreadable)
    return tl::unexpected(
        error{ec::storage_unavailable, to_string(*read.unreadable), to_json_value(*read.unreadable)});
  edited_file out{show_state(show_), unloaded_of(read), std::move(read.problems)};
  for (auto& block : read.blocks)
    if (block.entity) out.found.put(std::move(block.entity));
  return out;
}

result<void> show_projection::forget_edit(const live_edit& edit) {
  const auto kind = static_cast<std::size_t>(edit.kind);
  if (auto& in_place = in_place_[kind]; in_place && in_place->edit == edit) {
    auto& file = files_[kind];
    file.foreign = true; // so that a copy is kept
    file.known = in_place->status;
    file.sha256 = in_place->sha256;
    file.stale = true;
    in_place.reset();
    return {};
  }
  if (!book_.change().remove_edit(edit)) return not_found("edit", edit.file);
  return book_.save();
}

} // namespace troupe::storage
