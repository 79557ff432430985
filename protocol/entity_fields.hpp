#pragma once
// Between the members of an entity and its value, field by field. Inside of the codec only: everybody else
// uses `entity_codec.hpp`.

#include "protocol/entities.hpp"
#include "protocol/field_reader.hpp"

#include <span>

namespace troupe::codec {

/// Whether members may be missing because `into` already has them.
enum class missing : std::uint8_t { refused, kept };

/// Reads those members that are there into `into`; refuses what is wrong, also by the rules that join
/// several fields of one entity.
void read_fields(fixture_model& into, const boost::json::object& from, missing absent, field_reader& in);
void read_fields(fixture& into, const boost::json::object& from, missing absent, field_reader& in);
void read_fields(group& into, const boost::json::object& from, missing absent, field_reader& in);
void read_fields(input& into, const boost::json::object& from, missing absent, field_reader& in);
void read_fields(preset& into, const boost::json::object& from, missing absent, field_reader& in);
void read_fields(graph& into, const boost::json::object& from, missing absent, field_reader& in);

/// Refuses what only a file may hold (`check_graph_structure`).
void check_structure(const graph& value, field_reader& in);

/// Appends the members between `id` and `revision`, in the order of protocol section 1.
void write_fields(const fixture_model& value, boost::json::object& to);
void write_fields(const fixture& value, boost::json::object& to);
void write_fields(const group& value, boost::json::object& to);
void write_fields(const input& value, boost::json::object& to);
void write_fields(const preset& value, boost::json::object& to);
void write_fields(const graph& value, boost::json::object& to);

/// The names of all members that Troupe knows, `id` and `revision` among them.
std::span<const std::string_view> known_members(entity_kind kind) noexcept;

/// The members of `from` that aren't in `known`, checked against the limits for what is kept.
/// @param depth how many containers they stand in
boost::json::object unknown_members(const boost::json::object& from, std::span<const std::string_view> known,
                                    const field_path& at, std::size_t depth, field_reader& in);

/// One of a few words. @returns the index of the first where it is none of them, and refuses
std::size_t word(const boost::json::value& value, const field_path& at,
                 std::span<const std::string_view> words, field_reader& in);

/// A required member, or one that may be missing because there is one already.
inline const boost::json::value* field(const boost::json::object& from, const field_path& at,
                                       std::string_view key, missing absent, field_reader& in) {
  return absent == missing::kept ? in.optional(from, at, key) : in.required(from, at, key);
}

} // namespace troupe::codec
