// A projection, step by step. First it is settled what is in place; then it is recorded what will be, before
// any of it is; then the files are replaced as one step; then what was there before is struck from the
// records, so that somebody who puts an old version back is noticed. Whatever step is the last one, the bytes
// of a file that nobody else has touched are among those recorded.

#include "storage/show_projection.hpp"

#include "storage/digest.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

std::string time_stamp(std::chrono::system_clock::time_point now) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

} // namespace

data_path show_projection::path(std::size_t kind) const {
  return path_of(static_cast<entity_kind>(kind), show_);
}

void show_projection::take(show_on_disk& read) {
  show_ = read.show.state.show();
  shown_ = read.show.state;
  files_ = std::move(read.files);
  in_place_ = {};
  unsettled_ = false;
  for (std::size_t kind = 0; kind < entity_kind_count; ++kind) {
    auto& standing = read.show.standing[kind];
    standing = standing_of(book_.records().versions(path(kind)), files_[kind].sha256);
    if (standing.origin == file_origin::by_hand) files_[kind].foreign = true;
  }
}

result<projection_receipt> show_projection::project(const show_state& state, std::uint64_t position) {
  if (show_.empty()) return fail(ec::internal_error, "no show is loaded");
  if (state.show() != show_)
    return fail(ec::internal_error, fmt::format("{} is not the active show, {} is", state.show(), show_));
  for (std::size_t i = 0; i < entity_kind_count; ++i) {
    const auto kind = static_cast<entity_kind>(i);
    if (files_[i].unreadable || state.version(kind) == shown_.version(kind)) continue;
    if (files_[i].image.bring(kind, shown_, state)) files_[i].stale = true;
  }
  const auto shown = std::exchange(shown_, state);
  auto settled = settle();
  unsettled_ = !settled;
  if (unsettled_) return tl::unexpected(std::move(settled.error()));
  record_what_was_read(position);
  const auto wanted = to_be_replaced(shown);
  if (!wanted) return tl::unexpected(wanted.error());
  record_what_is_coming(*wanted, position);
  if (auto recorded = book_.save(); !recorded) return tl::unexpected(std::move(recorded.error()));
  if (wanted->empty()) return projection_receipt{};
  return replace(*wanted);
}

bool show_projection::stale() const noexcept {
  return !show_.empty() &&
         (unsettled_ || !book_.saved() ||
          std::any_of(files_.begin(), files_.end(), [](const show_file& each) { return each.stale; }));
}

/// After a change that was interrupted or failed, one of several versions is in place.
result<void> show_projection::settle() {
  if (auto settled = folder_.settle(); !settled)
    return tl::unexpected(storage_error("an earlier change", "finished", settled.error()));
  for (std::size_t kind = 0; kind < entity_kind_count; ++kind) {
    auto& file = files_[kind];
    const auto versions = book_.records().versions(path(kind));
    if (file.unreadable || versions.size() < 2) continue;
    if (auto durable = folder_.make_durable(path(kind).folder); !durable)
      return tl::unexpected(storage_error(path(kind).text(), "written", durable.error()));
    auto stored = folder_.read(path(kind));
    if (!stored) return tl::unexpected(storage_error(path(kind).text(), "read", stored.error()));
    const auto sha256 = *stored ? sha256_hex((*stored)->bytes) : std::string{};
    const auto found = std::find_if(versions.rbegin(), versions.rend(),
                                    [&](const shown_version& each) { return each.sha256 == sha256; });
    // Edited since: what was edited is most likely the last one.
    const auto settled = found == versions.rend() ? versions.back() : *found;
    if (found != versions.rend()) file.known = *stored ? std::optional((*stored)->status) : std::nullopt;
    if (file.sha256 != sha256) file.sha256 = settled.sha256;
    book_.change().set(path(kind), {settled});
  }
  return {};
}

/// Files that nothing is known of, or that somebody has edited, count as taken in from here on.
void show_projection::record_what_was_read(std::uint64_t position) {
  for (std::size_t kind = 0; kind < entity_kind_count; ++kind) {
    const auto& file = files_[kind];
    if (file.unreadable || !file.sha256) continue;
    const auto versions = book_.records().versions(path(kind));
    if (std::none_of(versions.begin(), versions.end(),
                     [&](const shown_version& each) { return each.sha256 == *file.sha256; }))
      book_.change().set(path(kind), {{*file.sha256, position}});
  }
}

