#include "actors/system/stored_show.hpp"

#include "actors/show/journal_actor.hpp"
#include "actors/system/log.hpp"
#include "actors/system/system_sources.hpp"

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
  if (!journal) return failure{journal.error()};
  log_all(journal->notes);
  storage::show_archive::options ids;
  ids.new_id = random_id;
  auto archive = std::make_shared<storage::show_archive>(std::move(*journal), std::move(ids));
  const auto arrived = archive->load(*found);
  if (!arrived) return failure{arrived.error()};
  log_all(arrived->notes);
  stored_show made{std::move(archive), std::make_shared<storage::show_files>(std::move(*files)),
                   as_message(*arrived)};
  log_problems(*made.loaded);
  return made;
}

} // namespace troupe::actors
