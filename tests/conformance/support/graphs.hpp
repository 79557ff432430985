#pragma once
// Graphs in few words.

#include <boost/json.hpp>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::conformance {

namespace json = boost::json;

json::object node(std::string_view id, std::string_view type, json::object params = {});

/// `wire("lfo.value", "bundle.value")`
json::object wire(std::string_view from, std::string_view to);

/// @param wires joined in order, as pairs for `wire`
json::object graph(std::string_view name, json::array nodes,
                   const std::vector<std::pair<std::string, std::string>>& wires = {});

json::array ids(const std::vector<std::string>& of);

/// Writes a Scalar's value as intensity to fixtures. @param more params of the WriteAttributes
json::object constant_graph(const std::vector<std::string>& fixtures, double level, json::object more = {});

/// Writes a number as intensity to fixtures. @param source a node with the id `source`
/// @param port its output
json::object intensity_graph(const std::vector<std::string>& fixtures, json::object source,
                             std::string_view port = "value", json::object more = {});

/// The level of a fader on fixtures.
json::object fader_graph(const std::vector<std::string>& fixtures, std::string_view fader);

} // namespace troupe::conformance
