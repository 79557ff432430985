#include "actors/show/compile_book.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {
namespace {

bool same_program(const graph& a, const graph& b) {
  const auto same_node = [](const graph_node& x, const graph_node& y) {
    return x.id == y.id && x.type == y.type && x.params == y.params;
  };
  const auto same_edge = [](const graph_edge& x, const graph_edge& y) {
    return x.id == y.id && x.from == y.from && x.to == y.to;
  };
  return std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(), same_node) &&
         std::equal(a.edges.begin(), a.edges.end(), b.edges.begin(), b.edges.end(), same_edge);
}

bool any_in(const std::vector<std::string>& ids, const std::set<std::string>& set) {
  return !set.empty() &&
         std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return set.contains(id); });
}

entity_news news_of(const fact& happened) {
  entity_news told;
  told.kind = kind_of(happened);
  told.id = id_of(happened);
  if (const auto* made = std::get_if<entity_created>(&happened)) {
    told.op = entity_news::operation::created;
    told.entity = made->entity;
  } else if (const auto* changed = std::get_if<entity_updated>(&happened)) {
    told.entity = changed->entity;
  } else if (const auto* switched = std::get_if<graph_enabled_set>(&happened)) {
    told.entity = switched->entity;
  } else if (const auto* gone = std::get_if<entity_deleted>(&happened)) {
    told.op = entity_news::operation::deleted;
    told.revision = gone->revision;
  }
  if (told.entity) told.revision = told.entity->revision;
  return told;
}

record_ptr entity_of(const fact& happened) {
  return news_of(happened).entity;
}

} // namespace

void compile_book::compile(entry& one) const {
  one.compiled = engine::compile_graph(*one.record, state_, *rig_);
}

engine::graph_install compile_book::install_of(const std::string& id, const entry& one) const {
  engine::graph_install made;
  made.graph_id = id;
  made.revision = one.record->revision;
  made.enabled = one.record->as<graph>().enabled;
  made.programs = one.compiled.programs;
  for (const auto& found : one.compiled.result.errors) {
    if (found.warning) continue;
    if (made.error_count++ == 0) made.last_error = found.message;
  }
  return made;
}

std::shared_ptr<const input_layout> compile_book::controls() const {
  std::set<std::string> faders, buttons;
  state_.each(entity_kind::input, [&](const record_ptr& record) {
    (record->as<input>().type == input_type::fader ? faders : buttons).insert(record->id);
  });
  for (const auto& [id, one] : graphs_) {
    const auto& on = one.compiled.result.dependencies;
    faders.insert(on.fader_ids.begin(), on.fader_ids.end());
    buttons.insert(on.button_ids.begin(), on.button_ids.end());
  }
  auto layout = std::make_shared<input_layout>();
  layout->faders.assign(faders.begin(), faders.end());
  layout->buttons.assign(buttons.begin(), buttons.end());
  return layout;
}

std::vector<std::string> compile_book::graph_order() const {
  std::vector<std::string> order;
  order.reserve(state_.count(entity_kind::graph));
  state_.each(entity_kind::graph, [&](const record_ptr& record) { order.push_back(record->id); });
  return order;
}

show_update compile_book::load(const show_state& state, bool announce) {
  state_ = state;
  graphs_.clear();
  rig_ = engine::make_rig(state_, options_, nullptr);
  state_.each(entity_kind::graph, [&](const record_ptr& record) {
    auto& one = graphs_[record->id];
    one.record = record;
    compile(one);
  });
  inputs_ = controls();
  auto update = again();
  update.reset_inputs = true;
  if (announce) update.announcements.emplace_back(show_news{state_.show()});
  return update;
}

show_update compile_book::again() const {
  show_update update;
  if (!rig_) return update;
  auto install = std::make_shared<engine::stage_install>();
  install->new_show = true;
  install->rig = rig_;
  for (const auto& id : graph_order()) install->graphs.push_back(install_of(id, graphs_.at(id)));
  install->graph_order = graph_order();
  update.install = std::move(install);
  update.inputs = inputs_;
  update.show = std::make_shared<const show_state>(state_);
  return update;
}

