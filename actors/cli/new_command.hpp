#pragma once
// `troupe new`: a new show in a data folder.

#include "actors/cli/streams.hpp"

#include <string>

namespace CLI {
class App;
}

namespace troupe::cli {

struct new_options {
  std::string name;
  std::string data = "data";
  bool demo = false; ///< the demo show instead of an empty one
};

int run_new(const new_options& options, const streams& io);

void add_new_command(CLI::App& app, const streams& io, int& exit_code);

} // namespace troupe::cli
