#pragma once
// A show as plain vectors, in the order of creation: what the generator edits, the oracle reads, and the
// engine gets as a show_state.

#include "protocol/entities.hpp"
#include "protocol/inputs.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {
class show_state;
}

namespace troupe::test {

template <class T>
struct named {
  std::string id;
  T value;
};

template <class T>
using table = std::vector<named<T>>;

template <class T>
const T* find(const table<T>& in, std::string_view id) {
  const auto hit = std::find_if(in.begin(), in.end(), [&](const named<T>& x) { return x.id == id; });
  return hit == in.end() ? nullptr : &hit->value;
}

struct plain_show {
  table<fixture_model> models;
  table<fixture> fixtures;
  table<group> groups;
  table<input> inputs;
  table<preset> presets;
  table<graph> graphs;
};

graph_node make_node(std::string id, std::string type, boost::json::object params = {});
graph_edge make_edge(std::string id, port_ref from, port_ref to);
preset make_preset(const bundle& attributes);

/// The same show for the engine.
show_state to_state(const plain_show& show);

/// The whole show as JSON text, to print with a failure.
std::string to_text(const plain_show& show);
std::string to_text(const graph& value);

/// What comes in at one tick: the operators' controls by id, and the network.
struct controls {
  std::map<std::string, float> faders;
  std::map<std::string, button_level> buttons;
  std::map<std::uint16_t, std::array<std::uint8_t, 512>> network; ///< levels by universe
  timecode_mark timecode;
};

/// The same controls for the engine.
input_snapshot to_snapshot(const controls& now);

} // namespace troupe::test
