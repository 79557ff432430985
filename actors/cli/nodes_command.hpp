#pragma once
// `troupe nodes`: the node catalogue, for people and for programs.

#include "actors/cli/streams.hpp"

#include <string>

namespace CLI {
class App;
}

namespace troupe::cli {

struct nodes_options {
  std::string type; ///< empty: all
  bool json = false;
};

/// @returns exit_usage for an unknown type, with the nearest known one on `io.err`
int run_nodes(const nodes_options& options, const streams& io);

void add_nodes_command(CLI::App& app, const streams& io, int& exit_code);

} // namespace troupe::cli
