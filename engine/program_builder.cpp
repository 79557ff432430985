#include "engine/program_builder.hpp"

#include "engine/graph_check.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace troupe::engine {

namespace {

constexpr float everything = std::numeric_limits<float>::infinity();

std::uint64_t pair_key(std::uint32_t a, std::uint32_t b) {
  return std::uint64_t{a} << 32 | b;
}

bool is_store(opcode code) {
  return code == opcode::store || code == opcode::store_unit || code == opcode::store_signed;
}

bool is_stateful(opcode code) {
  const auto shape = state_of(code);
  return shape.doubles + shape.floats > 0;
}

/// Whether the result depends on the sources alone.
bool is_pure(opcode code) {
  return code < opcode::smooth_gain;
}

} // namespace

value_id program_builder::add_value(std::uint32_t domain, float low, float high) {
  value_info info;
  info.varying = domain != uniform_place;
  info.domain = domain;
  info.low = low;
  info.high = high;
  values_.push_back(info);
  return static_cast<value_id>(values_.size() - 1);
}

value_id program_builder::constant(float value) {
  const auto [known, fresh] = constants_.try_emplace(std::bit_cast<std::uint32_t>(value), 0);
  if (fresh) {
    known->second = add_value(uniform_place, value, value);
    values_.back().constant = true;
    values_.back().value = value;
  }
  return known->second;
}

value_id program_builder::load(input_load::source from, std::string_view control, float low, float high) {
  const auto value = add_value(uniform_place, low, high);
  std::uint32_t index = 0;
  if (!control.empty()) {
    const auto [known, fresh] =
        control_index_.try_emplace(std::string(control), static_cast<std::uint32_t>(controls_.size()));
    if (fresh) controls_.emplace_back(control);
    index = known->second;
  }
  loads_.push_back({from, value, index});
  return value;
}

value_id program_builder::load(input_load::source from, std::uint32_t control, float low, float high) {
  const auto value = add_value(uniform_place, low, high);
  loads_.push_back({from, value, control});
  return value;
}

value_id program_builder::append(operation op, std::initializer_list<value_id> sources, std::uint32_t domain,
                                 float low, float high) {
  std::copy(sources.begin(), sources.end(), op.source);
  op.target = add_value(domain, low, high);
  steps_.push_back({op, static_cast<std::uint8_t>(sources.size()), false, false, domain});
  return op.target;
}

value_id program_builder::fold(operation op, std::initializer_list<value_id> sources) {
  std::array<float, max_sources + 1> registers{};
  std::uint32_t next = 1;
  for (const auto source : sources) {
    registers[next] = values_[source].value;
    op.source[next - 1] = next;
    ++next;
  }
  op.target = 0;
  kernel_context context;
  context.registers = registers.data();
  run(context, &op, &op + 1);
  return constant(registers[0]);
}

value_id program_builder::emit(const operation& shape, std::initializer_list<value_id> sources,
                               std::uint32_t domain, float low, float high) {
  const auto [least, most] = range_of(shape, sources);
  low = std::max(low, least);
  high = std::min(high, most);
  const auto varying = [&](value_id v) { return values_[v].varying; };
  if (std::none_of(sources.begin(), sources.end(), varying)) {
    const auto constant_source = [&](value_id v) { return values_[v].constant; };
    if (is_pure(shape.code) && std::all_of(sources.begin(), sources.end(), constant_source))
      return fold(shape, sources);
    return append(shape, sources, uniform_place, low, high);
  }
  const auto result = append(shape, sources, domain, low, high);
  const auto at = steps_.size() - 1;
  // Carrying a source may append steps of its own; they belong before this one.
  auto made = steps_[at];
  steps_.pop_back();
  for (std::uint8_t i = 0; i < made.sources; ++i) made.op.source[i] = in_domain(made.op.source[i], domain);
  steps_.push_back(made);
  return result;
}

value_id program_builder::emit(opcode code, std::initializer_list<value_id> sources, std::uint32_t domain) {
  operation shape;
  shape.code = code;
  return emit(shape, sources, domain, -everything, everything);
}

