#include "actors/system/stored_show.hpp"

#include "actors/show/journal_actor.hpp"
#include "actors/system/log.hpp"
#include "actors/system/system_sources.hpp"
#include "storage/journal/refusing_journal.hpp"

#include <fmt/format.h>

namespace troupe::actors {
namespace {

void log_all(const std::vector<std::string>& notes) {
  for (const auto& note : notes) log::info("storage", note);
}

void log_problems(const show_on_disk& loaded) {
  for (const auto& one : loaded.problems)
    log::warn("storage", fmt::format("{}:{}:{}: {}", one.file, one.line, one.column, one.reason));
}

std::shared_ptr<storage::show_archive> archive_of(storage::open_journal_result journal) {
  storage::show_archive::options ids;
  ids.new_id = random_id;
  return std::make_shared<storage::show_archive>(std::move(journal), std::move(ids));
}

/// The show goes on from its files, read-only: never guess what a broken journal may have said.
std::shared_ptr<storage::show_archive> archive_without(const error& why) {
  log::error("storage", "the journal can't be used, the show is read-only: " + why.message);
  return archive_of(storage::refusing_journal(why));
}

} // namespace

result<stored_show> open_show(const storage::config& settings) {
  storage::show_files_options disk;
  disk.max_entities = settings.max_entities;
  auto files = storage::show_files::open(settings.data, disk);
  if (!files) return failure{files.error()};
  log_all(files->opening_notes());
  const auto found = files->load(settings.show, true);
  if (!found) return failure{found.error()};

  storage::journal_options where;
  where.data_dir = settings.data;
  where.url = settings.journal_url;
  where.steady_ns = steady_ns;
  where.wall_time_ms = wall_time_ms;
  where.random = random_bytes;
  auto journal = storage::open_journal(std::move(where));
  if (journal) log_all(journal->notes);
  auto archive = journal ? archive_of(std::move(*journal)) : archive_without(journal.error());
  auto arrived = archive->load(*found);
  if (!arrived) { // it can be opened, and what it says makes no show
    archive = archive_without(arrived.error());
    arrived = archive->load(*found);
  }
  if (!arrived) return failure{arrived.error()};
  log_all(arrived->notes);
  // What a damaged journal can't vouch for stays as it is on the disk, edits by hand included.
  if (archive->damage()) files->freeze();
  // Before anybody changes the show: what was edited by hand is in the files and the journal alike.
  if (const auto written = files->project(arrived->state, arrived->position); written)
    log_all(written->notes);
  else
    log::warn("storage", "the files can't follow: " + written.error().message);
  stored_show made{std::move(archive), std::make_shared<storage::show_files>(std::move(*files)),
                   as_message(*arrived)};
  log_problems(*made.loaded);
  return made;
}

} // namespace troupe::actors
