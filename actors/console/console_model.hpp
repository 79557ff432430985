#pragma once
// What the console shows, whatever it comes from: a server far away or the frame hub of this process.

#include "actors/console/rate_meter.hpp"
#include "protocol/bundle.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::console {

struct patched_fixture {
  std::string id;
  std::string name;
};

struct fixture_group {
  std::string id;
  std::string name;
  std::vector<std::string> fixture_ids;
};

/// A frame as values, by fixture id.
struct shown_frame {
  std::uint64_t number = 0;
  double t = 0; ///< seconds
  std::map<std::string, bundle, std::less<>> fixtures;
};

struct broken_graph {
  std::string id;
  std::string reason;
};

/// What runtime/status tells.
struct shown_status {
  double tick_hz = 0;
  double t = 0; ///< seconds
  std::uint64_t frame_number = 0;
  std::size_t graphs = 0;
  std::size_t enabled = 0; ///< of them, and compiling
  std::vector<broken_graph> broken;
};

enum class link_state : std::uint8_t {
  local, ///< no network between
  connecting,
  connected,
  lost ///< waiting before the next attempt
};

struct link {
  link_state state = link_state::local;
  std::string where;  ///< the server's address
  std::string detail; ///< why it was lost
};

/// A fixture with what it does.
struct fixture_row {
  std::string id;
  std::string name;
  std::optional<bundle> values; ///< nothing while the fixture isn't in the frame
};

struct group_rows {
  std::string name;
  std::vector<fixture_row> fixtures;
};

/// Everything the view draws. Time comes from outside: any clock that doesn't go back.
class console_model {
 public:
  using time = std::chrono::nanoseconds;

  void apply_show(std::string name) { show_ = std::move(name); }
  void apply_link(link next);

  /// The rig. Each fixture is shown once, in the smallest of its groups (the first of equal ones), since that
  /// one says most of it; what is in no group comes last.
  void apply_fixtures(std::vector<patched_fixture> fixtures, std::vector<fixture_group> groups);

  void apply_status(shown_status status, time now);

  /// A frame has come, whether or not its values will be shown. Numbers in between that didn't come are
  /// counted as dropped, except without a network between: there frames are asked for when they are drawn.
  void count_frame(std::uint64_t number, time now);
  /// Its values. Call `count_frame` besides.
  void apply_frame(shown_frame frame) { frame_ = std::move(frame); }

  const std::string& show() const noexcept { return show_; }
  const link& connection() const noexcept { return link_; }
  const std::optional<shown_status>& status() const noexcept { return status_; }
  const std::optional<shown_frame>& frame() const noexcept { return frame_; }
  std::uint64_t dropped() const noexcept { return dropped_; }
  std::uint64_t received() const noexcept { return received_; }
  /// Ticks per second as the frames' numbers tell; nothing before there are enough.
  std::optional<double> measured_hz(time now) const { return ticks_.hz(now); }

  /// The rig with its values. Fixtures that the frame holds and the rig doesn't know come last.
  std::vector<group_rows> rows() const;

 private:
  struct member {
    std::string id, name;
  };
  struct section {
    std::string name;
    std::vector<member> members;
  };

  std::string show_;
  link link_;
  std::vector<section> sections_;
  std::optional<shown_status> status_;
  std::optional<shown_frame> frame_;
  rate_meter ticks_;
  std::uint64_t last_number_ = 0; ///< 0: none on this connection
  std::uint64_t dropped_ = 0;
  std::uint64_t received_ = 0;
};

} // namespace troupe::console
