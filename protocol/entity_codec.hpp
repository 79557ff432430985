#pragma once
// Entities between JSON and values, with every rule of protocol section 1 that needs no other entity.

#include "protocol/entities.hpp"
#include "protocol/error.hpp"
#include "protocol/json_text.hpp"

#include <array>

namespace troupe {

/// Where the JSON comes from: the rules differ in leniency (protocol, section 2 "Damage never costs work").
enum class entity_source : std::uint8_t {
  network, ///< graphs with unknown node types or ports, edges to nowhere or duplicate ids are refused
  /// Such graphs are loaded, and are then compile errors, also when ids of nodes or edges are outside the
  /// limits; nothing else is more lenient.
  file
};

/// The whole entity from one JSON object. `id` and `revision` members of the object are ignored (the caller
/// gives them). Unknown members are kept in order. Missing, null, ill-typed and out-of-range members are
/// VALIDATION_ERROR naming the field by a dotted path. References to other entities are not looked at.
///
/// Where the protocol is silent: an integer may be written 3.0 or 3e0; brand and model of a fixture model are
/// names like others, and so are its channels; a model may have no channels yet; a default of a channel that
/// the model doesn't have is refused; numbers of a bundle are kept as float32.
result<record_ptr> parse_entity(entity_kind kind, std::string id, std::uint64_t revision,
                                const boost::json::object& members, entity_source source,
                                file_place origin = {});

/// `current` with the members of `changes` replaced wholesale (protocol, section 3 "Rules"): revision + 1,
/// `id` and `revision` in `changes` ignored, unknown members kept, a known member set to null refused.
/// A graph loaded from a file with broken nodes or edges may keep them as long as `changes` touches neither.
/// @returns VALIDATION_ERROR also when `changes` is empty
result<record_ptr> update_entity(const entity_record& current, const boost::json::object& changes);

/// The same record with other contents of one known field; recomputes the JSON text. Revision as given.
/// For the server's own changes (a deleted fixture leaves its groups; enabled as run state).
record_ptr with_fixture_ids(const entity_record& group_record, std::vector<std::string> ids,
                            std::uint64_t revision);
record_ptr with_enabled(const entity_record& graph_record, bool enabled);

/// The members of an entity in the order of protocol section 1, then the unknown ones.
boost::json::object entity_members(const entity_record& record);

/// Whether the nodes and edges have ids within the limits, name only known types and ports, known nodes, and
/// no id twice: what the network may store (protocol, section 3, last rule).
result<void> check_graph_structure(const graph& value);

/// Ids: 1..128 bytes of UTF-8 without control characters.
result<void> check_id(std::string_view id, std::string_view field);

/// A fresh random UUIDv4. @param random 16 random bytes, from outside: no randomness is made here
std::string uuid_v4(const std::array<std::uint8_t, 16>& random);

/// Only the attributes it holds; floats as `shortest_decimal`.
boost::json::object to_json_value(const bundle& value);

} // namespace troupe
