#include "tests/engine/comparison.hpp"

#include <bit>
#include <cmath>
#include <set>
#include <sstream>

namespace troupe::test {
namespace {

constexpr const char* column_names[] = {"intensity", "red", "green", "blue", "pan", "tilt", "zoom"};

struct flat_bundle {
  std::uint8_t mask = 0;
  std::array<float, column_count> values{};
};

flat_bundle flat(const bundle& b) {
  flat_bundle out;
  const auto put = [&](std::uint8_t bit, std::size_t at, const std::optional<float>& x) {
    if (!x) return;
    out.mask |= bit;
    out.values[at] = *x;
  };
  put(has_intensity, 0, b.intensity);
  if (b.color) {
    put(has_color, 1, b.color->r);
    put(has_color, 2, b.color->g);
    put(has_color, 3, b.color->b);
  }
  put(has_pan, 4, b.pan);
  put(has_tilt, 5, b.tilt);
  put(has_zoom, 6, b.zoom);
  return out;
}

std::string in_words(float x) {
  std::ostringstream out;
  out.precision(9);
  out << x << " (" << std::hex << std::bit_cast<std::uint32_t>(x) << ")";
  return out.str();
}

std::string compare_values(const flat_bundle& expected, const flat_bundle& actual) {
  std::ostringstream out;
  if (expected.mask != actual.mask) {
    out << " mask: expected " << int{expected.mask} << ", got " << int{actual.mask};
    return out.str();
  }
  for (std::size_t i = 0; i < column_count; ++i)
    if (std::bit_cast<std::uint32_t>(expected.values[i]) != std::bit_cast<std::uint32_t>(actual.values[i]))
      out << ' ' << column_names[i] << ": expected " << in_words(expected.values[i]) << ", got "
          << in_words(actual.values[i]);
  return out.str();
}

/// The colours of the cells, where the frame was asked for them.
std::string compare_cells(const expected_frame& expected, const fixture_layout& layout,
                          const std::vector<std::uint8_t>& colors) {
  const auto& begins = layout.cell_begins;
  if (begins.empty()) {
    if (!expected.cell_colors.empty()) return "no room for the colours of cells";
    return colors.empty() ? "" : "colours of cells that nobody has";
  }
  if (begins.size() != layout.slots() + 1) return "cells begin for another number of slots";
  if (!colors.empty() && colors.size() != 3 * std::size_t{begins.back()}) return "another number of colours";
  for (std::size_t slot = 0; slot < layout.slots(); ++slot) {
    const auto found = expected.cell_colors.find(layout.ids[slot]);
    const auto wanted = found == expected.cell_colors.end() ? std::vector<std::uint8_t>{} : found->second;
    if (wanted.size() != 3 * std::size_t{begins[slot + 1] - begins[slot]})
      return "another number of cells in fixture " + layout.ids[slot];
    for (std::size_t i = 0; !colors.empty() && i < wanted.size(); ++i)
      if (const auto got = colors[3 * std::size_t{begins[slot]} + i]; got != wanted[i])
        return "fixture " + layout.ids[slot] + " cell " + std::to_string(i / 3) + " colour " +
               std::to_string(i % 3) + ": expected " + std::to_string(wanted[i]) + ", got " +
               std::to_string(got);
  }
  return {};
}

std::string compare_fixtures(const expected_frame& expected, const plain_show& show,
                             const frame_data& frame) {
  if (!frame.layout || !frame.layout->fixtures) return "no layout";
  const auto& layout = *frame.layout->fixtures;
  if (layout.order.size() != show.fixtures.size()) return "another number of fixtures";
  if (frame.written.size() != layout.slots() || frame.mask.size() != layout.slots())
    return "columns of another size";
  for (std::size_t i = 0; i < layout.order.size(); ++i) {
    const auto slot = layout.order[i];
    const auto& id = show.fixtures[i].id;
    if (layout.ids[slot] != id) return "fixture " + id + " isn't in its place: " + layout.ids[slot];
    const auto found = expected.written.find(id);
    if ((found != expected.written.end()) != (frame.written[slot] != 0))
      return "fixture " + id + (frame.written[slot] ? " is in the frame" : " isn't in the frame");
    flat_bundle actual{frame.mask[slot], {}};
    for (std::size_t c = 0; c < column_count; ++c) actual.values[c] = frame.values[c][slot];
    const auto wanted = found == expected.written.end() ? flat_bundle{} : flat(found->second);
    if (const auto words = compare_values(wanted, actual); !words.empty()) return "fixture " + id + words;
  }
  if (auto words = compare_cells(expected, layout, frame.cell_colors); !words.empty()) return words;
  for (std::size_t slot = 0; slot < layout.slots(); ++slot)
    if (layout.ids[slot].empty() && (frame.written[slot] || frame.mask[slot]))
      return "a free slot is written";
  return {};
}

std::string compare_levels(const expected_frame& expected, const dmx_data& levels) {
  std::ostringstream out;
  std::vector<std::uint16_t> addresses;
  for (const auto& [address, bytes] : expected.universes) addresses.push_back(address);
  if (addresses != levels.addresses) return "other universes";
  if (levels.levels.size() != addresses.size() * 512 || levels.changed.size() != addresses.size())
    return "universes of another size";
  for (std::size_t u = 0; u < addresses.size(); ++u) {
    const auto& wanted = expected.universes.at(addresses[u]);
    for (std::size_t c = 0; c < 512; ++c)
      if (wanted[c] != levels.levels[u * 512 + c])
        out << "universe " << addresses[u] << " channel " << c + 1 << ": expected " << int{wanted[c]}
            << ", got " << int{levels.levels[u * 512 + c]} << "; ";
    const bool changed = expected.changed.contains(addresses[u]);
    if (changed != (levels.changed[u] != 0))
      out << "universe " << addresses[u] << (changed ? " should" : " shouldn't") << " count as changed; ";
  }
  return out.str();
}

std::string compare_reports(const expected_frame& expected, const plain_show& show, const frame_data& frame) {
  const auto& instances = frame.layout->instances;
  if (instances.size() != show.graphs.size()) return "another number of instances";
  std::size_t next = 0;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    if (instances[i].graph_id != show.graphs[i].id) return "instances in another order";
    for (const auto& site : instances[i].writes) {
      if (next >= expected.reports.size() || next >= frame.writes.size()) return "too many writes reported";
      const auto& wanted = expected.reports[next];
      const auto& got = frame.writes[next++];
      const std::string where = "report of " + instances[i].graph_id + "." + site.node_id;
      if (wanted.graph_id != instances[i].graph_id || wanted.node_id != site.node_id)
        return where + " is unexpected";
      if (wanted.selection != site.selection) return where + ": another selection";
      if (wanted.differs && !got.varying) return where + ": should vary";
      if (got.varying && !wanted.may_vary) return where + ": can't vary";
      if (wanted.selection.empty()) {
        if (got.mask != 0) return where + ": a bundle without a fixture";
        continue;
      }
      if (std::bit_cast<std::uint32_t>(wanted.priority) != std::bit_cast<std::uint32_t>(got.priority))
        return where + " priority: expected " + in_words(wanted.priority) + ", got " + in_words(got.priority);
      if (const auto words = compare_values(flat(wanted.first), {got.mask, got.values}); !words.empty())
        return where + words;
    }
  }
  if (next != expected.reports.size() || next != frame.writes.size()) return "writes that aren't reported";
  return {};
}

using finding = std::tuple<compile_code, std::string, std::string, bool>;

std::string in_words(const std::set<finding>& findings) {
  std::ostringstream out;
  for (const auto& [code, node, port, warning] : findings)
    out << ' ' << compile_code_name(code) << '(' << node << '.' << port << (warning ? ", warning)" : ")");
  return out.str();
}

} // namespace

