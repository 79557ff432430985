#include "storage/data_copy.hpp"

#include "storage/data_folder.hpp"
#include "storage/file_writing.hpp"
#include "storage/journal/plain_file.hpp"
#include "storage/journal/verify_journal.hpp"
#include "storage/show_files.hpp"
#include "storage/show_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace troupe::storage {

namespace {

namespace fs = std::filesystem;

failure refused(const fs::path& what, const std::error_code& code) {
  return fail(ec::storage_unavailable, fmt::format("{}: {}", what.string(), code.message()));
}

result<void> make_folders(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) return refused(folder, code);
  return {};
}

/// With its mode, durable when it returns. Nothing if there is no such file.
result<void> copy_durably(const fs::path& from, const fs::path& to) {
  std::error_code code;
  if (!fs::copy_file(from, to, code)) {
    if (code == std::errc::no_such_file_or_directory && !fs::exists(from)) return {};
    return refused(to, code);
  }
  const int file = ::open(to.c_str(), O_RDONLY | O_CLOEXEC);
  const bool durable = file >= 0 && ::fsync(file) == 0;
  code = std::error_code(durable ? 0 : errno, std::system_category());
  if (file >= 0) ::close(file);
  if (!durable) return refused(to, code);
  return {};
}

/// What belongs to one process, or can be made anew at any time.
bool is_passing(const std::string& name) {
  return name == "lock" || name == "mending" || name.ends_with("-shm") ||
         name.starts_with("snapshots.sqlite");
}

result<void> copy_tree(const fs::path& from, const fs::path& to) {
  auto done = make_folders(to);
  std::error_code code;
  for (fs::directory_iterator each(from, code), end; done && !code && each != end; each.increment(code)) {
    const auto name = each->path().filename().string();
    const bool own = from.filename() == ".troupe";
    if (each->is_symlink() || (own && is_passing(name))) continue;
    if (each->is_directory())
      done = copy_tree(each->path(), to / name);
    else if (each->is_regular_file())
      done = copy_durably(each->path(), to / name);
  }
  if (done && code) done = refused(from, code);
  if (done) done = sync_folder(to);
  return done;
}

/// The folder that a folder stands in.
fs::path folder_around(const fs::path& place) {
  const auto parent = fs::absolute(place).lexically_normal().parent_path();
  return parent.empty() ? fs::path("/") : parent;
}

result<void> rename_folder(const fs::path& from, const fs::path& to) {
  std::error_code code;
  fs::rename(from, to, code);
  if (code) return refused(to, code);
  return sync_folder(folder_around(to));
}

/// A new folder appears with everything in it. One that is there already, for example because only an
/// administrator may make one in that place, is filled; and emptied if that fails.
result<void> fill(const fs::path& from, const fs::path& to) {
  std::error_code ignored;
  if (fs::exists(to, ignored)) {
    auto done = copy_tree(from, to);
    if (!done)
      for (const auto& each : fs::directory_iterator(to, ignored)) fs::remove_all(each.path(), ignored);
    return done;
  }
  auto arriving = to;
  arriving += ".arriving";
  fs::remove_all(arriving, ignored); // of one that was interrupted
  auto done =
      make_folders(folder_around(to)).and_then([&] { return copy_tree(from, arriving); }).and_then([&] {
        return rename_folder(arriving, to);
      });
  if (!done) fs::remove_all(arriving, ignored);
  return done;
}

result<void> check_whole(const journal_report& report, const fs::path& backup) {
  for (const auto* each : {&report.chain, &report.signatures, &report.views})
    if (*each)
      return fail(ec::storage_unavailable, fmt::format("the backup {} is damaged from position {} on: {}",
                                                       backup.string(), (*each)->position, (*each)->reason));
  return {};
}

} // namespace

bool is_vacant(const fs::path& place) {
  std::error_code code;
  const auto status = fs::symlink_status(place, code);
  if (status.type() == fs::file_type::not_found) return true;
  return fs::is_directory(place, code) && fs::directory_iterator(place, code) == fs::directory_iterator() &&
         !code;
}

result<void> copy_as_it_is(const fs::path& data, const fs::path& to) {
  if (!is_vacant(to)) return fail(ec::storage_unavailable, fmt::format("{} isn't empty", to.string()));
  auto folder = data_folder::view(data, real_file_system());
  if (!folder) return failure(std::move(folder).error());
  const auto shows = list_shows(*folder);
  if (!shows) return failure(shows.error());
  auto done = make_folders(to / ".troupe");
  for (const auto* name : {"journal.sqlite", "journal.sqlite-wal", "journal.key", "journal.pub",
                           "checkpoints.jsonl", "files", "sacn-cid"})
    if (done) done = copy_durably(data / ".troupe" / name, to / ".troupe" / name);
  if (done) done = copy_durably(data / file_name(entity_kind::model), to / file_name(entity_kind::model));
  for (const auto& show : *shows)
    if (done) done = copy_tree(data / show, to / show);
  return done.and_then([&] { return sync_folder(to / ".troupe"); }).and_then([&] { return sync_folder(to); });
}

result<data_restored> restore_data(const journal_options& backup, const fs::path& to,
                                   const fs::path& put_aside) {
  auto report = verify_journal(backup);
  if (!report) return failure(std::move(report).error());
  if (auto whole = check_whole(*report, backup.data_dir); !whole) return failure(std::move(whole).error());
  data_restored out{std::move(*report), {}};
  const bool vacant = is_vacant(to);
  if (!vacant && put_aside.empty()) return fail(ec::conflict, fmt::format("{} isn't empty", to.string()));
  if (vacant) {
    auto done = fill(backup.data_dir, to);
    if (!done) return failure(std::move(done).error());
    return out;
  }
  auto held = data_folder::open(to, real_file_system()); // no server may start on it meanwhile
  if (!held) return failure(std::move(held).error());
  auto arriving = to;
  arriving += ".restored";
  std::error_code ignored;
  fs::remove_all(arriving, ignored);
  auto done = fill(backup.data_dir, arriving).and_then([&] { return rename_folder(to, put_aside); });
  if (done) {
    fs::permissions(arriving, fs::status(put_aside, ignored).permissions(), ignored);
    done = rename_folder(arriving, to);
    if (!done) fs::rename(put_aside, to, ignored);
  }
  if (!done) {
    fs::remove_all(arriving, ignored);
    return failure(std::move(done).error());
  }
  out.put_aside = put_aside;
  return out;
}

} // namespace troupe::storage
