#include "tests/conformance/support/kill_rounds.hpp"

#include "storage/journal/verify_journal.hpp"

#include <atomic>
#include <fmt/format.h>
#include <map>
#include <random>
#include <thread>

namespace troupe::conformance {

namespace {

/// One connection's work, and what it knows to be true. A change on its way when the process dies may be
/// there or not.
struct writer {
  std::string fader; ///< id of the input that it changes
  std::uint64_t acknowledged = 1;
  struct known {
    bool there = true;
    bool member = false; ///< of the group
  };
  std::map<std::string, known> fixtures; ///< by id
  std::string in_doubt;                  ///< of the one that was being changed nothing is known
  std::string group;
  std::uint64_t done = 0;

  void prepare(rest_client& rest) {
    fader = str(rest.create("/api/inputs", {{"name", "f"}, {"type", "fader"}}).at("id"));
    group = str(rest.create("/api/groups", {{"name", "g"}, {"fixtureIds", json::array{}}}).at("id"));
  }

  /// Until the connection breaks.
  void work(std::uint16_t port, std::uint32_t seed) {
    std::mt19937 dice{seed};
    try {
      rest_client rest{port};
      for (;; ++done) {
        switch (dice() % 8) {
        case 0:
          add_fixture(rest);
          break;
        case 1:
          remove_fixture(rest);
          break;
        default:
          if (!rest.update("/api/inputs/" + fader, static_cast<std::int64_t>(acknowledged),
                           {{"count", acknowledged}})
                   .ok())
            throw std::runtime_error("refused");
          ++acknowledged;
        }
      }
    } catch (const std::exception&) {
      // the process has gone, as it was meant to
    }
  }

  void add_fixture(rest_client& rest) {
    const auto id =
        str(rest.create("/api/fixtures",
                        {{"name", "x"}, {"modelId", "generic-dimmer"}, {"universe", 1}, {"startChannel", 1}})
                .at("id"));
    fixtures[id] = {};
    const auto now = rest.read("/api/groups/" + group);
    auto members = now.at("fixtureIds").as_array();
    members.emplace_back(id);
    in_doubt = id;
    rest.change("/api/groups/" + group, {{"fixtureIds", members}});
    fixtures[id].member = true;
    in_doubt.clear();
  }

  /// Two facts in one command: the fixture goes, and the group loses it.
  void remove_fixture(rest_client& rest) {
    for (auto& [id, one] : fixtures) {
      if (!one.there) continue;
      in_doubt = id;
      if (!rest.del("/api/fixtures/" + id).ok()) throw std::runtime_error("refused");
      one = {false, false};
      in_doubt.clear();
      return;
    }
  }

  void compare(rest_client& rest, std::vector<std::string>& faults) {
    const auto found = rest.read("/api/inputs/" + fader);
    const auto revision = found.at("revision").to_number<std::uint64_t>();
    if (revision != acknowledged && revision != acknowledged + 1)
      faults.push_back(fmt::format("input {}: revision {}, acknowledged {}", fader, revision, acknowledged));
    if (revision > 1 && found.at("count").to_number<std::uint64_t>() != revision - 1)
      faults.push_back(fmt::format("input {} is half of a change", fader));
    acknowledged = revision;
    std::map<std::string, bool> member;
    const auto now = rest.read("/api/groups/" + group);
    for (const auto& one : now.at("fixtureIds").as_array()) member[str(one)] = true;
    for (auto& [id, one] : fixtures) {
      const writer::known found_now{rest.get("/api/fixtures/" + id).ok(), member[id]};
      if (!found_now.there && found_now.member)
        faults.push_back(fmt::format("group {} still has {}", group, id));
      if (id != in_doubt && found_now.there != one.there)
        faults.push_back(fmt::format("fixture {} is {}", id, found_now.there ? "back" : "lost"));
      if (id != in_doubt && found_now.member != one.member)
        faults.push_back(fmt::format("group {} has {} {}", group, found_now.member ? "got" : "lost", id));
      one = found_now;
    }
    in_doubt.clear();
  }
};

} // namespace

kill_tally kill_rounds(std::uint64_t rounds, int count, std::uint32_t seed, std::chrono::milliseconds longest,
                       const std::function<void(const kill_tally&)>& progress) {
  kill_tally tally;
  std::mt19937 dice{seed};
  test_server server;
  std::vector<writer> writers(static_cast<std::size_t>(count));
  {
    auto rest = server.rest();
    for (auto& one : writers) one.prepare(rest);
  }
  for (; tally.rounds < rounds && tally.faults.empty(); ++tally.rounds) {
    std::vector<std::thread> threads;
    for (auto& one : writers)
      threads.emplace_back([&one, port = server.port(), roll = dice()] { one.work(port, roll); });
    std::this_thread::sleep_for(longest * (dice() % 1'000) /
                                1'000); // the moment is what is tested: nothing is waited for
    server.kill_hard();
    for (auto& one : threads) one.join();

    storage::journal_options where;
    where.data_dir = server.data.path();
    const auto journal = storage::verify_journal(where);
    if (!journal)
      tally.faults.push_back("the journal can't be read: " + journal.error().message);
    else if (!journal->intact())
      tally.faults.emplace_back("the journal is damaged");
    server.start();
    auto rest = server.rest();
    for (auto& one : writers) {
      one.compare(rest, tally.faults);
      tally.acknowledged += std::exchange(one.done, 0);
    }
    const auto health = rest.get("/api/health").body;
    if (health.at("status") != "ok") tally.faults.push_back("health: " + json::serialize(health));
    const auto edits = rest.get("/api/history?type=external_edit&limit=1");
    if (!edits.ok() || !edits.data().as_array().empty())
      tally.faults.push_back("a file that was merely behind counts as edited: " +
                             json::serialize(edits.body));
    if (progress) progress(tally);
  }
  return tally;
}

} // namespace troupe::conformance
