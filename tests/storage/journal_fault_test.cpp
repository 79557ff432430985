// Whatever the disk does, a change is wholly there or wholly absent, what was acknowledged stays, the chain
// is whole, and the next start needs no hand.

#include "storage/journal/verify_journal.hpp"
#include "tests/storage/fault_vfs.hpp"
#include "tests/storage/journal_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sqlite3.h>

namespace {

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

using operation = fault_vfs::operation;

/// One journal on a disk that can fail, and what its user knows of it.
class faulty_journal {
 public:
  /// @param place keeps the key between runs; its making is the slowest part of one
  explicit faulty_journal(const temp_dir& place) : folder(place), options(world.options(folder.path())) {
    std::filesystem::remove(folder / ".troupe/checkpoints.jsonl");
    options.vfs = fault_vfs::name;
    options.checkpoint_every = 5;
  }

  bool open() {
    auto result = open_journal(options);
    if (!result) return false;
    opened = std::move(*result);
    return true;
  }
  /// Neither damaged nor found unwritable when it was opened.
  bool writable() const {
    const auto refuses = [](const std::string& note) {
      return note.find("can't be written") != std::string::npos;
    };
    return opened.journal && !opened.damage &&
           std::none_of(opened.notes.begin(), opened.notes.end(), refuses);
  }
  void close() { opened = {}; }

  /// A batch of some fixtures. @returns whether it was acknowledged
  bool append(int size) {
    journal_rig::drafts batch(static_cast<std::size_t>(size));
    for (auto& each : batch) {
      ++count_;
      each.event = fixture_updated(fmt::format("f{}", count_ % 5), fmt::format("n{}", count_));
    }
    auto done = opened.journal->append(batch);
    if (done) acknowledged = done->back()->position;
    pending = done ? 0 : static_cast<std::uint64_t>(size);
    return done.has_value();
  }

  /// Opens, appends, closes and opens again, up to the point where the disk fails. @returns whether all went
  /// well
  bool run() {
    for (int round = 0; round < 2; ++round) {
      if (!open() || opened.damage) return false;
      for (const int size : {1, 3, 2, 1})
        if (!append(size)) return false;
      close();
    }
    return true;
  }

  /// A healthy disk again: the journal opens, is whole, holds what was acknowledged and perhaps the batch
  /// that was never answered, and goes on.
  void check_recovers(bool may_hold_pending) {
    close();
    REQUIRE(open());
    INFO((opened.damage ? opened.damage->reason : ""));
    REQUIRE_FALSE(opened.damage);
    const auto head = opened.journal->head().position;
    if (head != acknowledged) {
      CHECK(may_hold_pending);
      CHECK(head == acknowledged + pending);
    }
    REQUIRE(append(2));
    CHECK(acknowledged == head + 2);
    CHECK(must(verify_journal(options)).intact());
    close();
    const auto report = must(verify_journal(options));
    CHECK(report.intact());
    CHECK(report.events == head + 2);
  }

  fault_vfs disk;
  const temp_dir& folder;
  journal_world world;
  journal_options options;
  open_journal_result opened;
  std::uint64_t acknowledged = 0, pending = 0;

 private:
  int count_ = 0;
};

/// How many calls a run without faults makes.
std::size_t calls_of_a_run(const temp_dir& folder) {
  faulty_journal journal(folder);
  REQUIRE(journal.run());
  return journal.disk.calls();
}

} // namespace

TEST_CASE("journal faults: a process that ends at any call leaves whole changes",
          "[storage][journal][fault]") {
  const temp_dir folder;
  const auto calls = calls_of_a_run(folder);
  REQUIRE(calls > 50);
  for (std::size_t at = 0; at < calls; ++at)
    for (const std::size_t torn : {0U, 24U, 100U}) {
      CAPTURE(at, torn);
      faulty_journal journal(folder);
      journal.disk.stop_at(at, torn);
      journal.run();
      journal.close();
      journal.disk.restart();
      journal.check_recovers(true);
    }
}

