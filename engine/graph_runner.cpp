#include "engine/graph_runner.hpp"

#include "engine/graph_check.hpp"
#include "engine/math.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <unordered_map>
#include <utility>

namespace troupe::engine {

namespace {

node_state fresh_state(opcode code, std::size_t length) {
  const auto shape = state_of(code);
  node_state made;
  made.length = length;
  made.doubles.assign(shape.doubles * length, std::numeric_limits<double>::quiet_NaN());
  made.floats.assign(shape.floats * length, std::numeric_limits<float>::quiet_NaN());
  return made;
}

/// Copies what one element of `from` holds to one of `to`.
void copy_element(const node_state& from, std::size_t source, node_state& to, std::size_t target) {
  const auto planes = [&](const auto& in, auto& out) {
    if (from.length == 0) return;
    for (std::size_t p = 0; p * from.length < in.size(); ++p)
      out[p * to.length + target] = in[p * from.length + from.at(source)];
  };
  planes(from.doubles, to.doubles);
  planes(from.floats, to.floats);
}

void forget_element(node_state& state, std::size_t element) {
  for (std::size_t i = element; i < state.doubles.size(); i += state.length)
    state.doubles[i] = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = element; i < state.floats.size(); i += state.length)
    state.floats[i] = std::numeric_limits<float>::quiet_NaN();
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// Once again one for all, if all are the same. Only nodes with one column of doubles share.
void share(node_state& state) {
  if (state.shared || state.length == 0) return;
  const auto first = state.doubles.front();
  if (!std::all_of(state.doubles.begin(), state.doubles.end(), [&](double x) { return same_bits(x, first); }))
    return;
  state.doubles.assign(1, first);
  state.length = 1;
  state.shared = true;
}

/// To each its own.
void unshare(node_state& state, std::size_t length) {
  if (!state.shared) return;
  state.doubles.assign(length, state.doubles.front());
  state.length = length;
  state.shared = false;
}

bool same_shape(const state_shape& a, const state_shape& b) {
  return a.doubles == b.doubles && a.floats == b.floats;
}

/// Visits the indices of what two ascending lists have in common.
template <class Visit>
void each_common(const std::vector<std::uint32_t>& from, const std::vector<std::uint32_t>& to,
                 Visit&& visit) {
  for (std::size_t a = 0, b = 0; a < from.size() && b < to.size();) {
    if (from[a] == to[b]) visit(a, b);
    const bool step_a = from[a] <= to[b], step_b = to[b] <= from[a];
    a += step_a;
    b += step_b;
  }
}

/// Visits the indices of the places that are in the set.
template <class Visit>
void each_member(const std::vector<std::uint32_t>& places, const place_set& set, Visit&& visit) {
  for (const auto& range : set.ranges()) {
    const auto begin = std::lower_bound(places.begin(), places.end(), range.begin);
    for (auto at = begin; at != places.end() && *at < range.end; ++at)
      visit(static_cast<std::size_t>(at - places.begin()));
  }
}

std::uint32_t place_in(const std::vector<std::string>& sorted, const std::string& id) {
  const auto found = std::lower_bound(sorted.begin(), sorted.end(), id);
  return found != sorted.end() && *found == id ? static_cast<std::uint32_t>(found - sorted.begin()) : none;
}

} // namespace

void graph_runner::install(const graph_install& change, std::size_t part) {
  enabled_ = change.enabled;
  broken_ = change.programs.empty();
  last_error_ = change.last_error;
  error_count_ = change.error_count;
  if (!broken_ && change.programs.at(part) != program_) adopt(change.programs[part]);
}

bool graph_runner::holds(const state_home& all, const state_home& some) {
  return all.places == some.places ||
         std::includes(all.places->begin(), all.places->end(), some.places->begin(), some.places->end());
}

void graph_runner::adopt(std::shared_ptr<const graph_program> next) {
  std::unordered_map<std::string_view, std::size_t> old; // only looked up
  if (program_)
    for (std::size_t i = 0; i < program_->states.size(); ++i) old.emplace(program_->states[i].node_id, i);

  std::vector<node_state> states;
  std::vector<state_home> homes;
  states.reserve(next->states.size());
  homes.reserve(next->states.size());
  for (const auto& site : next->states) {
    const auto found = old.find(site.node_id);
    const bool stays = found != old.end() && program_->states[found->second].type == site.type;
    auto* former = stays ? &states_[found->second] : nullptr;
    if (!site.live) { // keeps what it has until an output can be reached again
      states.push_back(former ? std::move(*former) : fresh_state(site.code, 1));
      homes.push_back(former ? homes_[found->second] : state_home{});
      continue;
    }
    state_home home;
    home.varying = site.varying;
    if (site.varying) home.places = {next, &next->domains[site.domain].places};
    const auto* former_home = former && homes_[found->second].varying ? &homes_[found->second] : nullptr;
    const bool stays_shared = former && (former->shared || !homes_[found->second].varying);
    if (site.varying && site.shareable &&
        (!former || (stays_shared && (!former_home || holds(*former_home, home))))) {
      states.push_back(former ? std::move(*former) : fresh_state(site.code, 1));
      states.back().shared = true;
      homes.push_back(std::move(home));
      continue;
    }
    if (former_home && site.varying && !former->shared && *former_home->places == *home.places) {
      states.push_back(std::move(*former));
      homes.push_back(std::move(home));
      continue;
    }
    auto state = fresh_state(site.code, site.varying ? home.places->size() : 1);
    if (former_home) {
      if (site.varying)
        each_common(*former_home->places, *home.places,
                    [&](std::size_t a, std::size_t b) { copy_element(*former, a, state, b); });
    } else if (former && former->length == 1) {
      for (std::size_t i = 0; i < state.length; ++i) copy_element(*former, 0, state, i);
    }
    if (site.varying && site.shareable) share(state);
    states.push_back(std::move(state));
    homes.push_back(std::move(home));
  }

  uniforms_ = next->uniforms;
  make_room(*next);
  inputs_ = nullptr;
  states_ = std::move(states);
  homes_ = std::move(homes);
  program_ = std::move(next);
}

void graph_runner::make_room(const graph_program& next) {
  const auto buffers = next.buffer_domains.size();
  buffers_.assign(buffers, {});
  buffer_pointers_.assign(buffers, nullptr);
  buffer_bases_.assign(buffers, 0);
  for (const auto& one : next.passes)
    for (const auto buffer : one.buffers) {
      const auto size = next.domains[one.domain].size();
      buffers_[buffer].assign(one.ahead ? size : std::min<std::size_t>(size, tile_places), 0.0f);
      buffer_pointers_[buffer] = buffers_[buffer].data();
    }
  index_columns_.clear();
  for (const auto& one : next.index_columns) index_columns_.push_back(one.values.data());
  element_maps_.clear();
  for (const auto& one : next.element_maps) element_maps_.push_back(one.elements.data());
}

void graph_runner::forget(const place_set& freed) {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (!homes_[i].varying) continue;
    each_member(*homes_[i].places, freed, [&](std::size_t e) {
      unshare(states_[i], homes_[i].places->size());
      forget_element(states_[i], e);
    });
  }
}

