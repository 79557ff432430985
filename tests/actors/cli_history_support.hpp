#pragma once
// A data folder with a history, without a server, and the commands that care for it.

#include "actors/cli/backup_command.hpp"
#include "actors/cli/export_command.hpp"
#include "actors/cli/journal_place.hpp"
#include "actors/cli/recover_command.hpp"
#include "actors/cli/verify_command.hpp"
#include "actors/system/system_sources.hpp"
#include "protocol/entity_codec.hpp"
#include "storage/journal/sha256.hpp"
#include "storage/journal/sqlite_database.hpp"
#include "storage/journal/verify_journal.hpp"
#include "storage/show_archive.hpp"
#include "tests/actors/cli_support.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <stdexcept>

namespace troupe::test {

template <class T>
T must(result<T> found) {
  if (!found) throw std::runtime_error(found.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*found);
}

/// A server's data folder: the demo show, and faders that are added to it.
class show_history {
 public:
  show_history() { open(), close(); }

  std::string path() const { return data.string(); }

  /// Holds the folder, as a server does.
  void open() {
    files.emplace(must(storage::show_files::open(data)));
    const auto found = must(files->load("tour", true));
    archive.emplace(must(storage::open_journal(cli::journal_in(path()))),
                    storage::show_archive::options{actors::random_id});
    auto arrived = must(archive->load(found));
    state = std::move(arrived.state);
    must(files->project(state, archive->head().position));
  }
  /// Stops, and signs the end of the journal.
  void close() {
    archive.reset();
    files.reset();
  }

  /// Adds a fader `ID` with one event. @returns its position
  std::uint64_t add(const std::string& id) {
    const auto members = boost::json::parse(fmt::format(R"({{"name":"{}","type":"fader"}})", id)).as_object();
    const auto made = must(parse_entity(entity_kind::input, id, 1, members, entity_source::file));
    auto origin = std::make_shared<command_origin>();
    origin->author = "Ada";
    origin->correlation_id = actors::random_id();
    const std::array facts{recorded_fact{entity_created{made}, nullptr, origin}};
    must(archive->commit("tour", facts));
    apply(state, facts[0].happened);
    return archive->head().position;
  }
  void project() { must(files->project(state, archive->head().position)); }

  /// Faders `x1` to `xN`, one after the other, then an ordered stop. @returns the position of the first
  std::uint64_t play(int faders, const std::string& prefix = "x") {
    open();
    const auto first = archive->head().position + 1;
    for (int i = 1; i <= faders; ++i) add(fmt::format("{}{}", prefix, i));
    project();
    close();
    return first;
  }

  /// Does something to the closed database behind the journal's back.
  void meddle(const std::string& statements) const {
    auto database = must(storage::sqlite_database::open(data / ".troupe/journal.sqlite",
                                                        storage::sqlite_database::access::write, {}));
    must(database.run(statements));
  }
  /// Changes one letter of what an event says.
  void flip(std::uint64_t position) const {
    meddle(fmt::format("UPDATE events SET entity = replace(entity, 'fader', 'fadEr') WHERE position = {}",
                       position));
  }

  /// Changes who made an event, and makes the chain anew behind it, as somebody would who knows how.
  void forge(std::uint64_t position) const {
    const auto opened = must(storage::open_journal(cli::journal_in(path())));
    storage::event_hasher hash;
    storage::sha256_digest previous{};
    std::string statements;
    must(must(opened.read())->scan(0, [&](const storage::journal_event& each) {
      auto event = each;
      if (event.position == position) event.author = "Eve";
      event.previous = previous;
      event.hash = previous = hash(event);
      statements += fmt::format("UPDATE events SET author = '{}', hash = x'{}' WHERE position = {};",
                                event.author, storage::to_hex(event.hash), event.position);
      return true;
    }));
    meddle(statements);
  }

  std::string inputs_file() const { return read_text(data / "tour/inputs.yaml"); }

  temp_dir top;
  std::filesystem::path data = top / "data";
  std::optional<storage::show_files> files;
  std::optional<storage::show_archive> archive;
  show_state state;
};

/// Every file below a folder with what is in it; without what a look at a database leaves beside it.
inline std::map<std::string, std::string> everything_in(const std::filesystem::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& each : std::filesystem::recursive_directory_iterator(folder)) {
    const auto name = each.path().lexically_relative(folder).string();
    if (!each.is_regular_file() || name.ends_with("-shm") || name.ends_with("-wal")) continue;
    out[name] = read_text(each.path());
  }
  return out;
}

inline outcome verify(const std::string& data, bool json = false) {
  return catching([&](const cli::streams& io) { return cli::run_verify({data, json}, io); });
}

} // namespace troupe::test