bool program_builder::lies_within(value_id value, float low, float high) const {
  const auto& known = values_[value];
  // What is clamped isn't -0.
  return known.low >= low && known.high <= high && !(known.low == 0.0f && std::signbit(known.low));
}

/// What follows for the result from what is known of the sources. Rounding keeps order, so the ends may be
/// computed like the values.
std::pair<float, float> program_builder::range_of(const operation& op,
                                                  std::initializer_list<value_id> sources) const {
  const std::pair unknown{-everything, everything};
  if (sources.size() != 2) return unknown;
  const auto a = *sources.begin(), b = *(sources.begin() + 1);
  // Without negative ones there is no -0 either.
  if (!lies_within(a, 0, everything) || !lies_within(b, 0, everything)) return unknown;
  const auto &x = values_[a], &y = values_[b];
  switch (op.code) {
  case opcode::minimum:
    return {std::min(x.low, y.low), std::min(x.high, y.high)};
  case opcode::maximum:
    return {std::max(x.low, y.low), std::max(x.high, y.high)};
  case opcode::multiply: // not so far that the product could be infinite, which would become 0
    return x.high <= 1 || y.high <= 1 ? std::pair{x.low * y.low, x.high * y.high} : unknown;
  default:
    return unknown;
  }
}

value_id program_builder::hsv_channel(value_id h, value_id s, value_id v, float offset,
                                      std::uint32_t domain) {
  operation shape;
  shape.code = lies_within(h, 0, 1) ? opcode::hsv_channel_within : opcode::hsv_channel;
  shape.low = offset;
  const bool exact = lies_within(s, 0, 1) && lies_within(v, 0, 1); // no constant -0
  return emit(shape, {h, s, v}, domain, exact ? 0 : -everything, exact ? 1 : everything);
}

value_id program_builder::clamped(value_id value, float low, float high, std::uint32_t domain) {
  if (lies_within(value, low, high)) return value;
  operation shape;
  shape.code = opcode::clamp_range;
  shape.low = low;
  shape.high = high;
  return emit(shape, {value}, domain, low, high);
}

program_builder::chase_place program_builder::chase_position(value_id speed, float cells, std::uint32_t state,
                                                             std::uint32_t domain) {
  operation shape;
  shape.code = opcode::chase_position;
  shape.state = state;
  shape.high = cells;
  const auto whole = emit(shape, {speed}, domain, 0, everything);
  const auto part = add_value(values_[whole].domain, 0, 1);
  steps_.back().op.target2 = part;
  steps_.back().two_targets = true;
  return {whole, part};
}

value_id program_builder::chase_level(const chase_place& at, value_id width, std::uint32_t selection,
                                      std::uint32_t domain) {
  operation shape;
  shape.code = opcode::chase_level;
  shape.high = static_cast<float>(pool_.at(selection).cells);
  shape.table = indices('c', selection, domain);
  const auto whole = in_domain(at.whole, domain), part = in_domain(at.part, domain);
  return append(shape, {whole, part, in_domain(width, domain)}, domain, 0, 1);
}

value_id program_builder::spread(value_id from, value_id to, std::uint32_t selection, std::uint32_t domain) {
  operation shape;
  shape.code = opcode::spread;
  shape.table = indices('s', selection, domain);
  const auto low = in_domain(from, domain), high = in_domain(to, domain);
  return append(shape, {low, high}, domain, -everything, everything);
}

value_id program_builder::in_domain(value_id value, std::uint32_t domain) {
  const auto known_value = values_[value];
  if (known_value.domain == domain) return value;
  const auto [known, fresh] = carried_.try_emplace(pair_key(value, domain), 0);
  if (!fresh) return known->second;
  operation op;
  value_id made = 0;
  if (!known_value.varying) {
    op.code = opcode::broadcast;
    made = append(op, {value}, domain, known_value.low, known_value.high);
  } else {
    op.code = opcode::gather;
    op.source[0] = buffer_of(value, opcode::store);
    op.table = map_between(domain, known_value.domain);
    made = append(op, {}, domain, known_value.low, known_value.high);
  }
  return carried_[pair_key(value, domain)] = made;
}

