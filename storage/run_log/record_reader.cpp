#include "storage/run_log/record_reader.hpp"

#include "protocol/entity_codec.hpp"
#include "storage/run_log/memory_format.hpp"
#include "storage/run_log/record_writer.hpp"
#include "storage/run_log/tick_format.hpp"

#include <algorithm>
#include <limits>

namespace troupe::storage::run_log {

namespace {

constexpr std::size_t most_run_name = 64;
constexpr std::size_t most_version = 64;
constexpr std::size_t most_controls =
    1'000'000; // of each kind; more memory isn't taken for a few packed bytes
constexpr std::int64_t longest_ns = std::int64_t{1} << 60; // 36 years

std::optional<entity_kind> kind_from(std::uint8_t value) {
  if (value >= entity_kind_count) return std::nullopt;
  return static_cast<entity_kind>(value);
}

record_ptr entity(byte_reader& from) {
  const auto kind = kind_from(from.byte());
  const auto revision = from.number();
  std::string id{from.text()};
  const auto json = from.text();
  if (!from.good() || !kind) return from.spoil(), nullptr;
  const auto value = parse_json(json);
  if (!value || !value->is_object()) return from.spoil(), nullptr;
  auto made = parse_entity(*kind, std::move(id), revision, value->get_object(), entity_source::file);
  if (!made) return from.spoil(), nullptr;
  return std::move(*made);
}

std::optional<fact> one_fact(byte_reader& from) {
  const auto what = from.byte();
  if (what <= 1) {
    auto made = entity(from);
    if (!made) return std::nullopt;
    if (what == 0) return entity_created{std::move(made)};
    return entity_updated{std::move(made)};
  }
  const auto kind = kind_from(from.byte());
  const auto revision = from.number();
  std::string id{from.text()};
  if (what != 2 || !kind || !from.good()) return from.spoil(), std::nullopt;
  return entity_deleted{*kind, std::move(id), revision};
}

segment_start start(byte_reader& from) {
  segment_start made;
  made.run = from.text();
  const auto number = from.number();
  made.number = static_cast<std::uint32_t>(number);
  const auto exact = from.byte();
  made.exact = exact != 0;
  made.wall_ms = from.signed_number();
  const auto release = from.byte();
  made.release = static_cast<release_mode>(release);
  made.version = from.text();
  made.show = from.text();
  const bool fine = made.run.size() <= most_run_name && number <= std::numeric_limits<std::uint32_t>::max() &&
                    exact <= 1 && release <= static_cast<std::uint8_t>(release_mode::zero) &&
                    made.version.size() <= most_version && made.show.size() <= max_id_bytes;
  if (!fine) from.spoil();
  return made;
}

std::vector<std::string> ids(byte_reader& from) {
  const auto many = from.count();
  if (many > most_controls) return from.spoil(), std::vector<std::string>{};
  std::vector<std::string> made(many);
  for (auto& id : made) id = from.text();
  const bool unsorted = std::adjacent_find(made.begin(), made.end(), std::greater_equal<>{}) != made.end();
  if (unsorted) from.spoil();
  return made;
}

void bytes_into(std::vector<std::uint8_t>& to, std::string_view from) {
  to.assign(from.begin(), from.end());
}

bool legal_priority(std::uint8_t value) {
  return value <= 200 || value == dmx_inputs::nobody;
}

} // namespace

result<std::optional<record>> record_reader::next(byte_reader& from) {
  while (!from.empty()) {
    const auto kind = from.byte();
    auto made = take(kind, from);
    if (!from.good()) return invalid("record", "there are bytes that are no record");
    if (made) return made;
  }
  return std::nullopt;
}

std::optional<record> record_reader::take(std::uint8_t kind, byte_reader& from) {
  switch (static_cast<record_kind>(kind)) {
  case record_kind::segment_start:
    return start(from);
  case record_kind::show_entity:
    return show_entity{entity(from)};
  case record_kind::show_complete:
    return show_complete{from.number()};
  case record_kind::show_changed: {
    show_changed made;
    for (auto left = from.count(3); left > 0 && from.good(); --left)
      if (auto one = one_fact(from)) made.facts.push_back(std::move(*one));
    return made;
  }
  case record_kind::controls:
    controls(from);
    return std::nullopt;
  case record_kind::tick:
    return tick(from);
  case record_kind::ticks_missing:
    return ticks_missing{from.number()};
  case record_kind::frame_hash: {
    const auto number = last_.frame_number + static_cast<std::uint64_t>(from.signed_number());
    return frame_hashed{number, from.u64()};
  }
  case record_kind::run_ended:
    return run_ended{};
  case record_kind::memory_begins: {
    const auto cells = from.number();
    if (cells > std::numeric_limits<std::uint32_t>::max()) from.spoil();
    return memory_begins{static_cast<std::uint32_t>(cells)};
  }
  case record_kind::node_memory:
    return take_node_memory(from);
  case record_kind::held_memory:
    return take_held_memory(from);
  case record_kind::memory_complete:
    return memory_complete{from.number()};
  }
  from.spoil();
  return std::nullopt;
}

input_snapshot& record_reader::fresh() {
  if (!next_inputs_) next_inputs_ = std::make_shared<input_snapshot>(inputs_ ? *inputs_ : input_snapshot{});
  if (!next_inputs_->layout) next_inputs_->layout = std::make_shared<const input_layout>();
  return *next_inputs_;
}

void record_reader::controls(byte_reader& from) {
  auto layout = std::make_shared<input_layout>();
  layout->faders = ids(from);
  layout->buttons = ids(from);
  auto& inputs = fresh();
  inputs.faders.assign(layout->faders.size(), 0.0f);
  inputs.buttons.assign(layout->buttons.size(), {});
  inputs.layout = std::move(layout);
}

tick_taken record_reader::tick(byte_reader& from) {
  const auto flags = from.byte();
  tick_time time;
  time.frame_number = flags & tick_flag::number ? from.number() : last_.frame_number + 1;
  const auto t = flags & tick_flag::time ? std::optional{from.signed_number()} : std::nullopt;
  if (flags & tick_flag::clock) clock_ = from.signed_number();
  const auto dt = from.number();
  const auto within = [](std::int64_t ns) { return ns >= 0 && ns <= longest_ns; };
  if (dt > static_cast<std::uint64_t>(longest_ns)) from.spoil();
  time.dt_ns = from.good() ? static_cast<std::int64_t>(dt) : 0;
  time.t_ns = t.value_or(last_.t_ns + time.dt_ns);
  if (!within(time.t_ns) || clock_ < -longest_ns || clock_ > longest_ns) from.spoil();
  if (!from.good()) return {};
  time.deadline_ns = time.t_ns + clock_;
  if (flags & tick_flag::faders) faders(from);
  if (flags & tick_flag::buttons) buttons(from);
  if (flags & tick_flag::whole_network) whole_network(from);
  if (flags & tick_flag::network) network(from);
  if (flags & tick_flag::timecode) timecode(from);
  if (next_inputs_) inputs_ = std::move(next_inputs_);
  next_inputs_ = nullptr;
  if (!inputs_) fresh(), inputs_ = std::move(next_inputs_);
  last_ = time;
  return {time, inputs_};
}

void record_reader::faders(byte_reader& from) {
  auto& all = fresh().faders;
  for (auto left = from.count(5); left > 0; --left) {
    const auto index = from.number();
    const auto value = from.real();
    const bool fine = from.good() && index < all.size() && value >= 0.0f && value <= 1.0f;
    if (!fine) return from.spoil();
    all[index] = value;
  }
}

void record_reader::buttons(byte_reader& from) {
  auto& all = fresh().buttons;
  for (auto left = from.count(2); left > 0; --left) {
    const auto index = from.number();
    const auto bits = from.byte();
    if (!from.good() || index >= all.size() || bits > button_bit::all) return from.spoil();
    all[index] = {(bits & button_bit::down) != 0, (bits & button_bit::pressed) != 0};
  }
}

void record_reader::whole_network(byte_reader& from) {
  auto& inputs = fresh();
  inputs.network = nullptr;
  if (from.byte() == 0) return;
  auto made = std::make_shared<dmx_inputs>();
  made->universes.resize(from.count(2));
  for (auto& one : made->universes) one = from.u16();
  const auto& all = made->universes;
  const bool legal = std::adjacent_find(all.begin(), all.end(), std::greater_equal<>{}) == all.end() &&
                     (all.empty() || all.back() <= max_universe);
  bytes_into(made->levels, from.bytes(all.size() * dmx_inputs::channels));
  bytes_into(made->priorities, from.bytes(all.size() * dmx_inputs::channels));
  if (!from.good() || !legal ||
      !std::all_of(made->priorities.begin(), made->priorities.end(), legal_priority))
    return from.spoil();
  inputs.network = std::move(made);
}

void record_reader::network(byte_reader& from) {
  constexpr auto channels = dmx_inputs::channels;
  auto& inputs = fresh();
  if (!inputs.network) return from.spoil();
  auto made = std::make_shared<dmx_inputs>(*inputs.network);
  for (auto left = from.count(2); left > 0; --left) {
    const auto index = from.number();
    const auto many = from.number();
    if (!from.good() || index >= made->universes.size() || many > whole_universe) return from.spoil();
    auto *levels = made->levels.data() + index * channels,
         *ranks = made->priorities.data() + index * channels;
    if (many == whole_universe) {
      const auto now = from.bytes(channels), ranked = from.bytes(channels);
      std::copy(now.begin(), now.end(), levels);
      std::copy(ranked.begin(), ranked.end(), ranks);
    } else {
      for (auto c = many; c > 0; --c) {
        const auto channel = from.number();
        const auto level = from.byte(), rank = from.byte();
        if (!from.good() || channel >= channels) return from.spoil();
        levels[channel] = level;
        ranks[channel] = rank;
      }
    }
    if (!std::all_of(ranks, ranks + channels, legal_priority)) return from.spoil();
  }
  inputs.network = std::move(made);
}

void record_reader::timecode(byte_reader& from) {
  auto& mark = fresh().timecode;
  const auto known = from.byte();
  mark.known = known == 1;
  mark.position_ns = from.signed_number();
  mark.at_ns = from.signed_number();
  const auto within = [](std::int64_t ns) { return ns >= -longest_ns && ns <= longest_ns; };
  if (known > 1 || !within(mark.position_ns) || !within(mark.at_ns)) from.spoil();
}

} // namespace troupe::storage::run_log
