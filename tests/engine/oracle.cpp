#include "tests/engine/oracle.hpp"

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

void oracle::install(const plain_show& show) {
  show_ = show;
  running_.clear();
  std::set<std::string> patched;
  for (const auto& f : show.fixtures) patched.insert(f.id);
  std::erase_if(state_, [&](const auto& entry) {
    const auto& [graph_id, node_id, type, fixture_id] = entry.first;
    return !find(show.graphs, graph_id) || (!fixture_id.empty() && !patched.contains(fixture_id));
  });
  std::erase_if(held_, [&](const auto& entry) { return !patched.contains(entry.first); });
  for (const auto& f : show.fixtures) held_[f.id] = kept(find(show.models, f.value.model_id), held_[f.id]);
  for (const auto& g : show.graphs) {
    if (!expected_compile(g.value, show).ok) continue; // frozen, to resume where it was
    settle_state(g, show, state_);
    if (g.value.enabled) running_.insert(g.id);
  }
}

void oracle::switch_to(const plain_show& show) {
  state_.clear();
  held_.clear();
  install(show);
}

expected_frame oracle::tick(const tick_time& time, const controls& now) {
  expected_frame out;
  // Ascending by priority; writes of equal priority stay in the order of graphs and nodes.
  std::vector<fixture_write> writes;
  for (const auto& g : show_.graphs)
    if (running_.contains(g.id))
      for (auto& w : walk_graph(g, show_, time, now, state_, out.reports)) writes.push_back(std::move(w));
  std::stable_sort(writes.begin(), writes.end(),
                   [](const auto& a, const auto& b) { return a.priority < b.priority; });
  for (const auto& w : writes) merge_into(out.written[w.fixture], w.attributes, w.merge);

  for (const auto& f : show_.fixtures) {
    const auto* model = find(show_.models, f.value.model_id);
    const auto written = out.written.find(f.id);
    const bundle shown = effective(model, f.id, written == out.written.end() ? nullptr : &written->second);
    auto& levels = out.universes[f.value.universe]; // zeros at first
    if (!model) continue;
    const auto values = expected_levels(*model, shown);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const unsigned channel = f.value.start_channel + model->channels[i].offset - 1u;
      if (channel <= 512) levels[channel - 1] = values[i];
    }
  }
  for (const auto& [address, levels] : out.universes) {
    const auto before = sent_.find(address);
    if (before == sent_.end() || before->second != levels) out.changed.insert(address);
  }
  sent_ = out.universes;
  return out;
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

bundle oracle::effective(const fixture_model* model, const std::string& id, const bundle* written) {
  bundle now = kept(model, held_[id]);
  if (written) merge_into(now, *written, "override");
  held_[id] = kept(model, now);
  return now;
}

} // namespace troupe::test