result<std::vector<show_projection::replacement>> show_projection::to_be_replaced(const show_state& shown) {
  std::vector<replacement> wanted;
  for (std::size_t kind = 0; kind < entity_kind_count; ++kind) {
    auto& file = files_[kind];
    if (file.unreadable || !file.stale) continue;
    auto bytes = file.image.bytes();
    const auto found = find_in_place(kind, shown);
    // Not to know what would be written over is no reason to write over it.
    if (!found) return tl::unexpected(storage_error(path(kind).text(), "read", found.error()));
    if (*found == found_in_place::ours && file.sha256 == sha256_hex(bytes)) {
      file.stale = false; // an earlier attempt has arrived after all
      continue;
    }
    const auto versions = book_.records().versions(path(kind));
    wanted.push_back({kind, std::move(bytes), *found, versions.empty() ? 0 : versions.front().position});
  }
  return wanted;
}

io_result<show_projection::found_in_place> show_projection::find_in_place(std::size_t kind,
                                                                          const show_state& shown) const {
  const auto& file = files_[kind];
  const auto as_known = file.foreign ? found_in_place::by_hand : found_in_place::ours;
  const auto status = folder_.status(path(kind));
  if (!status) return tl::unexpected(status.error());
  if (!*status) return found_in_place::missing;
  if (file.known && **status == *file.known) return as_known;
  const auto stored = folder_.read(path(kind));
  if (!stored) return tl::unexpected(stored.error());
  if (!*stored || (*stored)->bytes.empty()) return found_in_place::missing;
  const auto sha256 = sha256_hex((*stored)->bytes);
  if (file.sha256 == sha256) return as_known;
  if (is_known(kind, sha256)) return found_in_place::ours;
  return matter_of_form(kind, (*stored)->bytes, shown) ? found_in_place::by_hand : found_in_place::edited;
}

void show_projection::record_what_is_coming(const std::vector<replacement>& wanted, std::uint64_t position) {
  for (const auto& each : wanted) {
    const auto known = book_.records().versions(path(each.kind));
    std::vector<shown_version> versions(known.begin(), known.end());
    // One that vanished must not count as removed by hand if the server stops before it is back.
    if (each.found == found_in_place::missing && !is_known(each.kind, {}))
      versions.push_back({{}, each.shown});
    versions.push_back({sha256_hex(each.bytes), position});
    book_.change().set(path(each.kind), std::move(versions));
  }
}

result<projection_receipt> show_projection::replace(const std::vector<replacement>& wanted) {
  std::vector<file_change> changes;
  changes.reserve(wanted.size());
  for (const auto& each : wanted)
    changes.push_back({path(each.kind), each.bytes,
                       each.found >= found_in_place::by_hand ? time_stamp(options_.now()) : std::string{}});
  auto replaced = folder_.replace(changes);
  if (!replaced) {
    if (replaced.error().visible) (void)keep_edits(wanted, replaced.error().copies);
    return tl::unexpected(std::move(replaced.error().why));
  }
  projection_receipt receipt;
  for (const auto& each : wanted) receipt.written.push_back(path(each.kind).text());
  receipt.edits = keep_edits(wanted, replaced->copies);
  receipt.notes = std::move(replaced->notes);
  if (replaced->finished) accept(wanted, *replaced);
  if (auto recorded = book_.save(); !recorded) receipt.notes.push_back(std::move(recorded.error().message));
  return receipt;
}

/// The files are replaced, or may be: what was in them is in the copies only.
std::vector<live_edit> show_projection::keep_edits(const std::vector<replacement>& wanted,
                                                   const std::vector<std::string>& copies) {
  std::vector<live_edit> edits;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto kind = wanted[i].kind;
    const auto noticed = std::exchange(in_place_[kind], std::nullopt);
    files_[kind].foreign = false;
    if (wanted[i].found != found_in_place::edited || copies[i].empty()) continue;
    edits.push_back({static_cast<entity_kind>(kind), path(kind).text(), copies[i], wanted[i].shown,
                     noticed ? noticed->edit.noticed_at_ms : now_ms()});
    book_.change().add_edit(edits.back());
  }
  return edits;
}

void show_projection::accept(const std::vector<replacement>& wanted, const replaced_files& replaced) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto& file = files_[wanted[i].kind];
    const auto versions = book_.records().versions(path(wanted[i].kind));
    const auto in_place = versions.back();
    book_.change().set(path(wanted[i].kind), {in_place});
    file.known = replaced.statuses[i];
    file.sha256 = in_place.sha256;
    file.stale = false;
  }
}

} // namespace troupe::storage
