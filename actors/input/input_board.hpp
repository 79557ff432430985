#pragma once
// All faders and buttons, who holds what (protocol, section 7 "Inputs"), and what the network says. Pure: the
// live server and `troupe render` use the same one.

#include "protocol/inputs.hpp"
#include "protocol/local_messages.hpp"
#include "protocol/messages.hpp"
#include "protocol/reuse_pool.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace troupe::actors {

class input_board {
 public:
  /// The controls that exist from now on. Those that stay keep what they are.
  /// @param reset another show: faders to 0, nothing held
  void relayout(std::shared_ptr<const input_layout> layout, bool reset);

  /// @returns false if the show has no such control; then nothing has changed
  bool apply(std::uint64_t client, const input_change& change);

  /// Releases what the client holds.
  void release_all(std::uint64_t client);

  /// What the network says from now on.
  void network_says(const network_moved& news);

  /// The inputs as the next tick sees them. Presses since the last call are in it, and in no other.
  /// The same object as before while nothing has changed.
  std::shared_ptr<const input_snapshot> tick(const tick_time& time = {});

  /// Faders and held buttons as clients see them; grows its version with every change.
  std::shared_ptr<const input_image> image();

  /// Whether anything that clients see has moved since `image` was called.
  bool moved() const noexcept { return moved_; }

 private:
  struct button {
    std::vector<std::uint64_t> holders; // clients, each once
    bool pressed = false;               // since the last tick
    std::uint64_t version = 0;
  };

  std::optional<std::size_t> find(const std::vector<std::string>& sorted, std::string_view id) const;
  void move_fader(std::size_t index, float value);
  void hold(std::size_t index, std::uint64_t client);
  void let_go(std::size_t index, std::uint64_t client);
  void touch_button(std::size_t index);

  std::shared_ptr<const input_layout> layout_ = std::make_shared<const input_layout>();
  std::vector<float> faders_;
  std::vector<std::uint64_t> fader_versions_;
  std::vector<button> buttons_;
  std::uint64_t version_ = 1;
  bool moved_ = true;
  bool stale_ = true; // the snapshot no longer shows what is
  dmx_inputs_ptr network_;
  std::optional<network_moved> new_timecode_; // that no tick has seen
  timecode_mark timecode_;
  reuse_pool<input_snapshot> snapshots_;
  std::shared_ptr<const input_snapshot> snapshot_;
  std::shared_ptr<const input_image> image_;
};

/// An image in which everything is at rest; the first thing clients see of a show.
std::shared_ptr<const input_image> image_at_rest(std::shared_ptr<const input_layout> layout,
                                                 std::uint64_t version);

} // namespace troupe::actors
