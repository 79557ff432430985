#include "engine/graph_controls.hpp"

#include "engine/node_params.hpp"
#include "protocol/bundle.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace troupe::engine {

namespace {

std::uint8_t bits_of(const bundle& held) {
  return static_cast<std::uint8_t>((held.intensity ? has_intensity : 0) | (held.color ? has_color : 0) |
                                   (held.pan ? has_pan : 0) | (held.tilt ? has_tilt : 0) |
                                   (held.zoom ? has_zoom : 0));
}

class walk {
 public:
  walk(const indexed_graph& graph, const show_state& show, std::uint8_t attribute)
      : g_(graph), show_(show), attribute_(attribute), reached_(graph.specs.size(), 0) {
    find_masks();
  }

  /// Marks all that the write's bundle depends on.
  void from(std::uint32_t write) {
    visit_input(write, "bundle");
    while (!open_.empty()) {
      const auto node = open_.back();
      open_.pop_back();
      const auto& spec = *g_.specs[node];
      if (spec.type == node_type::merge_bundle)
        visit_input(node, input_mask(node, "override") & attribute_ ? "override" : "base");
      else
        for (const auto& port : spec.inputs)
          if (port.type != port_type::selection) visit_input(node, port.name);
    }
  }

  std::vector<outside_source> found() const {
    std::vector<outside_source> all;
    for (std::uint32_t i = 0; i < g_.specs.size(); ++i)
      if (reached_[i])
        if (auto one = source_at(i); one && !contains(all, *one)) all.push_back(std::move(*one));
    return all;
  }

 private:
  const joint* joint_into(std::uint32_t node, std::string_view port) const {
    const auto inputs = g_.specs[node]->inputs;
    const auto at = std::find_if(inputs.begin(), inputs.end(), [&](auto& in) { return in.name == port; });
    return at == inputs.end() ? nullptr : g_.joint_into(node, static_cast<std::size_t>(at - inputs.begin()));
  }

  void visit_input(std::uint32_t node, std::string_view port) {
    const auto* j = joint_into(node, port);
    if (!j || reached_[j->from_node]) return;
    reached_[j->from_node] = 1;
    open_.push_back(j->from_node);
  }

  /// What arrives at an input for bundles, which takes other values, too.
  std::uint8_t input_mask(std::uint32_t node, std::string_view port) const {
    const auto* j = joint_into(node, port);
    if (!j) return 0;
    switch (g_.specs[j->from_node]->outputs[j->from_port].type) {
    case port_type::bundle:
      return masks_[j->from_node];
    case port_type::color:
      return has_color;
    case port_type::position:
      return has_pan | has_tilt;
    default:
      return has_intensity;
    }
  }

  void find_masks() {
    masks_.assign(g_.specs.size(), 0);
    for (const auto node : g_.order) masks_[node] = mask_of(node);
  }

  std::uint8_t mask_of(std::uint32_t node) const {
    static constexpr std::array<std::uint8_t, 4> chosen{has_intensity, has_pan, has_tilt, has_zoom};
    const auto& spec = *g_.specs[node];
    const auto& source = g_.source->nodes[node];
    switch (spec.type) {
    case node_type::color_to_bundle:
      return has_color;
    case node_type::position_to_bundle:
      return has_pan | has_tilt;
    case node_type::scalar_to_bundle:
      return chosen[choice_of(source, spec.params[0])];
    case node_type::scale_bundle:
      return input_mask(node, "bundle");
    case node_type::merge_bundle:
      return input_mask(node, "base") | input_mask(node, "override");
    case node_type::preset: {
      const auto ids = named_ids(source, spec.params[0]);
      const auto* held = ids.empty() ? nullptr : show_.find_as<preset>(entity_kind::preset, ids.front());
      return held ? bits_of(held->attributes) : std::uint8_t{0};
    }
    default:
      return 0;
    }
  }

  std::optional<outside_source> source_at(std::uint32_t node) const {
    using kind = outside_source::kind;
    const auto& spec = *g_.specs[node];
    const auto& source = g_.source->nodes[node];
    const auto control = [&](kind what) -> std::optional<outside_source> {
      const auto ids = named_ids(source, spec.params[0]);
      if (ids.empty()) return std::nullopt;
      return outside_source{what, std::string{ids.front()}, {}};
    };
    switch (spec.type) {
    case node_type::fader:
      return control(kind::fader);
    case node_type::button:
      return control(kind::button);
    case node_type::dmx_in:
      return outside_source{kind::dmx, {}, dmx_place_of(source)};
    case node_type::timecode:
      return outside_source{kind::timecode, {}, {}};
    case node_type::time:
    case node_type::sine_lfo:
    case node_type::triangle_lfo:
    case node_type::saw_lfo:
    case node_type::square_lfo:
    case node_type::noise:
    case node_type::chase:
      return outside_source{kind::time, {}, {}};
    default:
      return std::nullopt;
    }
  }

  static bool contains(const std::vector<outside_source>& all, const outside_source& one) {
    return std::any_of(all.begin(), all.end(), [&](const outside_source& other) {
      return other.what == one.what && other.id == one.id && other.channel.packed() == one.channel.packed();
    });
  }

  const indexed_graph& g_;
  const show_state& show_;
  std::uint8_t attribute_;
  std::vector<std::uint8_t> masks_, reached_; // by node
  std::vector<std::uint32_t> open_;
};

} // namespace

std::vector<outside_source> sources_behind(const indexed_graph& graph, const show_state& show,
                                           std::string_view write_node, std::uint8_t attribute) {
  for (std::uint32_t i = 0; i < graph.specs.size(); ++i) {
    if (graph.specs[i]->type != node_type::write_attributes) continue;
    if (graph.source->nodes[i].id != write_node) continue;
    walk back(graph, show, attribute);
    back.from(i);
    return back.found();
  }
  return {};
}

} // namespace troupe::engine
