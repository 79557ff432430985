#include "actors/show/reversal_desk.hpp"

namespace troupe::actors {
namespace {

struct changed_entity_visitor {
  using entry = reversal::changed_entity;
  using operation = entity_news::operation;

  static entry of(const entity_record& entity, operation op) {
    return {entity.kind(), entity.id, op, entity.revision};
  }
  entry operator()(const entity_created& one) const { return of(*one.entity, operation::created); }
  entry operator()(const entity_updated& one) const { return of(*one.entity, operation::updated); }
  entry operator()(const graph_enabled_set& one) const { return of(*one.entity, operation::updated); }
  entry operator()(const entity_deleted& one) const {
    return {one.kind, one.id, operation::deleted, one.revision};
  }
};

} // namespace

reversal reversal_of(const std::vector<fact>& facts, std::string correlation_id) {
  reversal made;
  made.correlation_id = std::move(correlation_id);
  made.entities.reserve(facts.size());
  for (const auto& one : facts) made.entities.push_back(std::visit(changed_entity_visitor{}, one));
  return made;
}

} // namespace troupe::actors
