#pragma once
// `troupe render`: what a show would send, computed without a server, a clock or a network.

#include "actors/cli/streams.hpp"
#include "protocol/entities.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace troupe::cli {

enum class render_format : std::uint8_t {
  jsonl, ///< one frame/full message per line
  dmx    ///< TRF1 messages one after the other
};

struct render_options {
  std::string data = "data";
  std::string show = "default";
  std::optional<std::string> script; ///< a file; see render_script.hpp
  double hz = 60;                    ///< 1..240
  std::optional<double> seconds;     ///< 10 without `frames`
  std::optional<std::uint64_t> frames;
  std::optional<std::string> out; ///< a file for the frames; `-`: `io.out`, the summary then goes to `io.err`
  render_format format = render_format::jsonl;
  release_mode release = release_mode::dark;
};

/// Prints two lines, `frames COUNT` and `sha256 HASH`. Takes no lock: it may run beside a server.
int run_render(const render_options& options, const streams& io);

void add_render_command(CLI::App& app, const streams& io, int& exit_code);

} // namespace troupe::cli
