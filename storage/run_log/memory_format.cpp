#include "storage/run_log/memory_format.hpp"

#include "protocol/entities.hpp"

#include <bit>
#include <limits>

namespace troupe::storage::run_log {

namespace {

namespace flag {
constexpr std::uint8_t varying = 1, same = 2, all = 3;
} // namespace flag

constexpr std::uint8_t most_columns = 16; // of one node
constexpr std::uint8_t all_attributes = has_intensity | has_color | has_pan | has_tilt | has_zoom;
constexpr std::array<std::uint8_t, column_count> attribute_of{has_intensity, has_color, has_color, has_color,
                                                              has_pan,       has_tilt,  has_zoom};

void put_runs(std::string& out, const cell_runs& runs) {
  put_number(out, runs.size());
  std::uint64_t end = 0;
  for (const auto& one : runs) {
    put_number(out, one.first - end);
    put_number(out, one.count);
    end = std::uint64_t{one.first} + one.count;
  }
}

cell_runs take_runs(byte_reader& from) {
  cell_runs made;
  std::uint64_t end = 0;
  for (auto left = from.count(2); left > 0; --left) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    const auto gap = from.number(), count = from.number();
    if (!from.good() || count == 0 || gap > most - end || count > most - end - gap)
      return from.spoil(), cell_runs{};
    made.push_back({static_cast<std::uint32_t>(end + gap), static_cast<std::uint32_t>(count)});
    end += gap + count;
  }
  return made;
}

std::string id(byte_reader& from) {
  std::string made{from.text()};
  if (made.size() > max_id_bytes) from.spoil();
  return made;
}

} // namespace

void put_memory(std::string& out, const node_memory& one) {
  put_text(out, one.graph_id);
  put_text(out, one.node_id);
  put_number(out, static_cast<std::uint64_t>(one.type));
  put_byte(out, static_cast<std::uint8_t>((one.varying ? flag::varying : 0) | (one.same ? flag::same : 0)));
  if (one.varying) put_runs(out, one.cells);
  put_byte(out, one.double_columns);
  put_byte(out, one.float_columns);
  for (const auto value : one.doubles) put_u64(out, std::bit_cast<std::uint64_t>(value));
  for (const auto value : one.floats) put_float(out, value);
}

void put_memory(std::string& out, const held_memory& held) {
  put_runs(out, held.cells);
  for (const auto mask : held.masks) put_byte(out, mask);
  for (std::size_t c = 0; c < column_count; ++c)
    for (std::size_t i = 0; i < held.masks.size(); ++i)
      if (held.masks[i] & attribute_of[c]) put_float(out, held.columns[c][i]);
}

node_memory take_node_memory(byte_reader& from) {
  node_memory made;
  made.graph_id = id(from);
  made.node_id = id(from);
  const auto type = from.number();
  const auto flags = from.byte();
  made.varying = (flags & flag::varying) != 0;
  made.same = (flags & flag::same) != 0;
  if (made.varying) made.cells = take_runs(from);
  made.double_columns = from.byte();
  made.float_columns = from.byte();
  const bool legal = type < node_type_count && flags <= flag::all && (made.varying || !made.same) &&
                     (!made.varying || !made.cells.empty()) && made.double_columns <= most_columns &&
                     made.float_columns <= most_columns &&
                     (!made.same || (made.double_columns == 1 && made.float_columns == 0));
  if (!from.good() || !legal) return from.spoil(), node_memory{};
  made.type = static_cast<node_type>(type);
  const auto doubles = made.length() * made.double_columns, floats = made.length() * made.float_columns;
  if (doubles > from.left() / sizeof(double) || floats > from.left() / sizeof(float))
    return from.spoil(), node_memory{};
  made.doubles.resize(doubles);
  made.floats.resize(floats);
  for (auto& value : made.doubles) value = std::bit_cast<double>(from.u64());
  for (auto& value : made.floats) value = from.real();
  return made;
}

held_memory take_held_memory(byte_reader& from) {
  held_memory made;
  made.cells = take_runs(from);
  const auto cells = cells_in(made.cells);
  if (!from.good() || cells > from.left()) return from.spoil(), held_memory{};
  made.masks.resize(cells);
  for (auto& mask : made.masks) {
    mask = from.byte();
    if (mask > all_attributes) return from.spoil(), held_memory{};
  }
  for (std::size_t c = 0; c < column_count; ++c) {
    made.columns[c].assign(cells, 0.0f);
    for (std::size_t i = 0; i < cells; ++i)
      if (made.masks[i] & attribute_of[c]) made.columns[c][i] = from.real();
  }
  return made;
}

} // namespace troupe::storage::run_log
