#include "tests/engine/oracle.hpp"

#include "protocol/cell_layout.hpp"

#include <optional>

namespace troupe::test {
namespace {

float clamp(float x, float least, float most) {
  return x > least ? (x < most ? x : most) : least;
}

} // namespace

void merge_into(bundle& target, const bundle& from, const std::string& mode) {
  const auto merge = [&](auto& now, const auto& next, float least, float most, bool takes_highest) {
    if (!next) return;
    if (mode == "add")
      now = clamp((now ? *now : 0.f) + *next, least, most);
    else if (mode == "htp" && takes_highest && now && *now > *next)
      return;
    else
      now = next;
  };
  merge(target.intensity, from.intensity, 0, 1, true);
  merge(target.pan, from.pan, -1, 1, false);
  merge(target.tilt, from.tilt, -1, 1, false);
  merge(target.zoom, from.zoom, 0, 1, false);
  if (from.color && mode == "add") {
    const rgb now = target.color.value_or(rgb{});
    target.color = rgb{clamp(now.r + from.color->r, 0, 1), clamp(now.g + from.color->g, 0, 1),
                       clamp(now.b + from.color->b, 0, 1)};
  } else if (from.color) {
    target.color = from.color;
  }
}

std::uint32_t cells_of(const plain_show& show, const fixture& patch) {
  const auto* model = find(show.models, patch.model_id);
  return model ? model->cell_count() : 1;
}

void oracle::install(const plain_show& show) {
  show_ = show;
  running_.clear();
  // A fixture with another number of cells starts as a new one.
  std::set<std::string> stay;
  std::map<std::string, std::uint32_t> cells;
  for (const auto& f : show.fixtures) {
    cells[f.id] = cells_of(show, f.value);
    if (const auto before = cells_.find(f.id); before != cells_.end() && before->second == cells[f.id])
      stay.insert(f.id);
  }
  cells_ = std::move(cells);
  std::erase_if(state_, [&](const auto& entry) {
    const auto& [graph_id, node_id, type, on] = entry.first;
    return !find(show.graphs, graph_id) || (!on.fixture.empty() && !stay.contains(on.fixture));
  });
  std::erase_if(held_, [&](const auto& entry) { return !stay.contains(entry.first.fixture); });
  for (const auto& f : show.fixtures)
    for (std::uint32_t cell = 0; cell < cells_[f.id]; ++cell) {
      auto& held = held_[{f.id, cell}];
      held = kept(find(show.models, f.value.model_id), held);
    }
  for (const auto& g : show.graphs) {
    if (!expected_compile(g.value, show).ok) continue; // frozen, to resume where it was
    settle_state(g, show, state_);
    if (g.value.enabled) running_.insert(g.id);
  }
}

void oracle::switch_to(const plain_show& show) {
  state_.clear();
  held_.clear();
  cells_.clear();
  install(show);
}

expected_frame oracle::tick(const tick_time& time, const controls& now) {
  expected_frame out;
  // Ascending by priority; writes of equal priority stay in the order of graphs and nodes.
  std::vector<cell_write> writes;
  for (const auto& g : show_.graphs)
    if (running_.contains(g.id))
      for (auto& w : walk_graph(g, show_, time, now, state_, out.reports)) writes.push_back(std::move(w));
  std::stable_sort(writes.begin(), writes.end(),
                   [](const auto& a, const auto& b) { return a.priority < b.priority; });
  std::map<std::string, std::vector<bundle>> written;
  for (const auto& w : writes) {
    auto& cells = written[w.cell.fixture];
    cells.resize(cells_[w.cell.fixture]);
    merge_into(cells[w.cell.cell], w.attributes, w.merge);
  }
  for (const auto& [id, cells] : written) out.written[id] = expected_mean(cells);

  for (const auto& f : show_.fixtures) {
    const auto found = written.find(f.id);
    const auto* cells = found == written.end() ? nullptr : &found->second;
    render(f.value, f.id, cells, out);
    if (cells_[f.id] == 1) continue;
    for (std::uint32_t cell = 0; cell < cells_[f.id]; ++cell) {
      const auto color = expected_color(cells ? (*cells)[cell] : bundle{});
      auto& colors = out.cell_colors[f.id];
      colors.insert(colors.end(), color.begin(), color.end());
    }
  }
  for (const auto& [address, levels] : out.universes) {
    const auto before = sent_.find(address);
    if (before == sent_.end() || before->second != levels) out.changed.insert(address);
  }
  sent_ = out.universes;
  return out;
}

void oracle::render(const fixture& patch, const std::string& id, const std::vector<bundle>* written,
                    expected_frame& out) {
  out.universes[patch.universe]; // zeros at first
  const auto* model = find(show_.models, patch.model_id);
  if (!model) {
    effective(model, {id, 0}, written ? &written->front() : nullptr);
    return;
  }
  const cell_layout layout(*model, patch);
  const bool straddles = layout.cells() > 1 && model->span == span_mode::packed;
  for (std::uint32_t cell = 0; cell < layout.cells(); ++cell) {
    const bundle shown = effective(model, {id, cell}, written ? &(*written)[cell] : nullptr);
    const auto [universe, first] = layout.at(cell);
    if (universe > max_universe) continue;
    // Up to the highest offset the run is there, whether or not each channel has a name.
    const unsigned last = first + std::max<unsigned>(model->footprint(), 1) - 1u;
    const unsigned beyond = straddles ? (last - 1) / 512 : 0;
    for (unsigned u = universe; u <= universe + beyond && u <= max_universe; ++u)
      out.universes[static_cast<std::uint16_t>(u)];
    const auto values = expected_levels(*model, shown);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const unsigned at = first + model->channels[i].offset - 2u; // from 0
      const unsigned where = universe + at / 512;
      if ((at >= 512 && !straddles) || where > max_universe) continue;
      out.universes[static_cast<std::uint16_t>(where)][at % 512] = values[i];
    }
  }
}

/// What stays after release; of pan, tilt and zoom only those that the model has.
bundle oracle::kept(const fixture_model* model, const bundle& b) const {
  if (!model) return {};
  const auto mode = model->release.value_or(release_);
  if (mode == release_mode::hold) return b;
  bundle out;
  if (mode == release_mode::zero) return out;
  for (const auto& c : model->channels) {
    if (c.name == "pan") out.pan = b.pan;
    if (c.name == "tilt") out.tilt = b.tilt;
    if (c.name == "zoom") out.zoom = b.zoom;
  }
  return out;
}

bundle oracle::effective(const fixture_model* model, const element& id, const bundle* written) {
  bundle now = kept(model, held_[id]);
  if (written) merge_into(now, *written, "override");
  held_[id] = kept(model, now);
  return now;
}

} // namespace troupe::test
