#include "actors/cli/replay_command.hpp"

#include "actors/cli/frame_digest.hpp"
#include "actors/cli/run_player.hpp"
#include "engine/float_environment.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>
#include <unistd.h>
#include <vector>

namespace troupe::cli {

namespace {

namespace run_log = storage::run_log;

int list_runs(const replay_options& options, const streams& io) {
  const auto all = run_log::segments_in(*storage::real_file_system(), options.log);
  if (!all) return report(io, all.error());
  std::string run;
  std::uint64_t bytes = 0;
  std::uint32_t first = 0;
  std::size_t segments = 0;
  const auto tell = [&] {
    if (segments == 0) return;
    io.out << fmt::format("{}  {:>4} segment{}  {:>9.1f} MiB{}\n", run, segments, segments == 1 ? " " : "s",
                          static_cast<double>(bytes) / (1 << 20),
                          first > 1 ? "  (its beginning has been deleted)" : "");
  };
  for (const auto& one : *all) {
    if (one.run != run) {
      tell();
      run = one.run;
      bytes = segments = 0;
      first = one.number;
    }
    ++segments;
    bytes += one.bytes;
  }
  tell();
  return exit_ok;
}

result<void> check_replay_options(const replay_options& options) {
  if (options.speed && !(*options.speed >= 0.01 && *options.speed <= 1000))
    return invalid("speed", "--speed is 0.01 to 1000");
  if (options.step && options.speed) return invalid("step", "give --speed or --step, not both");
  if (options.from && options.to && *options.to < *options.from)
    return invalid("to", "--to is before --from");
  return {};
}

/// One replay from its first frame to its summary.
class replaying {
 public:
  replaying(const replay_options& options, const streams& io, key_lines& keys, const pace_world& world,
            run_player player, std::vector<std::unique_ptr<replay_output>> outputs)
      : options_(options), io_(io), keys_(keys), world_(world), player_(std::move(player)),
        outputs_(std::move(outputs)) {
    if (options.speed || (options.ways.any() && !options.step))
      clock_.emplace(world, options.speed.value_or(1));
  }

  int run() {
    while (true) {
      const auto frame = player_.next();
      if (!frame) return report(io_, frame.error());
      if (!*frame || after((*frame)->time)) break;
      if (before((*frame)->time)) continue;
      if (!show(**frame)) break;
    }
    for (const auto& one : outputs_) one->darken();
    return summary();
  }

 private:
  static double seconds(const tick_time& time) { return static_cast<double>(time.t_ns) / 1e9; }
  bool before(const tick_time& time) const { return options_.from && seconds(time) < *options_.from; }
  bool after(const tick_time& time) const { return options_.to && seconds(time) > *options_.to; }

  /// @returns whether to go on
  bool show(const played_frame& frame) {
    if (clock_ && !clock_->wait_for(frame.time)) return false;
    if (world_.stopped()) return false;
    for (const auto& one : outputs_) one->send(frame.dmx, world_.now_ns());
    ++frames_;
    const auto hash = fmt::format("{:016x}", frame.hash);
    digest_.add(hash);
    if (options_.hashes || options_.step)
      io_.out << fmt::format("{} {:.6f} {}{}\n", frame.time.frame_number, seconds(frame.time), hash,
                             frame.exact ? "" : " inexact");
    return !options_.step || step();
  }

  bool step() {
    if (steps_ > 0 && --steps_ > 0) return true;
    io_.out << std::flush;
    const auto line = keys_.next([this] {
      for (const auto& one : outputs_) one->repeat(world_.now_ns());
      return !world_.stopped();
    });
    const auto many = line ? steps_from(*line) : std::nullopt;
    steps_ = many.value_or(0);
    return many.has_value();
  }

