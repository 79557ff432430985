#include "engine/graph_runner.hpp"

#include "engine/graph_check.hpp"
#include "engine/math.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

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
      out[p * to.length + target] = in[p * from.length + source];
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

std::uint32_t place_in(const std::vector<std::string>& sorted, const std::string& id) {
  const auto found = std::lower_bound(sorted.begin(), sorted.end(), id);
  return found != sorted.end() && *found == id ? static_cast<std::uint32_t>(found - sorted.begin()) : none;
}

/// 0..1; 0 for a universe that nobody listens to.
float level_at(const dmx_inputs_ptr& network, const dmx_place& place) {
  const auto found = network ? network->find(place.universe) : std::nullopt;
  if (!found) return 0;
  const auto* levels = network->levels.data() + *found * dmx_inputs::channels;
  const int high = levels[place.channel - 1];
  if (!place.fine) return static_cast<float>(high) / 255.0f;
  const int low = place.channel < dmx_inputs::channels ? levels[place.channel] : 0;
  return static_cast<float>(high << 8 | low) / 65535.0f;
}

} // namespace

void graph_runner::install(const graph_install& change) {
  enabled_ = change.enabled;
  broken_ = change.program == nullptr;
  last_error_ = change.last_error;
  error_count_ = change.error_count;
  if (change.program && change.program != program_) adopt(change.program);
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
    if (site.varying) home.slots = {next, &next->domains[site.domain].slots};
    auto state = fresh_state(site.code, site.varying ? home.slots->size() : 1);
    if (former && homes_[found->second].varying) {
      if (site.varying) {
        const auto& from = *homes_[found->second].slots;
        const auto& to = *home.slots;
        for (std::size_t a = 0, b = 0; a < from.size() && b < to.size();) {
          if (from[a] == to[b]) copy_element(*former, a, state, b);
          const bool step_a = from[a] <= to[b], step_b = to[b] <= from[a];
          a += step_a;
          b += step_b;
        }
      }
    } else if (former && former->length == 1) {
      for (std::size_t i = 0; i < state.length; ++i) copy_element(*former, 0, state, i);
    }
    states.push_back(std::move(state));
    homes.push_back(std::move(home));
  }

  uniforms_ = next->uniforms;
  buffers_.clear();
  buffer_pointers_.clear();
  for (const auto domain : next->buffer_domains)
    buffers_.emplace_back(next->domains[domain].slots.size(), 0.0f);
  for (auto& one : buffers_) buffer_pointers_.push_back(one.data());
  inputs_ = nullptr;
  states_ = std::move(states);
  homes_ = std::move(homes);
  program_ = std::move(next);
}

void graph_runner::forget_slots(const std::vector<std::uint8_t>& freed) {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (!homes_[i].varying) continue;
    const auto& slots = *homes_[i].slots;
    for (std::size_t e = 0; e < slots.size(); ++e)
      if (slots[e] < freed.size() && freed[slots[e]]) forget_element(states_[i], e);
  }
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
      value = level_at(inputs.network, dmx_place::from(load.control));
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

void graph_runner::tick(const tick_time& time, const std::shared_ptr<const input_layout>& layout,
                        const input_snapshot& inputs, register_file& registers) {
  // The pointer is held, so an object at the same address is the same object.
  if (inputs_ != layout || places_.size() != program_->loads.size()) {
    find_controls(*layout);
    inputs_ = layout;
  }
  load_inputs(time, inputs);

  kernel_context context;
  context.dt = seconds(time.dt_ns);
  context.states = states_.data();
  context.registers = uniforms_.data();
  const auto& uniform = program_->uniform_operations;
  run(context, uniform.data(), uniform.data() + uniform.size());

  context.uniforms = uniforms_.data();
  context.buffers = buffer_pointers_.data();
  context.index_columns = program_->index_columns.data();
  context.element_maps = program_->element_maps.data();
  context.registers = registers.data();
  context.stride = register_file::block;
  for (const auto& one : program_->passes) run_pass(one, context);
}

void graph_runner::run_pass(const pass& one, kernel_context context) {
  const auto size = program_->domains[one.domain].slots.size();
  context.count = std::min(size, register_file::block);
  run(context, one.fills.data(), one.fills.data() + one.fills.size());
  for (context.first = 0; context.first < size; context.first += register_file::block) {
    context.count = std::min(size - context.first, register_file::block);
    run(context, one.operations.data(), one.operations.data() + one.operations.size());
  }
}

instance_site graph_runner::site() const {
  instance_site out{id_, enabled_, last_error_, error_count_, {}};
  if (running()) out.writes = program_->sites;
  return out;
}

} // namespace troupe::engine
