#include "storage/run_log/record_writer.hpp"

#include "storage/run_log/bytes.hpp"
#include "storage/run_log/memory_format.hpp"
#include "storage/run_log/tick_format.hpp"

namespace troupe::storage::run_log {

namespace {

void put_kind(std::string& out, record_kind kind) {
  put_byte(out, static_cast<std::uint8_t>(kind));
}

void put_entity(std::string& out, const entity_record& entity) {
  put_byte(out, static_cast<std::uint8_t>(entity.kind()));
  put_number(out, entity.revision);
  put_text(out, entity.id);
  put_text(out, entity.json);
}

void put_ids(std::string& out, const std::vector<std::string>& ids) {
  put_number(out, ids.size());
  for (const auto& id : ids) put_text(out, id);
}

std::uint8_t bits_of(const button_level& one) {
  return static_cast<std::uint8_t>((one.down ? button_bit::down : 0) |
                                   (one.pressed ? button_bit::pressed : 0));
}

std::string_view as_text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size}; // NOLINT: bytes are bytes
}

/// How a fact is marked: as entity_created, entity_updated and entity_deleted, in this order.
struct fact_writer {
  std::string& out;
  void operator()(const entity_created& made) const {
    put_byte(out, 0);
    put_entity(out, *made.entity);
  }
  void operator()(const entity_updated& changed) const {
    put_byte(out, 1);
    put_entity(out, *changed.entity);
  }
  void operator()(const graph_enabled_set& switched) const {
    put_byte(out, 1);
    put_entity(out, *switched.entity);
  }
  void operator()(const entity_deleted& gone) const {
    put_byte(out, 2);
    put_byte(out, static_cast<std::uint8_t>(gone.kind));
    put_number(out, gone.revision);
    put_text(out, gone.id);
  }
};

} // namespace

void record_writer::start(std::string& out, const segment_start& value) {
  put_kind(out, record_kind::segment_start);
  put_text(out, value.run);
  put_number(out, value.number);
  put_byte(out, value.exact ? 1 : 0);
  put_signed(out, value.wall_ms);
  put_byte(out, static_cast<std::uint8_t>(value.release));
  put_text(out, value.version);
  put_text(out, value.show);
}

void record_writer::show_entity(std::string& out, const entity_record& entity) {
  put_kind(out, record_kind::show_entity);
  put_entity(out, entity);
}

void record_writer::show_complete(std::string& out, std::uint64_t entities) {
  put_kind(out, record_kind::show_complete);
  put_number(out, entities);
}

void record_writer::show_changed(std::string& out, std::span<const fact> facts) {
  put_kind(out, record_kind::show_changed);
  put_number(out, facts.size());
  for (const auto& one : facts) std::visit(fact_writer{out}, one);
}

void record_writer::missing(std::string& out, std::uint64_t ticks) {
  put_kind(out, record_kind::ticks_missing);
  put_number(out, ticks);
}

void record_writer::hash(std::string& out, std::uint64_t frame_number, std::uint64_t hash) {
  put_kind(out, record_kind::frame_hash);
  put_signed(out, static_cast<std::int64_t>(frame_number - last_.frame_number));
  put_u64(out, hash);
}

void record_writer::end(std::string& out) {
  put_kind(out, record_kind::run_ended);
}

void record_writer::memory_begins(std::string& out, std::uint32_t cells) {
  put_kind(out, record_kind::memory_begins);
  put_number(out, cells);
}

void record_writer::memory(std::string& out, const node_memory& one) {
  put_kind(out, record_kind::node_memory);
  put_memory(out, one);
}

void record_writer::memory(std::string& out, const held_memory& held) {
  put_kind(out, record_kind::held_memory);
  put_memory(out, held);
}

void record_writer::memory_complete(std::string& out, std::uint64_t nodes) {
  put_kind(out, record_kind::memory_complete);
  put_number(out, nodes);
}

void record_writer::controls(std::string& out, const std::shared_ptr<const input_layout>& layout) {
  if (layout_ == layout) return;
  const bool same = layout_ && layout_->faders == layout->faders && layout_->buttons == layout->buttons;
  layout_ = layout;
  if (same) return;
  put_kind(out, record_kind::controls);
  put_ids(out, layout->faders);
  put_ids(out, layout->buttons);
  faders_.assign(layout->faders.size(), 0.0f);
  buttons_.assign(layout->buttons.size(), 0);
}

