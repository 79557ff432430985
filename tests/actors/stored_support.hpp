#pragma once
// A show on a real disk with its journal, for casts on virtual time.

#include "actors/show/journal_actor.hpp"
#include "actors/system/supervisor_actor.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>

namespace troupe::test {

/// Fills in what the supervisor is given of the disk: journal, files, and the show as it was found.
inline void put_show(actors::supervisor_options& into, const std::filesystem::path& folder,
                     const std::string& show) {
  into.archive.reset(); // and the locks with them, if there were some
  into.files.reset();
  auto files = storage::show_files::open(folder);
  REQUIRE(files);
  into.files = std::make_shared<storage::show_files>(std::move(*files));
  const auto found = into.files->load(show, true);
  REQUIRE(found);
  const auto ids = std::make_shared<int>(0);
  storage::journal_options where;
  where.data_dir = folder;
  where.wall_time_ms = [] { return std::int64_t{1}; };
  where.random = [ids] {
    ++*ids;
    return std::array<std::uint8_t, 16>{static_cast<std::uint8_t>(*ids),
                                        static_cast<std::uint8_t>(*ids >> 8)};
  };
  auto opened = storage::open_journal(where);
  REQUIRE(opened);
  storage::show_archive::options naming;
  naming.new_id = [ids] { return "command-" + std::to_string(++*ids); };
  into.archive = std::make_shared<storage::show_archive>(std::move(*opened), naming);
  const auto arrived = into.archive->load(*found);
  REQUIRE(arrived);
  into.loaded = actors::as_message(*arrived);
}

} // namespace troupe::test
