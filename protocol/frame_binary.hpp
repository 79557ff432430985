#pragma once
// Binary frames: the DMX of all universes as clients get it (protocol, section 7 "Binary frames").

#include "protocol/frame.hpp"
#include "protocol/reuse_pool.hpp"
#include "protocol/wire_forms.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace troupe {

/// The universes a client wants to see; as `fixture_filter`.
class universe_filter {
 public:
  explicit universe_filter(std::vector<std::uint16_t> addresses);

  const std::vector<std::uint16_t>& addresses() const noexcept { return addresses_; } ///< sorted, each once
  std::uint64_t hash() const noexcept { return hash_; }
  friend bool operator==(const universe_filter& a, const universe_filter& b) noexcept {
    return a.hash_ == b.hash_ && a.addresses_ == b.addresses_;
  }

 private:
  std::vector<std::uint16_t> addresses_;
  std::uint64_t hash_ = 0;
};

using universe_filter_ptr = std::shared_ptr<const universe_filter>;

/// The DMX of one frame, with the frame in which each universe last changed. It shares the levels with the
/// tick that made them.
class dmx_image {
 public:
  dmx_image() = default;
  dmx_image(const dmx_image&) = delete;
  dmx_image& operator=(const dmx_image&) = delete;

  /// Makes this the image of `data`, reusing its memory. Only for the sole owner.
  /// @param data       not null, and a newer frame than `previous`
  /// @param previous   the image before, or null; may be older than the frame before
  /// @param show_epoch as in frame_image
  void build(std::shared_ptr<const dmx_data> data, const dmx_image* previous, std::uint64_t show_epoch);

  std::uint64_t frame_number() const noexcept { return data_ ? data_->time.frame_number : 0; }
  std::uint64_t show_epoch() const noexcept { return show_epoch_; }
  const dmx_data& data() const noexcept { return *data_; }

  /// By universe, as `data().addresses`.
  std::span<const std::uint64_t> last_changed() const noexcept { return changed_; }

  wire_forms<universe_filter>& forms() const noexcept { return forms_; }

 private:
  std::shared_ptr<const dmx_data> data_;
  std::uint64_t show_epoch_ = 0;
  std::vector<std::uint64_t> changed_;
  mutable wire_forms<universe_filter> forms_;
};

using dmx_image_ptr = std::shared_ptr<const dmx_image>;

/// As frame_image_pool. Frames may be left out while nobody wants binary frames.
class dmx_image_pool {
 public:
  dmx_image_ptr make(std::shared_ptr<const dmx_data> data, std::uint64_t show_epoch);
  const dmx_image_ptr& latest() const noexcept { return latest_; }
  std::size_t size() const noexcept { return images_.size(); }

  /// Lets go of the DMX it still holds.
  void clear();

 private:
  reuse_pool<dmx_image> images_;
  dmx_image_ptr latest_;
};

namespace frame_binary {

/// A TRF1 message with every universe. @param filter null: all
std::string full(const dmx_image& image, const universe_filter* filter = nullptr);

/// A TRF1 message with the universes that changed after frame `since`. Since 0 it carries all of them and
/// exists even if empty; otherwise nullopt when nothing changed. A universe that lost its last fixture has
/// no representation and is left out.
std::optional<std::string> delta(const dmx_image& image, std::uint64_t since,
                                 const universe_filter* filter = nullptr);

/// The same, made once per image and shared; from any thread. Null when there is nothing to send.
wire_text shared_full(const dmx_image& image, const universe_filter_ptr& filter = nullptr);
wire_text shared_delta(const dmx_image& image, std::uint64_t since,
                       const universe_filter_ptr& filter = nullptr);

} // namespace frame_binary
} // namespace troupe
