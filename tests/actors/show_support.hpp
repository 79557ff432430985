#pragma once
// Entities and facts, written briefly.

#include "protocol/entity_codec.hpp"
#include "protocol/facts.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <string>
#include <string_view>

namespace troupe::test {

inline boost::json::object members(std::string_view text) {
  return boost::json::parse({text.data(), text.size()}).as_object();
}

/// As if it had been read from a file.
inline record_ptr record(entity_kind kind, std::string id, std::string_view text,
                         std::uint64_t revision = 1) {
  auto made = parse_entity(kind, std::move(id), revision, members(text), entity_source::file);
  if (!made) FAIL(made.error().message);
  return *made;
}

inline record_ptr updated(const record_ptr& was, std::string_view changes) {
  auto made = update_entity(*was, members(changes));
  if (!made) FAIL(made.error().message);
  return *made;
}

inline record_ptr par(std::string id = "par") {
  return record(entity_kind::model, std::move(id),
                R"({"brand":"Any","model":"Par","channels":{"dimmer":1,"red":2,"green":3,"blue":4}})");
}

inline record_ptr lamp(std::string id, unsigned start, std::string_view model = "par",
                       unsigned universe = 0) {
  return record(entity_kind::fixture, id,
                fmt::format(R"({{"name":"Lamp {}","modelId":"{}","universe":{},"startChannel":{}}})", id,
                            model, universe, start));
}

inline record_ptr fader(std::string id) {
  return record(entity_kind::input, std::move(id), R"({"name":"Master","type":"fader"})");
}

/// A fader over a group, as intensity.
inline record_ptr dimming(std::string id, std::string_view fader_id, std::string_view group_id) {
  return record(entity_kind::graph, std::move(id),
                fmt::format(R"({{"name":"Look","nodes":[
    {{"id":"n1","type":"Fader","position":{{"x":0,"y":0}},"params":{{"faderId":"{}"}}}},
    {{"id":"n2","type":"SelectGroup","position":{{"x":0,"y":1}},"params":{{"groupIds":["{}"]}}}},
    {{"id":"n3","type":"WriteAttributes","position":{{"x":1,"y":0}},"params":{{}}}}],
    "edges":[
    {{"id":"e1","from":{{"nodeId":"n1","port":"value"}},"to":{{"nodeId":"n3","port":"bundle"}}}},
    {{"id":"e2","from":{{"nodeId":"n2","port":"selection"}},"to":{{"nodeId":"n3","port":"selection"}}}}]}})",
                            fader_id, group_id));
}

/// Two lamps in a group `front`, a fader `master`, and the graph `look` that joins them.
inline show_state small_show(std::string name = "small") {
  show_state state{std::move(name)};
  for (const auto& one : {par(), lamp("a", 1), lamp("b", 5),
                          record(entity_kind::group, "front", R"({"name":"Front","fixtureIds":["a","b"]})"),
                          fader("master"), dimming("look", "master", "front")})
    state.put(one);
  return state;
}

} // namespace troupe::test
