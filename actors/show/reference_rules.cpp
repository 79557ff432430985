#include "actors/show/reference_rules.hpp"

#include "actors/show/input_usage.hpp"
#include "protocol/entity_codec.hpp"
#include "protocol/patch_rules.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace troupe::actors {
namespace {

constexpr std::size_t named_users = 5; // the rest is only counted, so a message stays readable

std::string name_list(const std::vector<record_ptr>& records) {
  std::string text;
  for (std::size_t i = 0; i < std::min(records.size(), named_users); ++i) {
    const auto& name = std::visit(
        [](const auto& value) -> const std::string& {
          if constexpr (requires { value.name; })
            return value.name;
          else
            return value.model;
        },
        records[i]->value);
    text += fmt::format("{}\"{}\" ({})", i ? ", " : "", name, records[i]->id);
  }
  if (records.size() > named_users) text += fmt::format(" and {} more", records.size() - named_users);
  return text;
}

result<void> check_fixture(const show_state& state, const fixture& placed, const fixture* before) {
  if (const auto* model = state.find_as<fixture_model>(entity_kind::model, placed.model_id)) {
    const auto fault = find_patch_fault(*model, placed);
    if (!fault) return {};
    return invalid(std::string{fault->field}, fmt::format("the fixture {}", fault->reason));
  }
  if (before && before->model_id == placed.model_id) return {};
  return invalid("modelId", fmt::format("there is no fixture model \"{}\"", placed.model_id));
}

result<void> check_group(const show_state& state, const group& value, const group* before) {
  std::unordered_set<std::string_view> dangling;
  if (before)
    for (const auto& id : before->fixture_ids) dangling.insert(id);
  for (std::size_t i = 0; i < value.fixture_ids.size(); ++i) {
    const auto& id = value.fixture_ids[i];
    if (state.find_as<fixture>(entity_kind::fixture, id) || dangling.contains(id)) continue;
    return invalid(fmt::format("fixtureIds[{}]", i), fmt::format("there is no fixture \"{}\"", id));
  }
  return {};
}

/// The field of a model that has moved the end of its fixtures.
std::string_view stretched_field(const fixture_model& before, const fixture_model& now) {
  if (before.footprint() != now.footprint()) return "channels";
  if (before.cell_count() != now.cell_count()) return "cells";
  if (before.cell_footprint != now.cell_footprint) return "cellFootprint";
  return before.span != now.span ? "span" : "channels";
}

result<void> check_model(const show_state& state, const entity_record& record, const fixture_model& before) {
  const auto& model = record.as<fixture_model>();
  result<void> outcome;
  state.each(entity_kind::fixture, [&](const record_ptr& user) {
    const auto& placed = user->as<fixture>();
    if (!outcome || placed.model_id != record.id) return;
    const auto fault = find_patch_fault(model, placed);
    if (!fault) return;
    outcome = invalid(std::string{stretched_field(before, model)},
                      fmt::format("fixture \"{}\" ({}) at universe {}, channel {} {}", placed.name, user->id,
                                  placed.universe, placed.start_channel, fault->reason));
  });
  return outcome;
}

} // namespace

result<void> check_references(const show_state& state, const entity_record& record,
                              const entity_record* before) {
  switch (record.kind()) {
  case entity_kind::fixture:
    return check_fixture(state, record.as<fixture>(), before ? &before->as<fixture>() : nullptr);
  case entity_kind::group:
    return check_group(state, record.as<group>(), before ? &before->as<group>() : nullptr);
  case entity_kind::model:
    return before ? check_model(state, record, before->as<fixture_model>()) : result<void>{};
  default:
    return {};
  }
}

result<void> check_unused(const show_state& state, entity_kind kind, std::string_view id) {
  if (kind == entity_kind::input) {
    const auto users = graphs_using_input(state, id);
    if (!users.empty())
      return invalid("id", fmt::format("the input is used by the graphs {}", name_list(users)));
  }
  if (kind == entity_kind::model) {
    std::vector<record_ptr> users;
    state.each(entity_kind::fixture, [&](const record_ptr& record) {
      if (record->as<fixture>().model_id == id) users.push_back(record);
    });
    if (!users.empty())
      return invalid("id", fmt::format("the model is used by the fixtures {}", name_list(users)));
  }
  return {};
}

std::vector<record_ptr> groups_without(const show_state& state, std::string_view fixture_id) {
  std::vector<record_ptr> changed;
  state.each(entity_kind::group, [&](const record_ptr& record) {
    auto ids = record->as<group>().fixture_ids;
    if (std::erase(ids, fixture_id) > 0)
      changed.push_back(with_fixture_ids(*record, std::move(ids), record->revision + 1));
  });
  return changed;
}

} // namespace troupe::actors