std::uint32_t program_builder::buffer_of(value_id value, opcode code) {
  const auto kind = static_cast<std::uint32_t>(code) - static_cast<std::uint32_t>(opcode::store);
  const auto [known, fresh] =
      buffers_.try_emplace(pair_key(value, kind), static_cast<std::uint32_t>(buffer_domains_.size()));
  if (!fresh) return known->second;
  const auto domain = values_[value].domain;
  buffer_domains_.push_back(domain);
  operation op;
  op.code = code;
  op.source[0] = value;
  op.target = known->second | in_buffer;
  steps_.push_back({op, 1, false, false, domain});
  return known->second;
}

operand program_builder::stored(value_id value, opcode code, std::uint32_t domain) {
  if (!values_[value].varying) {
    kept_.push_back(value);
    return {operand::place::uniform, value};
  }
  return {operand::place::buffer, buffer_of(in_domain(value, domain), code)};
}

std::uint32_t program_builder::indices(char kind, std::uint32_t selection, std::uint32_t domain) {
  auto& columns = kind == 's' ? spread_columns_ : level_columns_;
  const auto [known, fresh] =
      columns.try_emplace(pair_key(selection, domain), static_cast<std::uint32_t>(index_columns_.size()));
  if (!fresh) return known->second;
  auto column = pool_.indices(selection, domain);
  if (kind == 's') {
    const auto count = pool_.at(selection).cells;
    const auto last = static_cast<float>(count > 1 ? count - 1 : 1);
    for (auto& index : column) index = index < 0 ? -1.0f : index / last;
  }
  index_columns_.push_back({domain, std::move(column)});
  return known->second;
}

std::uint32_t program_builder::map_between(std::uint32_t inner, std::uint32_t outer) {
  const auto [known, fresh] =
      maps_.try_emplace(pair_key(inner, outer), static_cast<std::uint32_t>(element_maps_.size()));
  if (fresh) element_maps_.push_back({inner, outer, pool_.elements(inner, outer)});
  return known->second;
}

// -- finishing ----------------------------------------------------------------------------------------

void program_builder::mark_needed() {
  for (const auto value : kept_) values_[value].needed = true;
  for (auto at = steps_.rbegin(); at != steps_.rend(); ++at) {
    auto& step = *at;
    const bool store = is_store(step.op.code);
    step.needed = store || is_stateful(step.op.code) || values_[step.op.target].needed ||
                  (step.two_targets && values_[step.op.target2].needed);
    if (!step.needed) continue;
    if (!store) values_[step.op.target].needed = true;
    if (step.two_targets) values_[step.op.target2].needed = true;
    for (std::uint8_t i = 0; i < step.sources; ++i) values_[step.op.source[i]].needed = true;
  }
}

void program_builder::place_uniforms(graph_program& program) {
  for (auto& value : values_) {
    if (value.varying || !value.needed) continue;
    value.place = static_cast<std::uint32_t>(program.uniforms.size());
    program.uniforms.push_back(value.value);
  }
  for (auto load : loads_) {
    if (!values_[load.uniform].needed) continue;
    load.uniform = values_[load.uniform].place;
    program.loads.push_back(load);
  }
  for (const auto& step : steps_) {
    if (!step.needed || step.domain != uniform_place) continue;
    auto op = step.op;
    op.target = values_[op.target].place;
    if (step.two_targets) op.target2 = values_[op.target2].place;
    for (std::uint8_t i = 0; i < step.sources; ++i) op.source[i] = values_[op.source[i]].place;
    program.uniform_operations.push_back(op);
  }
  const auto settle = [&](operand& o) {
    if (o.where == operand::place::uniform) o.index = values_[o.index].place;
  };
  for (auto& write : program.writes) {
    std::for_each(write.values.begin(), write.values.end(), settle);
    settle(write.priority);
  }
}

/// Whether what is stored is what the value is.
bool program_builder::leaves_as_it_is(const pending_step& store) const {
  const auto value = store.op.source[0];
  return store.op.code == opcode::store || (store.op.code == opcode::store_unit && lies_within(value, 0, 1));
}

