// A backup while a server writes. The journal is copied whole and of one moment. Of a show file it is settled
// while it is copied whether the server wrote these bytes, and that is recorded in the copy: so a file that
// is a second behind or ahead of the journal in the backup is brought up to date when it is used, and only
// what somebody wrote by hand counts as such.

#include "storage/data_copy.hpp"
#include "storage/data_folder.hpp"
#include "storage/digest.hpp"
#include "storage/file_records.hpp"
#include "storage/file_writing.hpp"
#include "storage/journal/backup_journal.hpp"
#include "storage/journal/plain_file.hpp"
#include "storage/journal/verify_journal.hpp"
#include "storage/show_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_record_bytes = 64U << 20U;
/// A file that the server replaces while it is copied is copied again.
constexpr int most_tries = 10;

failure refused(const std::string& what, const std::error_code& code) {
  return fail(ec::storage_unavailable, fmt::format("{} can't be copied: {}", what, code.message()));
}

class show_file_copier {
 public:
  show_file_copier(const fs::path& from, const fs::path& to) : from_(from), to_(to) {}

  /// @returns how many files
  result<std::size_t> run() {
    auto folder = view();
    if (!folder) return failure(std::move(folder).error());
    auto shows = list_shows(*folder);
    if (!shows) return failure(std::move(shows).error());
    auto done = copy(path_of(entity_kind::model, {}));
    for (const auto& show : *shows)
      if (done) done = copy_show(*folder, show);
    if (!done) return failure(std::move(done).error());
    const auto last = records();
    if (!last) return failure(last.error());
    for (const auto& each : last->edits()) copied_.add_edit(each);
    done = write_plain_file(to_ / ".troupe/files", copied_.encode(), 0644);
    if (!done) return failure(std::move(done).error());
    return files_;
  }

 private:
  /// A view sees an interrupted change as it was when it was made, so each look takes a new one.
  result<data_folder> view() const { return data_folder::view(from_, real_file_system()); }

  result<file_records> records() const {
    auto folder = view();
    if (!folder) return failure(std::move(folder).error());
    const auto bytes = folder->read_own("files", most_record_bytes);
    if (!bytes) return refused(".troupe/files", bytes.error());
    auto decoded = *bytes ? file_records::decode(**bytes) : std::nullopt;
    return decoded ? std::move(*decoded) : file_records(); // damaged ones count as none, as for a server
  }

  result<void> copy_show(const data_folder& folder, const std::string& show) {
    const auto names = folder.entries(show);
    if (!names) {
      if (is_missing(names.error())) return {}; // deleted meanwhile
      return refused(show, names.error());
    }
    std::error_code code;
    fs::create_directories(to_ / show, code);
    if (code) return refused(show, code);
    result<void> done;
    for (std::size_t kind = 0; kind < entity_kind_count; ++kind) {
      const auto path = path_of(static_cast<entity_kind>(kind), show);
      if (path.folder.empty()) continue;
      if (done) done = copy(path);
      for (const auto& name : *names)
        if (done && name.starts_with(path.name + ".orig-")) done = copy_as_is({show, name});
    }
    return done.and_then([&] { return sync_folder(to_ / show); });
  }

  /// Copies a file, and records what is known of these bytes.
  result<void> copy(const data_path& path) {
    for (int tries = 1;; ++tries) {
      const auto before = records();
      if (!before) return failure(before.error());
      auto bytes = read(path);
      if (!bytes) return failure(std::move(bytes).error());
      const auto after = records();
      if (!after) return failure(after.error());
      const auto sha256 = *bytes ? sha256_hex(**bytes) : std::string{};
      const auto was = before->versions(path), is = after->versions(path);
      const auto known = find(was, is, sha256);
      if (known)
        copied_.set(path, {*known});
      else if (tries < most_tries && !std::equal(was.begin(), was.end(), is.begin(), is.end()))
        continue;
      else if (!is.empty())
        copied_.set(path, {is.begin(), is.end()});
      return write(path, *bytes);
    }
  }