void record_writer::tick(std::string& out, const tick_time& time,
                         const std::shared_ptr<const input_snapshot>& inputs) {
  controls(out, inputs->layout);
  body_.clear();
  auto flags = inputs == last_inputs_ ? std::uint8_t{0} : changes(*inputs);
  last_inputs_ = inputs;
  const auto clock = time.deadline_ns - time.t_ns;
  if (time.frame_number != last_.frame_number + 1) flags |= tick_flag::number;
  if (time.t_ns != last_.t_ns + time.dt_ns) flags |= tick_flag::time;
  if (clock != clock_) flags |= tick_flag::clock;
  put_kind(out, record_kind::tick);
  put_byte(out, flags);
  if (flags & tick_flag::number) put_number(out, time.frame_number);
  if (flags & tick_flag::time) put_signed(out, time.t_ns);
  if (flags & tick_flag::clock) put_signed(out, clock);
  put_number(out, static_cast<std::uint64_t>(time.dt_ns));
  out += body_;
  last_ = time;
  clock_ = clock;
}

std::uint8_t record_writer::changes(const input_snapshot& now) {
  std::uint8_t flags = 0;
  if (faders(now)) flags |= tick_flag::faders;
  if (buttons(now)) flags |= tick_flag::buttons;
  if (now.network != network_) {
    const bool same_universes = now.network && network_ && now.network->universes == network_->universes;
    if (!same_universes) {
      whole_network(now.network.get());
      flags |= tick_flag::whole_network;
    } else if (network(*now.network)) {
      flags |= tick_flag::network;
    }
    network_ = now.network;
  }
  const auto& mark = now.timecode;
  if (mark.known != timecode_.known || mark.position_ns != timecode_.position_ns ||
      mark.at_ns != timecode_.at_ns) {
    put_byte(body_, mark.known ? 1 : 0);
    put_signed(body_, mark.position_ns);
    put_signed(body_, mark.at_ns);
    timecode_ = mark;
    flags |= tick_flag::timecode;
  }
  return flags;
}

bool record_writer::faders(const input_snapshot& now) {
  scratch_.clear();
  std::size_t moved = 0;
  for (std::size_t i = 0; i < faders_.size(); ++i) {
    if (now.faders[i] == faders_[i]) continue;
    faders_[i] = now.faders[i];
    put_number(scratch_, i);
    put_float(scratch_, faders_[i]);
    ++moved;
  }
  if (moved == 0) return false;
  put_number(body_, moved);
  body_ += scratch_;
  return true;
}

bool record_writer::buttons(const input_snapshot& now) {
  scratch_.clear();
  std::size_t moved = 0;
  for (std::size_t i = 0; i < buttons_.size(); ++i) {
    const auto bits = bits_of(now.buttons[i]);
    if (bits == buttons_[i]) continue;
    buttons_[i] = bits;
    put_number(scratch_, i);
    put_byte(scratch_, bits);
    ++moved;
  }
  if (moved == 0) return false;
  put_number(body_, moved);
  body_ += scratch_;
  return true;
}

void record_writer::whole_network(const dmx_inputs* now) {
  put_byte(body_, now ? 1 : 0);
  if (!now) return;
  put_number(body_, now->universes.size());
  for (const auto universe : now->universes) put_u16(body_, universe);
  body_ += as_text(now->levels.data(), now->levels.size());
  body_ += as_text(now->priorities.data(), now->priorities.size());
}

bool record_writer::network(const dmx_inputs& now) {
  constexpr auto channels = dmx_inputs::channels;
  std::string all;
  std::size_t moved = 0;
  for (std::size_t i = 0; i < now.universes.size(); ++i) {
    const auto *levels = now.levels.data() + i * channels, *was = network_->levels.data() + i * channels;
    const auto *ranks = now.priorities.data() + i * channels,
               *ranked = network_->priorities.data() + i * channels;
    scratch_.clear();
    unsigned singles = 0;
    for (std::size_t c = 0; c < channels; ++c) {
      if (levels[c] == was[c] && ranks[c] == ranked[c]) continue;
      ++singles;
      put_number(scratch_, c);
      put_byte(scratch_, levels[c]);
      put_byte(scratch_, ranks[c]);
    }
    if (singles == 0) continue;
    ++moved;
    put_number(all, i);
    const bool whole = singles > most_single_channels;
    put_number(all, whole ? whole_universe : singles);
    if (whole)
      all.append(as_text(levels, channels)).append(as_text(ranks, channels));
    else
      all += scratch_;
  }
  if (moved == 0) return false;
  put_number(body_, moved);
  body_ += all;
  return true;
}

} // namespace troupe::storage::run_log