  int summary() {
    const auto& log = player_.log();
    const auto& found = player_.comparison();
    for (const auto& one : log.findings()) io_.err << "warning: " << one << '\n';
    io_.out << fmt::format("run {}\nframes {}\nsha256 {}\n", log.segments().front().run, frames_,
                           digest_.finish());
    io_.out << fmt::format("compared {}, different {}", found.compared, found.different);
    if (found.inexact > 0)
      io_.out << fmt::format(", not comparable {} ({} of them differ)", found.inexact,
                             found.inexact_different);
    if (player_.gaps() > 0) io_.out << fmt::format(", gaps {}", player_.gaps());
    io_.out << '\n';
    if (found.different > 0) {
      io_.err << fmt::format("troupe: frame {} is the first that differs from the run\n",
                             *found.first_different);
      return exit_failed;
    }
    if (!options_.verify) return exit_ok;
    if (found.compared == 0 || found.inexact > 0 || player_.gaps() > 0 || log.damaged()) {
      io_.err << "troupe: not all of the run could be compared\n";
      return exit_failed;
    }
    return exit_ok;
  }

  const replay_options& options_;
  const streams& io_;
  key_lines& keys_;
  const pace_world& world_;
  run_player player_;
  std::vector<std::unique_ptr<replay_output>> outputs_;
  std::optional<replay_clock> clock_;
  frame_digest digest_;
  std::uint64_t frames_ = 0;
  std::uint64_t steps_ = 0; // that may be made before asking again
};

} // namespace

int run_replay(const replay_options& options, const streams& io, key_lines& keys, const pace_world& world) {
  if (options.list) return list_runs(options, io);
  if (const auto fine = check_replay_options(options); !fine) return report(io, fine.error());
  auto log = run_log::run_reader::open(storage::real_file_system(), options.log, options.run);
  if (!log) return report(io, log.error());
  auto outputs = open_ways(options.ways, io);
  if (!outputs) return report(io, outputs.error());
  engine::set_default_float_environment();
  return replaying(options, io, keys, world, run_player(std::move(*log)), std::move(*outputs)).run();
}

void add_replay_command(CLI::App& app, const streams& io, int& exit_code) {
  auto options = std::make_shared<replay_options>();
  auto* command = app.add_subcommand("replay", "Do a recorded run again, frame by frame");
  command->add_option("log", options->log, "A run log: its folder, or one of its files")
      ->type_name("LOG")
      ->required();
  command->add_option("--run", options->run, "Which run of the folder; the newest unless told otherwise")
      ->type_name("NAME");
  command->add_flag("--list", options->list, "Tell which runs the folder holds, and end");
  command->add_flag("--hashes", options->hashes, "Print number, time and hash of every frame");
  command->add_flag("--verify", options->verify, "Fail also if frames couldn't be compared with the run");
  command->add_option("--from", options->from, "Begin here, in seconds of the show's time");
  command->add_option("--to", options->to, "End here");
  command->add_option("--speed", options->speed, "1 is as it was, 2 twice as fast; if frames are sent 1");
  command->add_flag("--step", options->step, "Wait for Enter before each frame; a number makes so many");
  auto& ways = options->ways;
  command->add_option("--artnet", ways.artnet, "Send the frames to this node")->type_name("HOST[:PORT]");
  command->add_option("--sacn", ways.sacn, "Send them as sACN: multicast, or to this receiver")
      ->type_name("multicast|HOST[:PORT]");
  command->add_option("--outputs", ways.settings, "Send them to all outputs of a settings file")
      ->type_name("FILE");
  command->footer(
      "A server records what it does in DATA_DIR/.troupe/runlog (docs/run-log.md). The replay computes\n"
      "every frame again and compares it with the run; it fails if one differs.\n\n"
      "Examples:\n"
      "  troupe replay data/.troupe/runlog --list\n"
      "  troupe replay data/.troupe/runlog --verify\n"
      "  troupe replay data/.troupe/runlog --run 20261121 --from 3600 --artnet 10.0.0.20\n"
      "  troupe replay data/.troupe/runlog --step --sacn multicast\n"
      "  troupe replay data/.troupe/runlog --from 12.5 --to 14 --hashes");
  command->callback([options, io, &exit_code] {
    key_lines keys(STDIN_FILENO);
    exit_code = run_replay(*options, io, keys, real_pace());
  });
}

} // namespace troupe::cli
