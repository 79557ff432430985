#include "actors/client/explanation_json.hpp"

#include "engine/columns.hpp"
#include "engine/graph_check.hpp"
#include "engine/graph_controls.hpp"
#include "engine/patch.hpp"
#include "protocol/json_text.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::actors {
namespace {

namespace json = boost::json;
using engine::attribute_state;
using engine::attribute_story;

struct attribute_name {
  std::uint8_t bit;
  std::string_view name;
  std::size_t column; ///< the first
};
constexpr std::array attributes{
    attribute_name{has_intensity, "intensity", static_cast<std::size_t>(column::intensity)},
    attribute_name{has_color, "color", static_cast<std::size_t>(column::red)},
    attribute_name{has_pan, "pan", static_cast<std::size_t>(column::pan)},
    attribute_name{has_tilt, "tilt", static_cast<std::size_t>(column::tilt)},
    attribute_name{has_zoom, "zoom", static_cast<std::size_t>(column::zoom)}};

constexpr std::array<std::string_view, 3> merge_names{"override", "htp", "add"};
constexpr std::array<std::string_view, 3> state_names{"unwritten", "held", "written"};

json::value value_of(const attribute_name& attribute, const engine::cell_values& values) {
  const auto at = [&](std::size_t i) { return shortest_decimal(values[attribute.column + i]); };
  if (attribute.bit != has_color) return at(0);
  return json::object{{"r", at(0)}, {"g", at(1)}, {"b", at(2)}};
}

double seconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e9;
}

/// What a graph reads from outside, as it was in one frame.
class source_reader {
 public:
  source_reader(const show_state& show, const engine::explained_cell& cell)
      : show_(show), inputs_(cell.inputs ? cell.inputs : std::make_shared<const input_snapshot>()),
        time_(cell.time) {}

  json::object read(const engine::outside_source& one) const {
    using kind = engine::outside_source::kind;
    switch (one.what) {
    case kind::fader:
      return named("fader", one.id, fader(one.id));
    case kind::button:
      return named("button", one.id, button(one.id));
    case kind::dmx:
      return dmx(one.channel);
    case kind::timecode:
      return {{"kind", "timecode"},
              {"value", seconds(inputs_->timecode.position(time_.t_ns))},
              {"running", inputs_->timecode.running(time_.t_ns)}};
    case kind::time:
      break;
    }
    return {{"kind", "time"}, {"value", seconds(time_.t_ns)}};
  }

 private:
  static std::optional<std::size_t> place(const std::vector<std::string>& sorted, const std::string& id) {
    const auto at = std::lower_bound(sorted.begin(), sorted.end(), id);
    if (at == sorted.end() || *at != id) return std::nullopt;
    return static_cast<std::size_t>(at - sorted.begin());
  }

  json::value fader(const std::string& id) const {
    const auto at = inputs_->layout ? place(inputs_->layout->faders, id) : std::nullopt;
    return at ? shortest_decimal(inputs_->faders[*at]) : 0.0;
  }
  json::value button(const std::string& id) const {
    const auto at = inputs_->layout ? place(inputs_->layout->buttons, id) : std::nullopt;
    return at && inputs_->buttons[*at].down;
  }
  json::object dmx(const engine::dmx_place& where) const {
    return {{"kind", "dmx"},
            {"id", fmt::format("{}/{}", where.universe, where.channel)},
            {"universe", where.universe},
            {"channel", where.channel},
            {"value", shortest_decimal(engine::level_at(inputs_->network.get(), where))}};
  }

  json::object named(std::string_view kind, const std::string& id, json::value value) const {
    json::object made{{"kind", kind}, {"id", id}};
    // A graph may use a control that no input describes.
    if (const auto* known = show_.find_as<input>(entity_kind::input, id)) made["name"] = known->name;
    made["value"] = std::move(value);
    return made;
  }

  const show_state& show_;
  std::shared_ptr<const input_snapshot> inputs_;
  tick_time time_;
};

/// The attributes of one cell.
class cell_teller {
 public:
  cell_teller(const show_state& show, const engine::explained_cell& cell)
      : show_(show), cell_(cell), reader_(show, cell) {}

  json::object attribute(const attribute_name& which) {
    const auto story = engine::tell(cell_, which.bit);
    json::object made{{"value", nullptr},
                      {"state", state_names[static_cast<std::size_t>(story.state)]},
                      {"from", nullptr},
                      {"inputs", json::array()}};
    if (story.state != attribute_state::unwritten) made["value"] = value_of(which, story.values);
    json::array others;
    for (const auto& part : story.parts) {
      auto write = tell(which, part);
      if (part.write == story.from) {
        made["inputs"] = std::move(write.at("inputs"));
        write.erase("inputs");
        made["from"] = std::move(write);
        continue;
      }
      write["overridden"] = part.overridden_by != attribute_story::nobody;
      if (part.overridden_by != attribute_story::nobody)
        write["by"] = json::object{{"graphId", cell_.writes[part.overridden_by].graph_id},
                                   {"nodeId", cell_.writes[part.overridden_by].node_id}};
      others.push_back(std::move(write));
    }
    made["others"] = std::move(others);
    return made;
  }

