#pragma once
// What the tests of the run log share: ticks and shows as they might come.

#include "storage/run_log/record_writer.hpp"
#include "storage/run_log/segment_reader.hpp"
#include "tests/storage/storage_support.hpp"

#include <bit>
#include <random>

namespace troupe::storage::test {

/// Inputs that move at random, as an input_state would hand them out.
class moving_inputs {
 public:
  explicit moving_inputs(unsigned seed) : random_(seed) { relayout(3, 2); }

  void relayout(int faders, int buttons) {
    auto layout = std::make_shared<input_layout>();
    for (int i = 0; i < faders; ++i) layout->faders.push_back("f" + std::to_string(100 + i));
    for (int i = 0; i < buttons; ++i) layout->buttons.push_back("b" + std::to_string(100 + i));
    auto next = std::make_shared<input_snapshot>(*now_);
    next->faders.assign(layout->faders.size(), 0.0f);
    next->buttons.assign(layout->buttons.size(), {});
    next->layout = std::move(layout);
    now_ = std::move(next);
  }

  const std::shared_ptr<const input_snapshot>& move() {
    if (below(4) == 0) return now_; // the same object, as while nothing moves
    auto next = std::make_shared<input_snapshot>(*now_);
    for (auto& one : next->faders)
      if (below(2) == 0) one = static_cast<float>(below(1000)) / 999.0f;
    for (auto& one : next->buttons)
      if (below(2) == 0) one = {below(2) == 0, below(2) == 0};
    if (below(3) == 0) next->network = network(next->network);
    if (below(5) == 0) next->timecode = {true, below(1'000'000), -below(1'000'000)};
    now_ = std::move(next);
    return now_;
  }

 private:
  int below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }

  dmx_inputs_ptr network(const dmx_inputs_ptr& was) {
    if (was && below(8) == 0) return nullptr;
    auto next = std::make_shared<dmx_inputs>();
    if (was && below(4) != 0) *next = *was;
    if (next->universes.empty()) {
      next->universes = {0, 7, 32'767};
      next->levels.assign(3 * dmx_inputs::channels, 0);
      next->priorities.assign(3 * dmx_inputs::channels, dmx_inputs::nobody);
    }
    const auto moves = below(2) == 0 ? 5 : 2'000; // some channels, or most
    for (int i = 0; i < moves; ++i) {
      const auto at = static_cast<std::size_t>(below(static_cast<int>(next->levels.size())));
      next->levels[at] = static_cast<std::uint8_t>(below(256));
      next->priorities[at] = static_cast<std::uint8_t>(below(201));
    }
    return next;
  }

  std::mt19937 random_;
  std::shared_ptr<const input_snapshot> now_ = std::make_shared<const input_snapshot>();
};

inline std::string text_of(const tick_time& time, const input_snapshot& inputs) {
  std::string out = std::to_string(time.frame_number) + ' ' + std::to_string(time.t_ns) + ' ' +
                    std::to_string(time.dt_ns) + ' ' + std::to_string(time.deadline_ns);
  for (std::size_t i = 0; i < inputs.faders.size(); ++i)
    out += ' ' + inputs.layout->faders[i] + '=' + std::to_string(inputs.faders[i]);
  for (std::size_t i = 0; i < inputs.buttons.size(); ++i)
    out += ' ' + inputs.layout->buttons[i] + '=' + std::to_string(inputs.buttons[i].down) +
           std::to_string(inputs.buttons[i].pressed);
  if (inputs.network) {
    for (const auto one : inputs.network->universes) out += " u" + std::to_string(one);
    out.append(inputs.network->levels.begin(), inputs.network->levels.end());
    out.append(inputs.network->priorities.begin(), inputs.network->priorities.end());
  }
  return out + ' ' + std::to_string(inputs.timecode.known) + std::to_string(inputs.timecode.position_ns) +
         '/' + std::to_string(inputs.timecode.at_ns);
}

/// Any record as text: equal records have equal texts.
struct record_text {
  std::string operator()(const run_log::segment_start& one) const {
    return "start " + one.run + ' ' + std::to_string(one.number) + (one.exact ? " exact " : " goes on ") +
           std::to_string(one.wall_ms) + ' ' + std::to_string(static_cast<int>(one.release)) + one.version +
           one.show;
  }
  std::string operator()(const run_log::show_entity& one) const { return "entity " + one.entity->json; }
  std::string operator()(const run_log::show_complete& one) const {
    return "complete " + std::to_string(one.entities);
  }
  std::string operator()(const run_log::show_changed& one) const {
    std::string out = "changed";
    for (const auto& happened : one.facts) {
      out += ' ' + std::to_string(happened.index()) + id_of(happened);
      if (const auto* made = std::get_if<entity_created>(&happened)) out += made->entity->json;
      if (const auto* made = std::get_if<entity_updated>(&happened)) out += made->entity->json;
      if (const auto* gone = std::get_if<entity_deleted>(&happened)) out += std::to_string(gone->revision);
    }
    return out;
  }
  std::string operator()(const run_log::tick_taken& one) const {
    return "tick " + text_of(one.time, *one.inputs);
  }
  std::string operator()(const run_log::ticks_missing& one) const {
    return "missing " + std::to_string(one.count);
  }
  std::string operator()(const run_log::frame_hashed& one) const {
    return "hash " + std::to_string(one.frame_number) + ' ' + std::to_string(one.hash);
  }
  std::string operator()(const run_log::run_ended&) const { return "end"; }
  std::string operator()(const run_log::memory_begins& one) const {
    return "memory of " + std::to_string(one.cells);
  }
  std::string operator()(const node_memory& one) const {
    std::string out = "node " + one.graph_id + ' ' + one.node_id + ' ' +
                      std::to_string(static_cast<int>(one.type)) + (one.varying ? " varying" : "") +
                      (one.same ? " same" : "") + cells(one.cells) + ' ' +
                      std::to_string(one.double_columns) + '/' + std::to_string(one.float_columns);
    for (const auto value : one.doubles) out += ' ' + std::to_string(std::bit_cast<std::uint64_t>(value));
    for (const auto value : one.floats) out += ' ' + std::to_string(std::bit_cast<std::uint32_t>(value));
    return out;
  }
  std::string operator()(const held_memory& held) const {
    std::string out = "held" + cells(held.cells);
    for (std::size_t i = 0; i < held.masks.size(); ++i) {
      out += ' ' + std::to_string(held.masks[i]);
      for (const auto& column : held.columns)
        out += '/' + std::to_string(std::bit_cast<std::uint32_t>(column[i]));
    }
    return out;
  }
  std::string operator()(const run_log::memory_complete& one) const {
    return "remembered " + std::to_string(one.nodes);
  }
  static std::string cells(const cell_runs& runs) {
    std::string out;
    for (const auto& one : runs) out += ' ' + std::to_string(one.first) + '+' + std::to_string(one.count);
    return out;
  }
};

inline std::string text_of(const run_log::record& one) {
  return std::visit(record_text{}, one);
}

struct read_segment {
  std::vector<std::string> records;
  bool torn = false;
  std::string error;
};

inline read_segment read_all_records(std::string file) {
  read_segment made;
  auto reader = run_log::segment_reader::open(std::move(file));
  if (!reader) {
    made.error = reader.error().message;
    return made;
  }
  while (true) {
    const auto one = reader->next();
    if (!one) made.error = one.error().message;
    if (!one || !*one) break;
    made.records.push_back(text_of(**one));
  }
  made.torn = reader->torn();
  return made;
}

} // namespace troupe::storage::test
