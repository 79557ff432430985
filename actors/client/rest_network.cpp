// What comes in by the network, over REST.

#include "actors/client/rest_context.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace troupe::actors::rest {
namespace {

namespace json = boost::json;

json::object as_json(const network_source_report& one) {
  json::object made{{"protocol", one.protocol}};
  if (one.protocol == "sacn") {
    made["name"] = one.name;
    made["cid"] = one.id;
  }
  made["address"] = one.address;
  made["priority"] = one.priority;
  made["perAddressPriority"] = one.per_address_priority;
  made["state"] = one.state;
  made["lastHeardMs"] = one.age_ms;
  made["packets"] = one.packets;
  made["lost"] = one.lost;
  made["late"] = one.late;
  return made;
}

json::object as_json(const network_listener_report& one) {
  json::object made{{"protocol", one.protocol},
                    {"address", one.address},
                    {"status", one.problem.empty() ? "ok" : "degraded"},
                    {"packets", one.packets},
                    {"kernelDrops", one.kernel_drops}};
  if (!one.problem.empty()) made["problem"] = one.problem;
  return made;
}

json::value as_json(const std::optional<network_timecode_report>& one) {
  if (!one) return nullptr;
  return json::object{{"time", one->text},       {"seconds", static_cast<double>(one->position_ns) / 1e9},
                      {"type", one->type},       {"running", one->running},
                      {"address", one->address}, {"lastHeardMs", one->age_ms}};
}

json::object as_json(const network_report& told) {
  json::array listeners, universes;
  for (const auto& one : told.listeners) listeners.push_back(as_json(one));
  for (const auto& one : told.universes) universes.push_back(network_universe_json(one));
  json::object dropped;
  for (const auto& [why, count] : told.dropped) dropped[why] = count;
  return {{"listeners", std::move(listeners)},
          {"universes", std::move(universes)},
          {"dropped", std::move(dropped)},
          {"timecode", as_json(told.timecode)}};
}

} // namespace

json::object network_universe_json(const network_universe_report& one) {
  json::array sources;
  for (const auto& each : one.sources) sources.push_back(as_json(each));
  return {{"universe", one.universe},
          {"state", one.state},
          {"sourcesExceeded", one.sources_exceeded},
          {"sources", std::move(sources)}};
}

void ask_network(lane& lane, std::function<void(const result<network_report_ptr>&)> done) {
  const auto who = parts(lane);
  if (!who || !(*who)->network_input) return done(network_report_ptr{});
  lane.request((*who)->network_input, std::chrono::seconds{1}, ask_network_report{})
      .then([done](const network_report_ptr& told) { done(told); },
            [done](const caf::error& reason) { done(failure(from_caf(reason))); });
}

void add_network(net::router& routes, context_ptr shared) {
  routes.add(net::http_method::get, "/api/inputs/network",
             [=](net::http_request& request, net::responder answer) {
               ask_network(shared->lane_of(request), [held = hold(std::move(answer))](const auto& told) {
                 if (!told) return held->send(told.error());
                 held->send(data_response(200, as_json(*told ? **told : network_report{})));
               });
             });
}

} // namespace troupe::actors::rest