 private:
  json::object tell(const attribute_name& which, const attribute_story::part& part) {
    const auto& write = cell_.writes[part.write];
    json::object made{{"graphId", write.graph_id}};
    if (const auto* known = show_.find_as<graph>(entity_kind::graph, write.graph_id))
      made["graphName"] = known->name;
    made["nodeId"] = write.node_id;
    made["merge"] = merge_names[static_cast<std::size_t>(write.mode)];
    made["priority"] = shortest_decimal(write.priority);
    made["value"] = value_of(which, write.values);
    made["inputs"] = inputs(write, which.bit);
    return made;
  }

  json::array inputs(const engine::explained_write& write, std::uint8_t attribute) {
    json::array made;
    const auto* checked = graph_of(write.graph_id);
    if (!checked || !checked->result.ok) return made;
    for (const auto& one : engine::sources_behind(checked->graph, show_, write.node_id, attribute))
      made.push_back(reader_.read(one));
    return made;
  }

  /// Each graph is checked once, however many of its writes there are.
  const engine::checked* graph_of(const std::string& id) {
    const auto* known = show_.find_as<graph>(entity_kind::graph, id);
    if (!known) return nullptr;
    const auto found = graphs_.find(id);
    if (found != graphs_.end()) return &found->second;
    return &graphs_.emplace(id, engine::run_checks(*known, show_)).first->second;
  }

  const show_state& show_;
  const engine::explained_cell& cell_;
  source_reader reader_;
  std::map<std::string, engine::checked> graphs_;
};

std::uint32_t cells_of(const show_state& show, const fixture& patch) {
  const auto* model = show.find_as<fixture_model>(entity_kind::model, patch.model_id);
  return model ? model->cell_count() : 1;
}

void put_place(json::object& made, const show_state& show, const channel_claim& where) {
  const auto& patch = where.fixture->as<fixture>();
  made["fixtureId"] = where.fixture->id;
  made["fixtureName"] = patch.name;
  made["cell"] = where.cell + 1;
  made["cells"] = cells_of(show, patch);
}

void put_attributes(json::object& made, const show_state& show, const engine::explained_cell& cell,
                    std::uint8_t mask) {
  made["frameNumber"] = cell.time.frame_number;
  made["t"] = seconds(cell.time.t_ns);
  cell_teller teller(show, cell);
  json::object told;
  for (const auto& one : attributes)
    if (mask & one.bit) told[one.name] = teller.attribute(one);
  made["attributes"] = std::move(told);
}

/// What of the attributes that a channel follows is there.
std::string_view state_of(const engine::explained_cell& cell, std::uint8_t follows) {
  if (follows == 0) return "fixed";
  if (cell.written & follows) return state_names[static_cast<std::size_t>(attribute_state::written)];
  if (cell.held & follows) return state_names[static_cast<std::size_t>(attribute_state::held)];
  return state_names[static_cast<std::size_t>(attribute_state::unwritten)];
}

/// What the network sent on the channel, if anybody did.
void put_network_level(json::object& made, dmx_address where, const input_snapshot& inputs) {
  const auto at = inputs.network ? inputs.network->find(where.universe) : std::nullopt;
  if (!at) return;
  const auto index = *at * dmx_inputs::channels + where.channel - 1u;
  if (inputs.network->priorities[index] == dmx_inputs::nobody) return;
  made["networkLevel"] = inputs.network->levels[index];
  made["networkPriority"] = inputs.network->priorities[index];
}

} // namespace

json::object fixture_explanation(const show_state& show, const channel_claim& where,
                                 const engine::explained_cell& cell) {
  json::object made;
  put_place(made, show, where);
  put_attributes(made, show, cell, has_intensity | has_color | has_pan | has_tilt | has_zoom);
  return made;
}

json::object channel_explanation(const show_state& show, dmx_address where,
                                 const std::vector<channel_claim>& claims,
                                 const engine::explained_cell* cell) {
  json::object made{{"universe", where.universe}, {"channel", where.channel}};
  if (claims.empty() || !cell) {
    made["level"] = nullptr;
    made["state"] = "unpatched";
    return made;
  }
  const auto& owner = claims.back();
  const auto* model = show.find_as<fixture_model>(entity_kind::model, owner.fixture->as<fixture>().model_id);
  const auto follows = model ? engine::attributes_behind(*model, owner.channel) : std::uint8_t{0};
  made["level"] = cell->level ? json::value(*cell->level) : json::value(nullptr);
  made["state"] = state_of(*cell, follows);
  put_place(made, show, owner);
  made["channelName"] = owner.channel;
  put_attributes(made, show, *cell, follows);
  json::array hidden;
  for (std::size_t i = 0; i + 1 < claims.size(); ++i) {
    json::object one;
    put_place(one, show, claims[i]);
    one["channelName"] = claims[i].channel;
    hidden.push_back(std::move(one));
  }
  made["alsoPatched"] = std::move(hidden);
  if (cell->inputs) put_network_level(made, where, *cell->inputs);
  return made;
}

} // namespace troupe::actors
