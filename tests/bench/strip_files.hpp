#pragma once
// The show of strip_show.hpp as files.

#include "tests/bench/strip_show.hpp"
#include "tests/conformance/support/temp_dir.hpp"

#include <boost/json/serialize.hpp>
#include <cstdint>
#include <filesystem>
#include <fmt/format.h>
#include <string>

namespace troupe::bench {

/// Under `data`; the graph moves by itself, no control is needed.
inline void write_strip_show(const std::filesystem::path& data, const std::string& name,
                             std::uint32_t universes) {
  using conformance::write_text;
  write_text(
      data / "fixture-models.yaml",
      fmt::format("- id: strip\n  brand: any\n  model: strip\n  channels: {{red: 1, green: 2, blue: 3}}\n"
                  "  cells: {}\n  revision: 1\n",
                  strip_cells));
  std::string fixtures, members;
  for (std::uint32_t u = 0; u < universes; ++u) {
    fixtures += fmt::format("- id: strip-{0}\n  name: strip {0}\n  modelId: strip\n  universe: {0}\n"
                            "  startChannel: 1\n  revision: 1\n",
                            u);
    members += fmt::format("    - strip-{}\n", u);
  }
  write_text(data / name / "fixtures.yaml", fixtures);
  write_text(data / name / "groups.yaml",
             "- id: all\n  name: all\n  fixtureIds:\n" + members + "  revision: 1\n");
  std::string graph = "- id: graph\n  name: strips\n  enabled: true\n  nodes:\n";
  const auto made = strip_graph();
  for (const auto& one : made.nodes)
    graph += fmt::format("    - {{id: {}, type: {}, position: {{x: 0, y: 0}}, params: {}}}\n", one.id,
                         one.type, boost::json::serialize(one.params));
  graph += "  edges:\n";
  for (const auto& one : made.edges)
    graph += fmt::format("    - {{id: e{}, from: {{nodeId: {}, port: {}}}, to: {{nodeId: {}, port: {}}}}}\n",
                         one.id, one.from.node_id, one.from.port, one.to.node_id, one.to.port);
  write_text(data / name / "graphs.yaml", graph + "  revision: 1\n");
}

} // namespace troupe::bench