void compile_book::note_fixture(touched& what, const fact& happened) const {
  what.fixtures.insert(id_of(happened));
  const auto before = state_.find(entity_kind::fixture, id_of(happened));
  const auto after = entity_of(happened);
  if (before && after) {
    const auto &was = before->as<fixture>(), &is = after->as<fixture>();
    if (was.model_id == is.model_id && was.universe == is.universe && was.start_channel == is.start_channel)
      return;
  }
  what.rig = true;
}

void compile_book::note_model(touched& what, const fact& happened) const {
  // A new model changes the rig only where fixtures named it already, which a damaged file may do.
  (void)happened;
  what.rig = true;
}

compile_book::touched compile_book::examine(std::span<const fact> facts) const {
  touched what;
  for (const auto& happened : facts) {
    switch (kind_of(happened)) {
    case entity_kind::model:
      note_model(what, happened);
      break;
    case entity_kind::fixture:
      note_fixture(what, happened);
      break;
    case entity_kind::group:
      what.groups.insert(id_of(happened));
      break;
    case entity_kind::input:
      what.inputs.insert(id_of(happened));
      break;
    case entity_kind::preset:
      what.presets.insert(id_of(happened));
      break;
    case entity_kind::graph:
      what.graphs.insert(id_of(happened));
      break;
    }
  }
  return what;
}

bool compile_book::depends_on(const graph_dependencies& on, const touched& what) const {
  return any_in(on.group_ids, what.groups) || any_in(on.preset_ids, what.presets) ||
         any_in(on.fader_ids, what.inputs) || any_in(on.button_ids, what.inputs) ||
         any_in(on.fixture_ids, what.fixtures);
}

show_update compile_book::take(const show_state& state, std::span<const fact> facts) {
  auto what = examine(facts);
  state_ = state;
  show_update update;
  for (const auto& happened : facts) update.announcements.emplace_back(news_of(happened));

  auto install = std::make_shared<engine::stage_install>();
  bool rebind = false;
  if (what.rig) {
    auto next = engine::make_rig(state_, options_, rig_.get());
    rebind = !next->same_places(*rig_);
    rig_ = std::move(next);
    install->rig = rig_;
  }
  for (const auto& id : what.graphs) {
    if (!state_.find(entity_kind::graph, id) && graphs_.erase(id) > 0) install->removed_graphs.push_back(id);
  }
  bool order_changed = false;
  for (const auto& id : graph_order()) {
    auto& one = graphs_[id];
    const bool added = !one.record;
    const bool named = added || what.graphs.contains(id);
    const auto before = std::exchange(one.record, state_.find(entity_kind::graph, id));
    order_changed |= added;
    const bool edited = added || !same_program(before->as<graph>(), one.record->as<graph>());
    const bool stale = edited || rebind || depends_on(one.compiled.result.dependencies, what);
    bool other_result = false;
    if (stale) {
      const auto was = std::exchange(one.compiled.result, {});
      compile(one);
      other_result = was != one.compiled.result;
    }
    if (stale || (named && before != one.record)) install->graphs.push_back(install_of(id, one));
    const bool revised = added || before->revision != one.record->revision;
    if (revised || other_result)
      update.announcements.emplace_back(compile_news{id, one.record->revision, one.compiled.result});
  }
  if (order_changed) install->graph_order = graph_order();
  if (install->rig || !install->graphs.empty() || !install->removed_graphs.empty())
    update.install = std::move(install);
  if (!what.graphs.empty() || !what.inputs.empty()) {
    auto next = controls();
    if (next->faders != inputs_->faders || next->buttons != inputs_->buttons)
      update.inputs = inputs_ = std::move(next);
  }
  return update;
}

std::optional<show_update> compile_book::announce(const std::string& graph_id) const {
  const auto found = graphs_.find(graph_id);
  if (found == graphs_.end()) return std::nullopt;
  show_update update;
  const auto& one = found->second;
  update.announcements.emplace_back(compile_news{graph_id, one.record->revision, one.compiled.result});
  return update;
}

const compile_result* compile_book::result_of(const std::string& graph_id) const {
  const auto found = graphs_.find(graph_id);
  return found == graphs_.end() ? nullptr : &found->second.compiled.result;
}

} // namespace troupe::actors