  result<void> copy_as_is(const data_path& path) {
    auto bytes = read(path);
    if (!bytes) return failure(std::move(bytes).error());
    return write(path, *bytes);
  }

  static std::optional<shown_version> find(std::span<const shown_version> was,
                                           std::span<const shown_version> is, const std::string& sha256) {
    for (const auto& versions : {was, is})
      for (const auto& each : versions)
        if (each.sha256 == sha256) return each;
    return std::nullopt;
  }

  result<std::optional<std::string>> read(const data_path& path) const {
    const auto folder = view();
    if (!folder) return failure(folder.error());
    auto stored = folder->read(path);
    if (!stored && is_missing(stored.error())) return std::optional<std::string>(); // its folder has gone
    if (!stored) return refused(path.text(), stored.error());
    if (!*stored) return std::optional<std::string>();
    return std::optional(std::move((*stored)->bytes));
  }

  result<void> write(const data_path& path, const std::optional<std::string>& bytes) {
    if (!bytes) return {};
    ++files_;
    return write_plain_file(to_ / path.text(), *bytes, 0644);
  }

  const fs::path& from_;
  const fs::path& to_;
  file_records copied_;
  std::size_t files_ = 0;
};

result<void> copy_sender_id(const fs::path& from, const fs::path& to) {
  auto bytes = read_plain_file(from / ".troupe/sacn-cid", 4096);
  if (!bytes) return failure(std::move(bytes).error());
  if (!*bytes) return {};
  return write_plain_file(to / ".troupe/sacn-cid", **bytes, 0644);
}

/// The files first: what they show has happened in the journal by then.
result<data_backup> fill(const journal_options& options, const fs::path& to) {
  std::error_code code;
  fs::create_directories(to / ".troupe", code);
  if (code) return refused(to.string(), code);
  auto files = show_file_copier(options.data_dir, to).run();
  if (!files) return failure(std::move(files).error());
  auto position = backup_journal(options, to);
  if (!position) return failure(std::move(position).error());
  auto done = copy_sender_id(options.data_dir, to).and_then([&] { return sync_folder(to); });
  if (!done) return failure(std::move(done).error());
  auto copied = options;
  copied.data_dir = to;
  auto report = verify_journal(copied);
  if (!report) return failure(std::move(report).error());
  return data_backup{*position, *files, std::move(*report)};
}

/// Without a slash at its end.
fs::path trimmed(const fs::path& place) {
  const auto normal = place.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

bool is_inside(const fs::path& place, const fs::path& folder) {
  std::error_code code;
  const auto inner = trimmed(fs::weakly_canonical(fs::absolute(place), code));
  const auto outer = trimmed(fs::weakly_canonical(fs::absolute(folder), code));
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

} // namespace

result<data_backup> backup_data(const journal_options& options, const fs::path& to) {
  const auto target = trimmed(to);
  std::error_code code;
  if (!fs::exists(options.data_dir / ".troupe/journal.sqlite", code))
    return not_found("journal", (options.data_dir / ".troupe/journal.sqlite").string());
  if (is_inside(target, options.data_dir))
    return invalid("target", fmt::format("{} is inside the data folder: a backup belongs elsewhere, best on "
                                         "another disk",
                                         target.string()));
  if (!is_vacant(target)) return fail(ec::conflict, fmt::format("{} is there already", target.string()));
  auto partial = target;
  partial += ".partial";
  fs::remove_all(partial, code); // of one that was interrupted
  auto made = fill(options, partial);
  if (made) {
    fs::rename(partial, target, code);
    if (code) made = refused(target.string(), code);
    if (auto durable = sync_folder(fs::absolute(target).parent_path()); made && !durable)
      made = failure(std::move(durable).error());
  }
  if (!made) fs::remove_all(partial, code);
  return made;
}

} // namespace troupe::storage
