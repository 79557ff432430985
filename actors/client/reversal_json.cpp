#include "actors/client/rest_context.hpp"

namespace troupe::actors::rest {
namespace {

std::string_view name_of(entity_news::operation op) {
  switch (op) {
  case entity_news::operation::created:
    return "created";
  case entity_news::operation::updated:
    return "updated";
  case entity_news::operation::deleted:
    return "deleted";
  }
  return "updated";
}

} // namespace

boost::json::object reversal_json(const reversal& done) {
  boost::json::array entities;
  for (const auto& one : done.entities)
    entities.push_back(
        {{"kind", kind_name(one.kind)}, {"id", one.id}, {"op", name_of(one.op)}, {"revision", one.revision}});
  boost::json::object out;
  out["correlationId"] = nullptr;
  if (!done.correlation_id.empty()) out["correlationId"] = done.correlation_id;
  if (!done.undone.empty()) out["undone"] = boost::json::array(done.undone.begin(), done.undone.end());
  if (done.restored) out["position"] = *done.restored;
  out["entities"] = std::move(entities);
  return out;
}

} // namespace troupe::actors::rest