TEST_CASE("journal faults: power that is lost at any call takes nothing that was acknowledged",
          "[storage][journal][fault]") {
  const temp_dir folder;
  const auto calls = calls_of_a_run(folder);
  std::mt19937 random{1};
  for (std::size_t at = 0; at < calls; ++at)
    for (int round = 0; round < 4; ++round) {
      CAPTURE(at, round);
      faulty_journal journal(folder);
      journal.disk.stop_at(at, random() % 5'000);
      journal.run();
      journal.close();
      journal.disk.lose_power(random);
      journal.check_recovers(true);
    }
}

TEST_CASE("journal faults: a call that fails once fails one change, which never comes back",
          "[storage][journal][fault]") {
  const temp_dir folder;
  const int code = GENERATE(SQLITE_IOERR_WRITE, SQLITE_FULL, SQLITE_IOERR_FSYNC);
  const bool goes_on = GENERATE(true, false);
  const auto calls = calls_of_a_run(folder);
  for (std::size_t at = 0; at < calls; ++at) {
    CAPTURE(at, code, goes_on);
    faulty_journal journal(folder);
    journal.disk.decide_by([&](const fault_vfs::call& call) -> fault_vfs::outcome {
      return {call.number == at ? code : SQLITE_OK, call.size / 2};
    });
    journal.run();
    if (goes_on && journal.writable()) {
      CHECK(journal.append(1));
      CHECK(must(verify_journal(journal.options)).intact());
    } else {
      journal.disk.stop_at(0); // the process ends right behind the failure
      journal.close();
      journal.disk.restart();
    }
    journal.check_recovers(false);
  }
}

TEST_CASE("journal faults: a disk that is full from any call on refuses, and takes changes again with space",
          "[storage][journal][fault]") {
  const temp_dir folder;
  const auto calls = calls_of_a_run(folder);
  for (std::size_t at = 0; at < calls; at += 2) {
    CAPTURE(at);
    faulty_journal journal(folder);
    journal.disk.decide_by([&](const fault_vfs::call& call) -> fault_vfs::outcome {
      const bool grows = call.what == operation::write || call.what == operation::open;
      return {grows && call.number >= at ? SQLITE_FULL : SQLITE_OK, call.size / 3};
    });
    if (!journal.run() && journal.writable()) {
      for (int i = 0; i < 3; ++i) CHECK_FALSE(journal.append(1));
      CHECK(journal.opened.journal->head().position == journal.acknowledged);
      journal.disk.heal();
      CHECK(journal.append(1));
    }
    journal.disk.heal();
    journal.check_recovers(false);
  }
}

TEST_CASE(
    "journal faults: a disk whose flushes fail for good, and a process that ends, leave no refused change",
    "[storage][journal][fault]") {
  const temp_dir folder;
  const auto calls = calls_of_a_run(folder);
  for (std::size_t at = 0; at < calls; ++at) {
    CAPTURE(at);
    faulty_journal journal(folder);
    journal.disk.decide_by([&](const fault_vfs::call& call) -> fault_vfs::outcome {
      return {call.what == operation::sync && call.number >= at ? SQLITE_IOERR_FSYNC : SQLITE_OK, 0};
    });
    journal.run();
    journal.disk.stop_at(0);
    journal.close();
    journal.disk.restart();
    journal.check_recovers(false);
  }
}

TEST_CASE("journal faults: a disk that may only be read shows what is there and refuses changes",
          "[storage][journal][fault]") {
  const temp_dir folder;
  faulty_journal journal(folder);
  REQUIRE(journal.run());
  const auto view = [&] { return brief(must(journal.opened.journal->view("gala"))); };
  REQUIRE(journal.open());
  const auto before = view();
  journal.close();
  journal.disk.decide_by([&](const fault_vfs::call&) -> fault_vfs::outcome { return {SQLITE_READONLY, 0}; });
  REQUIRE(journal.open());
  CHECK_FALSE(journal.opened.damage);
  REQUIRE(journal.opened.notes.size() == 1);
  CHECK(view() == before);
  CHECK(must(must(journal.opened.read())->head()).position == journal.acknowledged);
  CHECK_FALSE(journal.append(1));
  journal.disk.heal();
  journal.check_recovers(false);
}

TEST_CASE("journal faults: an empty folder that can't be written gives an empty journal that refuses",
          "[storage][journal][fault]") {
  const temp_dir folder;
  faulty_journal journal(folder);
  journal.disk.decide_by([&](const fault_vfs::call&) -> fault_vfs::outcome { return {SQLITE_CANTOPEN, 0}; });
  REQUIRE(journal.open());
  CHECK_FALSE(journal.opened.damage);
  CHECK(journal.opened.notes.size() == 1);
  CHECK(journal.opened.journal->head().position == 0);
  CHECK(must(must(journal.opened.read())->head()).position == 0);
  CHECK_FALSE(journal.append(1));
}

TEST_CASE("journal faults: a WAL that was torn at any byte ends before the change that it cuts",
          "[storage][journal][fault]") {
  const temp_dir folder;
  faulty_journal journal(folder);
  journal.options.checkpoint_every = 1'000;
  REQUIRE(journal.open());
  REQUIRE(journal.append(2));
  const auto find_wal = [](const fault_vfs::image& files) {
    for (const auto& [path, bytes] : files)
      if (path.ends_with("-wal")) return path;
    return std::string();
  };
  auto image = journal.disk.files();
  const auto wal = find_wal(image);
  const auto before = image.at(wal).size();
  REQUIRE(journal.append(3));
  image = journal.disk.files();
  const auto whole = image.at(wal);
  REQUIRE(whole.size() > before);
  journal.disk.stop_at(0);
  journal.close();

  const bool garbage = GENERATE(false, true);
  const auto step = [](std::size_t at) { return at % 4'120 < 40 ? std::size_t(1) : std::size_t(61); };
  for (auto at = before; at <= whole.size(); at += step(at - 32)) {
    CAPTURE(at, garbage);
    auto torn = whole.substr(0, at);
    if (garbage) torn.resize(whole.size(), '\x5a');
    image[wal] = torn;
    journal.disk.restart();
    journal.disk.put(image);
    const auto report = must(verify_journal(journal.options));
    CHECK(report.intact());
    CHECK(report.events == (at < whole.size() ? 2 : 5));
    journal.disk.put(image);
    REQUIRE(journal.open());
    CHECK(journal.opened.journal->head().position == report.events);
    CHECK(journal.append(1));
    CHECK(must(verify_journal(journal.options)).events == report.events + 1);
    journal.disk.stop_at(0); // so that no checkpoint is signed
    journal.close();
    journal.disk.restart();
  }
}

TEST_CASE("journal faults: power that is lost around the clean-up of a large WAL takes nothing",
          "[storage][journal][fault]") {
  const temp_dir folder;
  std::mt19937 random{7};
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    faulty_journal journal(folder);
    REQUIRE(journal.open());
    journal.disk.count_from_here();
    journal.disk.stop_at(600 + random() % 3'000, random() % 5'000);
    const auto large = fmt::format(R"({{"id":"f","revision":1,"name":"{}"}})", std::string(150'000, 'x'));
    for (int i = 0; i < 60 && !journal.disk.stopped(); ++i) {
      journal_rig::drafts batch(1);
      batch[0].event = fixture_updated(fmt::format("f{}", i % 3), "");
      batch[0].event.entity = large;
      if (auto done = journal.opened.journal->append(batch))
        journal.acknowledged = done->back()->position;
      else
        journal.pending = 1;
    }
    journal.close();
    journal.disk.lose_power(random);
    journal.check_recovers(true);
  }
}