pass program_builder::make_pass(std::uint32_t domain, const std::vector<std::uint32_t>& steps) {
  pass out;
  out.domain = domain;
  const auto is_fill = [&](std::uint32_t s) { return steps_[s].op.code == opcode::broadcast; };
  for (const auto s : steps) {
    if (!is_fill(s)) continue;
    auto op = steps_[s].op;
    values_[op.target].place = out.registers;
    values_[op.target].last_use = none; // never given away
    op.target = out.registers++;
    op.source[0] = values_[op.source[0]].place;
    out.fills.push_back(op);
  }
  // What is stored as it is is made in its buffer, and read there.
  std::vector<std::uint8_t> stays(steps.size(), 0);
  for (std::uint32_t at = 0; at < steps.size(); ++at) {
    const auto& step = steps_[steps[at]];
    if (!is_store(step.op.code) || !leaves_as_it_is(step)) continue;
    auto& value = values_[step.op.source[0]];
    if (value.last_use == none) continue; // a fill, or in a buffer already
    value.place = step.op.target;
    value.last_use = none;
    stays[at] = 1;
  }
  const auto has_place = [&](value_id v) { return values_[v].last_use == none; };
  for (std::uint32_t at = 0; at < steps.size(); ++at) {
    const auto& step = steps_[steps[at]];
    if (is_fill(steps[at])) continue;
    const auto use = [&](value_id v) {
      if (values_[v].last_use != none) values_[v].last_use = at;
    };
    if (!is_store(step.op.code)) use(step.op.target);
    if (step.two_targets) use(step.op.target2);
    for (std::uint8_t i = 0; i < step.sources; ++i) use(step.op.source[i]);
  }
  std::vector<std::uint32_t> free;
  const auto take = [&](value_id v) {
    auto& place = values_[v].place;
    if (has_place(v)) return place;
    if (free.empty()) {
      place = out.registers++;
    } else {
      place = free.back();
      free.pop_back();
    }
    return place;
  };
  for (std::uint32_t at = 0; at < steps.size(); ++at) {
    const auto& step = steps_[steps[at]];
    if (is_fill(steps[at]) || stays[at]) continue;
    const auto give_back = [&](value_id v) {
      if (values_[v].last_use != at) return;
      values_[v].last_use = none;
      free.push_back(values_[v].place);
    };
    auto op = step.op;
    // Targets are taken before sources are given back: no kernel reads what it writes.
    if (!is_store(op.code)) op.target = take(op.target);
    if (step.two_targets) op.target2 = take(op.target2);
    for (std::uint8_t i = 0; i < step.sources; ++i) op.source[i] = values_[op.source[i]].place;
    out.operations.push_back(op);
    if (!is_store(op.code)) give_back(step.op.target);
    if (step.two_targets) give_back(step.op.target2);
    for (std::uint8_t i = 0; i < step.sources; ++i) give_back(step.op.source[i]);
  }
  return out;
}

void program_builder::place_columns(graph_program& program) {
  std::vector<std::vector<std::uint32_t>> by_domain(pool_.domains().size());
  for (std::uint32_t i = 0; i < steps_.size(); ++i)
    if (steps_[i].needed && steps_[i].domain != uniform_place) by_domain[steps_[i].domain].push_back(i);
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < by_domain.size(); ++i)
    if (!by_domain[i].empty()) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return pool_.domains()[a].size() > pool_.domains()[b].size(); });
  for (const auto domain : order) {
    program.passes.push_back(make_pass(domain, by_domain[domain]));
    for (std::uint32_t buffer = 0; buffer < buffer_domains_.size(); ++buffer)
      if (buffer_domains_[buffer] == domain) program.passes.back().buffers.push_back(buffer);
  }
}

void program_builder::finish(graph_program& program) && {
  mark_needed();
  place_uniforms(program);
  place_columns(program);
  program.controls = std::move(controls_);
  program.domains = pool_.domains();
  program.buffer_domains = std::move(buffer_domains_);
  program.index_columns = std::move(index_columns_);
  program.element_maps = std::move(element_maps_);
}

} // namespace troupe::engine