std::string compare(const expected_frame& expected, const plain_show& show, const frame_data& frame,
                    const dmx_data& levels) {
  for (const auto& column : frame.values)
    for (const auto x : column)
      if (!std::isfinite(x)) return "a number that isn't finite";
  if (auto words = compare_fixtures(expected, show, frame); !words.empty()) return words;
  if (auto words = compare_levels(expected, levels); !words.empty()) return words;
  return compare_reports(expected, show, frame);
}

std::string compare(const compile_result& expected, const compile_result& actual) {
  std::set<finding> wanted, got;
  const auto collect = [](const compile_result& from, std::set<finding>& to) {
    for (const auto& e : from.errors) {
      const bool cycle = e.code == compile_code::cycle_detected;
      to.insert({e.code, cycle ? "" : e.node_id, e.port, e.warning});
    }
  };
  collect(expected, wanted);
  collect(actual, got);
  if (wanted != got) return "errors: expected" + in_words(wanted) + ", got" + in_words(got);
  if (expected.ok != actual.ok) return actual.ok ? "ok" : "not ok";
  if (!(expected.dependencies == actual.dependencies)) return "other dependencies";
  for (const auto& e : actual.errors)
    if (e.message.empty()) return "an error without a message at " + e.node_id;
  return {};
}

} // namespace troupe::test
