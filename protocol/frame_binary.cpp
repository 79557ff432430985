#include "protocol/frame_binary.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <type_traits>

namespace troupe {

namespace {

constexpr std::size_t universe_size = 512;
constexpr std::size_t header_size = 28;
constexpr std::size_t record_size = 4 + universe_size;
constexpr std::uint32_t delta_flag = 1;

template <class T>
char* put(char* out, T number) noexcept {
  static_assert(std::is_unsigned_v<T>);
  for (std::size_t i = 0; i < sizeof(T); ++i) *out++ = static_cast<char>(number >> (8 * i) & 0xff);
  return out;
}

/// Calls `visit(index)` for the universes of `image` that the filter lets through, in ascending order.
template <class Visit>
void each_universe(const dmx_data& data, const universe_filter* filter, Visit&& visit) {
  const auto& all = data.addresses;
  if (!filter) {
    for (std::size_t i = 0; i < all.size(); ++i) visit(i);
    return;
  }
  auto from = all.begin();
  for (const auto wanted : filter->addresses()) {
    from = std::lower_bound(from, all.end(), wanted);
    if (from == all.end()) return;
    if (*from == wanted) visit(static_cast<std::size_t>(from - all.begin()));
  }
}

/// @returns how many universes it holds
std::size_t write(std::string& out, const dmx_image& image, wire_mode mode, std::uint64_t since,
                  const universe_filter* filter) {
  const auto& data = image.data();
  const auto changed = image.last_changed();
  std::size_t count = 0;
  each_universe(data, filter, [&](std::size_t i) { count += changed[i] > since; });
  if (count == 0 && since != 0) return 0;

  out.resize(header_size + count * record_size);
  char* at = out.data();
  std::memcpy(at, "TRF1", 4);
  at = put(at + 4, mode == wire_mode::delta ? delta_flag : std::uint32_t{0});
  at = put(at, data.time.frame_number);
  at = put(at, std::bit_cast<std::uint64_t>(static_cast<double>(data.time.t_ns) / 1e9));
  at = put(at, static_cast<std::uint32_t>(count));
  each_universe(data, filter, [&](std::size_t i) {
    if (changed[i] <= since) return;
    at = put(put(at, data.addresses[i]), static_cast<std::uint16_t>(universe_size));
    std::memcpy(at, data.levels.data() + i * universe_size, universe_size);
    at += universe_size;
  });
  assert(at == out.data() + out.size());
  return count;
}

bool write_delta(std::string& out, const dmx_image& image, std::uint64_t since,
                 const universe_filter* filter) {
  return write(out, image, wire_mode::delta, since, filter) != 0 || since == 0;
}

} // namespace

universe_filter::universe_filter(std::vector<std::uint16_t> addresses) : addresses_(std::move(addresses)) {
  std::sort(addresses_.begin(), addresses_.end());
  addresses_.erase(std::unique(addresses_.begin(), addresses_.end()), addresses_.end());
  hash_ = 0xcbf29ce484222325ULL; // FNV-1a
  for (const auto address : addresses_) hash_ = (hash_ ^ address) * 0x100000001b3ULL;
}

void dmx_image::build(std::shared_ptr<const dmx_data> data, const dmx_image* previous,
                      std::uint64_t show_epoch) {
  assert(data && this != previous);
  assert(data->levels.size() == data->addresses.size() * universe_size);
  assert(data->changed.size() == data->addresses.size());
  forms_.recycle();
  if (previous && (!previous->data_ || previous->show_epoch_ != show_epoch)) previous = nullptr;
  assert(!previous || previous->frame_number() < data->time.frame_number);
  data_ = std::move(data);
  show_epoch_ = show_epoch;
  changed_.assign(data_->addresses.size(), data_->time.frame_number);
  if (!previous) return;

  // The flags speak of the tick before, so they only serve if that is what the previous image shows.
  const bool flags_serve = previous->frame_number() + 1 == data_->time.frame_number;
  const auto& before = *previous->data_;
  auto old = before.addresses.begin();
  for (std::size_t i = 0; i < changed_.size(); ++i) {
    old = std::lower_bound(old, before.addresses.end(), data_->addresses[i]);
    if (old == before.addresses.end()) return;
    if (*old != data_->addresses[i]) continue;
    const auto was = static_cast<std::size_t>(old - before.addresses.begin());
    const bool differs = flags_serve
                             ? data_->changed[i] != 0
                             : std::memcmp(data_->levels.data() + i * universe_size,
                                           before.levels.data() + was * universe_size, universe_size) != 0;
    if (!differs) changed_[i] = previous->changed_[was];
  }
}

dmx_image_ptr dmx_image_pool::make(std::shared_ptr<const dmx_data> data, std::uint64_t show_epoch) {
  auto image = images_.take();
  image->build(std::move(data), latest_.get(), show_epoch);
  latest_ = image;
  return latest_;
}

void dmx_image_pool::clear() {
  latest_.reset();
  images_.clear();
}

namespace frame_binary {

std::string full(const dmx_image& image, const universe_filter* filter) {
  std::string out;
  write(out, image, wire_mode::full, 0, filter);
  return out;
}

std::optional<std::string> delta(const dmx_image& image, std::uint64_t since, const universe_filter* filter) {
  std::optional<std::string> out{std::in_place};
  if (!write_delta(*out, image, since, filter)) out.reset();
  return out;
}

wire_text shared_full(const dmx_image& image, const universe_filter_ptr& filter) {
  return image.forms().obtain(wire_mode::full, 0, filter, [&](std::string& out) {
    write(out, image, wire_mode::full, 0, filter.get());
    return true;
  });
}

wire_text shared_delta(const dmx_image& image, std::uint64_t since, const universe_filter_ptr& filter) {
  return image.forms().obtain(wire_mode::delta, since, filter,
                              [&](std::string& out) { return write_delta(out, image, since, filter.get()); });
}

} // namespace frame_binary
} // namespace troupe
