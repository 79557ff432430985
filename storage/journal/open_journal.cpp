#include "storage/journal/open_journal.hpp"

#include "protocol/entity_codec.hpp"
#include "storage/journal/sqlite_schema.hpp"
#include "storage/journal/sqlite_source.hpp"
#include "storage/journal/sqlite_store.hpp"
#include "storage/journal/stored_history.hpp"
#include "storage/journal/stored_journal.hpp"

#include <fmt/format.h>

namespace troupe::storage {

namespace {

using access = sqlite_database::access;

struct opened_writer {
  sqlite_database database;
  bool made_new = false;
};

result<opened_writer> open_writer(const std::filesystem::path& file, const journal_options& options) {
  auto database = sqlite_database::open(file, access::create, options.vfs);
  if (!database) return failure(std::move(database).error());
  if (auto ready = set_up_sqlite_writer(*database); !ready) return failure(std::move(ready).error());
  auto made = make_sqlite_schema(*database, uuid_v4(options.random()));
  if (!made) return failure(std::move(made).error());
  return opened_writer{std::move(*database), *made};
}

result<std::unique_ptr<event_history>> open_reader(const std::filesystem::path& file,
                                                   const std::string& vfs) {
  auto database = sqlite_database::open(file, access::read, vfs);
  if (!database) return failure(std::move(database).error());
  if (auto ready = set_up_sqlite_reader(*database); !ready) return failure(std::move(ready).error());
  auto source = make_sqlite_source(std::move(*database));
  if (!source) return failure(std::move(source).error());
  return std::unique_ptr<event_history>(std::make_unique<stored_history>(std::move(*source)));
}

} // namespace

result<open_journal_result> open_journal(journal_options options) {
  if (!options.url.empty())
    return fail(ec::storage_unavailable, fmt::format("a journal at {} is not supported", options.url));
  const auto folder = options.data_dir / ".troupe";
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code)
    return fail(ec::storage_unavailable,
                fmt::format("{} can't be made: {}", folder.string(), code.message()));
  const auto file = folder / "journal.sqlite";
  auto writer = open_writer(file, options);
  if (!writer) return failure(std::move(writer).error());
  auto store = make_sqlite_store(std::move(writer->database));
  if (!store) return failure(std::move(store).error());
  auto tail = (*store)->tail();
  if (!tail) return failure(std::move(tail).error());
  open_journal_result out;
  auto figures = std::make_shared<journal_figures>();
  out.figures = figures;
  out.journal = std::make_unique<stored_journal>(std::move(*store), *tail, options, std::nullopt, figures);
  out.read = [file, vfs = options.vfs] { return open_reader(file, vfs); };
  if (writer->made_new) out.notes.push_back(fmt::format("{} was made", file.string()));
  return out;
}

} // namespace troupe::storage
