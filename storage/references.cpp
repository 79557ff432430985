#include "storage/references.hpp"

#include "storage/show_files.hpp"

#include <fmt/format.h>

namespace troupe::storage {

namespace {

constexpr std::size_t most_named = 5; ///< missing ids that one problem spells out

problem at_origin(const show_state& state, const entity_record& entity, std::string reason) {
  return {file_of(entity.kind(), state.show()),
          entity.origin.line,
          entity.origin.column,
          std::move(reason),
          {},
          true};
}

std::string missing_fixtures(const show_state& state, const group& value) {
  std::size_t missing = 0;
  std::string named;
  for (const auto& id : value.fixture_ids) {
    if (state.find_as<fixture>(entity_kind::fixture, id)) continue;
    if (++missing <= most_named) named += (named.empty() ? "" : ", ") + id;
  }
  if (missing > most_named) named += fmt::format(" and {} more", missing - most_named);
  return named;
}

} // namespace

std::vector<problem> dangling_references(const show_state& state) {
  std::vector<problem> out;
  state.each(entity_kind::fixture, [&](const record_ptr& record) {
    const auto& model = record->as<fixture>().model_id;
    if (!state.find_as<fixture_model>(entity_kind::model, model))
      out.push_back(
          at_origin(state, *record, fmt::format("fixture {}: there is no model {}", record->id, model)));
  });
  state.each(entity_kind::group, [&](const record_ptr& record) {
    const auto missing = missing_fixtures(state, record->as<group>());
    if (!missing.empty())
      out.push_back(
          at_origin(state, *record, fmt::format("group {}: there is no fixture {}", record->id, missing)));
  });
  return out;
}

} // namespace troupe::storage