void graph_runner::give(const place_set& leaving, const std::vector<std::uint32_t>& places,
                        graph_memory& graph) const {
  graph.graph_id = id_;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (!homes_[i].varying) continue;
    const auto& site = program_->states[i];
    graph_memory::node told{site.node_id, site.type, fresh_state(site.code, places.size())};
    bool any = false;
    each_member(*homes_[i].places, leaving, [&](std::size_t e) {
      const auto to = std::lower_bound(places.begin(), places.end(), (*homes_[i].places)[e]) - places.begin();
      copy_element(states_[i], e, told.state, static_cast<std::size_t>(to));
      any = true;
    });
    if (any) graph.nodes.push_back(std::move(told));
  }
}

void graph_runner::receive(const std::vector<std::uint32_t>& places, const graph_memory& graph) {
  for (const auto& told : graph.nodes)
    for (std::size_t i = 0; i < states_.size(); ++i) {
      const auto& site = program_->states[i];
      if (site.node_id != told.node_id || site.type != told.type || !homes_[i].varying) continue;
      each_common(places, *homes_[i].places, [&](std::size_t a, std::size_t b) {
        unshare(states_[i], homes_[i].places->size());
        copy_element(told.state, a, states_[i], b);
      });
      if (site.shareable) share(states_[i]);
    }
}

std::size_t graph_runner::remembered_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const auto& one : states_)
    bytes += one.doubles.size() * sizeof(double) + one.floats.size() * sizeof(float);
  return bytes;
}

