#include "actors/cli/offline_show.hpp"

#include "engine/compiler.hpp"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>

namespace troupe::cli {

namespace {

void sort_once(std::vector<std::string>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

engine::graph_install install_of(const entity_record& graph, const engine::compiled& made) {
  engine::graph_install out;
  out.graph_id = graph.id;
  out.revision = graph.revision;
  out.enabled = graph.as<troupe::graph>().enabled;
  out.program = made.program();
  for (const auto& each : made.result.errors) {
    if (each.warning) continue;
    if (out.error_count++ == 0) out.last_error = each.message;
  }
  return out;
}

} // namespace

offline_show::offline_show(const show_state& show, release_mode release) {
  engine::stage_install install;
  install.new_show = true;
  install.rig = engine::make_rig(show, {release}, nullptr);
  auto controls = std::make_shared<input_layout>();
  show.each(entity_kind::input, [&](const record_ptr& each) {
    const bool fader = each->as<input>().type == input_type::fader;
    (fader ? controls->faders : controls->buttons).push_back(each->id);
  });
  show.each(entity_kind::graph, [&](const record_ptr& each) {
    const auto made = engine::compile_graph(*each, show, *install.rig);
    append(controls->faders, made.result.dependencies.fader_ids);
    append(controls->buttons, made.result.dependencies.button_ids);
    for (const auto& found : made.result.errors) findings_.emplace_back(each->id, found);
    install.graphs.push_back(install_of(*each, made));
    install.graph_order.push_back(each->id);
  });
  sort_once(controls->faders);
  sort_once(controls->buttons);
  controls_ = std::move(controls);
  graphs_ = install.graphs;
  evaluator_.install(install);
}

bool offline_show::has_graph(std::string_view id) const {
  return std::any_of(graphs_.begin(), graphs_.end(), [&](const auto& each) { return each.graph_id == id; });
}

void offline_show::enable(std::string_view graph_id, bool enabled) {
  const auto found = std::find_if(graphs_.begin(), graphs_.end(),
                                  [&](const auto& each) { return each.graph_id == graph_id; });
  assert(found != graphs_.end());
  if (found->enabled == enabled) return;
  found->enabled = enabled;
  engine::stage_install change;
  change.graphs.push_back(*found);
  evaluator_.install(change);
}

} // namespace troupe::cli
