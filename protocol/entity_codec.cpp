#include "protocol/entity_codec.hpp"

#include "protocol/entity_fields.hpp"

#include <algorithm>

namespace troupe {

namespace {

namespace json = boost::json;

entity_value empty_value(entity_kind kind) {
  switch (kind) {
  case entity_kind::model:
    return fixture_model{};
  case entity_kind::fixture:
    return fixture{};
  case entity_kind::group:
    return group{};
  case entity_kind::input:
    return input{};
  case entity_kind::preset:
    return preset{};
  case entity_kind::graph:
    return graph{};
  }
  return fixture_model{};
}

record_ptr seal(entity_record record) {
  append_json(record.json, entity_members(record));
  record.json.shrink_to_fit();
  return std::make_shared<const entity_record>(std::move(record));
}

void read(entity_value& into, const json::object& from, codec::missing absent, field_reader& in) {
  std::visit([&](auto& value) { codec::read_fields(value, from, absent, in); }, into);
}

bool touches_structure(const json::object& changes) {
  return changes.contains("nodes") || changes.contains("edges");
}

void check_structure(const entity_value& value, field_reader& in) {
  const auto* of_graph = std::get_if<graph>(&value);
  if (of_graph && in.ok()) codec::check_structure(*of_graph, in);
}

} // namespace

result<record_ptr> parse_entity(entity_kind kind, std::string id, std::uint64_t revision,
                                const json::object& members, entity_source source, file_place origin) {
  if (auto legal = check_id(id, "id"); !legal) return failure(std::move(legal.error()));
  field_reader in;
  auto value = empty_value(kind);
  read(value, members, codec::missing::refused, in);
  if (source == entity_source::network) check_structure(value, in);
  auto unknown = codec::unknown_members(members, codec::known_members(kind), {}, 1, in);
  if (!in.ok()) return in.take_failure();
  return seal({std::move(id), revision, std::move(value), std::move(unknown), {}, origin});
}

result<record_ptr> update_entity(const entity_record& current, const json::object& changes) {
  if (changes.empty()) return invalid("data", "data must hold at least one field to change");
  field_reader in;
  auto value = current.value;
  read(value, changes, codec::missing::kept, in);
  if (touches_structure(changes)) check_structure(value, in);
  auto unknown = current.unknown;
  for (auto& [key, member] : codec::unknown_members(changes, codec::known_members(current.kind()), {}, 1, in))
    unknown.insert_or_assign(key, std::move(member));
  if (!in.ok()) return in.take_failure();
  return seal({current.id, current.revision + 1, std::move(value), std::move(unknown), {}, current.origin});
}

record_ptr with_fixture_ids(const entity_record& group_record, std::vector<std::string> ids,
                            std::uint64_t revision) {
  auto next = group_record;
  next.revision = revision;
  next.json.clear();
  std::get<group>(next.value).fixture_ids = std::move(ids);
  return seal(std::move(next));
}

record_ptr with_enabled(const entity_record& graph_record, bool enabled) {
  auto next = graph_record;
  next.json.clear();
  std::get<graph>(next.value).enabled = enabled;
  return seal(std::move(next));
}

json::object entity_members(const entity_record& record) {
  json::object out{{"id", record.id}};
  std::visit([&](const auto& value) { codec::write_fields(value, out); }, record.value);
  out["revision"] = record.revision;
  for (const auto& [key, member] : record.unknown) out.emplace(key, member);
  return out;
}

result<void> check_graph_structure(const graph& value) {
  field_reader in;
  codec::check_structure(value, in);
  if (!in.ok()) return in.take_failure();
  return {};
}

result<void> check_id(std::string_view id, std::string_view field) {
  field_reader in;
  const field_path root;
  in.id(json::value(id), root.member(field));
  if (!in.ok()) return in.take_failure();
  return {};
}

std::string uuid_v4(const std::array<std::uint8_t, 16>& random) {
  auto bytes = random;
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40); // version 4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80); // the variant of RFC 9562
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out(36, '-');
  std::size_t at = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++at;
    out[at++] = digits[bytes[i] >> 4];
    out[at++] = digits[bytes[i] & 15];
  }
  return out;
}

json::object to_json_value(const bundle& value) {
  json::object out;
  if (value.intensity) out["intensity"] = shortest_decimal(*value.intensity);
  if (value.color) {
    auto& color = out["color"].emplace_object();
    color["r"] = shortest_decimal(value.color->r);
    color["g"] = shortest_decimal(value.color->g);
    color["b"] = shortest_decimal(value.color->b);
  }
  if (value.pan) out["pan"] = shortest_decimal(*value.pan);
  if (value.tilt) out["tilt"] = shortest_decimal(*value.tilt);
  if (value.zoom) out["zoom"] = shortest_decimal(*value.zoom);
  return out;
}

} // namespace troupe