bool graph_runner::restore(graph_image image) {
  // As if the image's program had been running until now.
  auto runs = std::exchange(program_, std::move(image.program));
  states_ = std::move(image.states);
  homes_ = std::move(image.homes);
  if (broken_ || !runs) return true;
  bool fits = true;
  std::unordered_map<std::string_view, const state_site*> sites; // only looked up
  for (const auto& site : runs->states) sites.emplace(site.node_id, &site);
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const auto& told = program_->states[i];
    const auto found = sites.find(told.node_id);
    const bool same = found != sites.end() && found->second->type == told.type &&
                      same_shape(state_of(found->second->code), state_of(told.code)) &&
                      (!found->second->live || found->second->varying == homes_[i].varying);
    if (same) continue;
    fits = false;
    if (found == sites.end()) continue;
    states_[i] = fresh_state(found->second->code, 1);
    homes_[i] = {};
  }
  adopt(std::move(runs));
  return fits;
}

void graph_runner::find_controls(const input_layout& layout) {
  places_.clear();
  for (const auto& load : program_->loads) {
    std::uint32_t place = none; // of what is no control, too
    if (load.from == input_load::source::fader)
      place = place_in(layout.faders, program_->controls[load.control]);
    else if (load.from == input_load::source::pressed || load.from == input_load::source::down)
      place = place_in(layout.buttons, program_->controls[load.control]);
    places_.push_back(place);
  }
}

void graph_runner::load_inputs(const tick_time& time, const input_snapshot& inputs) {
  for (std::size_t i = 0; i < program_->loads.size(); ++i) {
    const auto& load = program_->loads[i];
    const auto place = places_[i];
    float& value = uniforms_[load.uniform];
    const auto button = [&] {
      return place < inputs.buttons.size() ? inputs.buttons[place] : button_level{};
    };
    switch (load.from) {
    case input_load::source::fader:
      value = place < inputs.faders.size() ? finite_or_zero(inputs.faders[place]) : 0.0f;
      break;
    case input_load::source::pressed:
      value = button().pressed ? 1.0f : 0.0f;
      break;
    case input_load::source::down:
      value = button().down ? 1.0f : 0.0f;
      break;
    case input_load::source::show_time:
      value = static_cast<float>(seconds(time.t_ns));
      break;
    case input_load::source::tick_length:
      value = static_cast<float>(seconds(time.dt_ns));
      break;
    case input_load::source::dmx_channel:
      value = level_at(inputs.network.get(), dmx_place::from(load.control));
      break;
    case input_load::source::timecode_seconds:
      value = static_cast<float>(seconds(inputs.timecode.position(time.t_ns)));
      break;
    case input_load::source::timecode_running:
      value = inputs.timecode.running(time.t_ns) ? 1.0f : 0.0f;
      break;
    }
  }
}

void graph_runner::begin(const tick_time& time, const std::shared_ptr<const input_layout>& layout,
                         const input_snapshot& inputs, register_file& registers) {
  // The pointer is held, so an object at the same address is the same object.
  if (inputs_ != layout || places_.size() != program_->loads.size()) {
    find_controls(*layout);
    inputs_ = layout;
  }
  load_inputs(time, inputs);

  context_ = {};
  context_.dt = seconds(time.dt_ns);
  context_.states = states_.data();
  context_.registers = uniforms_.data();
  const auto& uniform = program_->uniform_operations;
  run(context_, uniform.data(), uniform.data() + uniform.size());

  context_.uniforms = uniforms_.data();
  context_.buffers = buffer_pointers_.data();
  context_.buffer_bases = buffer_bases_.data();
  context_.index_columns = index_columns_.data();
  context_.element_maps = element_maps_.data();
  context_.registers = registers.data();
  context_.stride = register_file::block;
  for (const auto& one : program_->passes)
    if (one.ahead) run_elements(one, 0, program_->domains[one.domain].size(), registers);
}

void graph_runner::run_tile(const pass& one, const domain::tile_part& part, register_file& registers) {
  for (const auto buffer : one.buffers) buffer_bases_[buffer] = part.element;
  run_elements(one, part.element, part.count, registers);
}

void graph_runner::run_elements(const pass& one, std::size_t first, std::size_t count,
                                register_file& registers) {
  context_.count = std::min(count, register_file::block);
  if (!registers.filled_for(one, context_.count)) {
    run(context_, one.fills.data(), one.fills.data() + one.fills.size());
    registers.fill_for(one, context_.count);
  }
  for (const auto end = first + count; first < end; first += register_file::block) {
    context_.first = first;
    context_.count = std::min(end - first, register_file::block);
    run(context_, one.operations.data(), one.operations.data() + one.operations.size());
  }
}

instance_site graph_runner::site() const {
  instance_site out{id_, enabled_, last_error_, error_count_, {}};
  if (running()) out.writes = program_->sites;
  return out;
}

} // namespace troupe::engine
