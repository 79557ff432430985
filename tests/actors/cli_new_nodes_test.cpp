#include "actors/cli/commands.hpp"
#include "actors/cli/new_command.hpp"
#include "actors/cli/nodes_command.hpp"
#include "protocol/json_text.hpp"
#include "protocol/node_catalogue.hpp"
#include "storage/show_files.hpp"
#include "tests/actors/cli_support.hpp"
#include "tests/support/temp_dir.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

using namespace troupe;
using namespace troupe::cli;

namespace {

using test::catching;
using test::outcome;
using folder = test::temp_dir;

outcome make(const std::string& name, const std::filesystem::path& data, bool demo = false) {
  return catching([&](const streams& io) { return run_new({name, data.string(), demo}, io); });
}

outcome nodes(const std::string& type, bool json = false) {
  return catching([&](const streams& io) { return run_nodes({type, json}, io); });
}

} // namespace

TEST_CASE("new: an empty show, with the models and what to do next", "[actors][cli]") {
  const folder top;
  const auto made = make("tour", top / "my data");
  CHECK(made.code == exit_ok);
  CHECK(made.err.empty());
  CHECK(made.out.find("troupe serve --data '" + (top / "my data").string() + "' --show tour") !=
        std::string::npos);
  CHECK(std::filesystem::exists(top / "my data/fixture-models.yaml"));
  CHECK(std::filesystem::is_empty(top / "my data/tour"));
}

TEST_CASE("new: the demo has something to see", "[actors][cli]") {
  const folder top;
  CHECK(make("demo", top / "data", true).code == exit_ok);
  auto files = storage::show_files::open(top / "data");
  REQUIRE(files);
  const auto loaded = files->load("demo", false);
  REQUIRE(loaded);
  CHECK(loaded->state.count(entity_kind::fixture) == 4);
  CHECK(loaded->state.count(entity_kind::graph) == 1);
}

TEST_CASE("new: nothing is overwritten, and no name leads out of the folder", "[actors][cli]") {
  const folder top;
  for (const bool demo : {false, true}) {
    REQUIRE(make(demo ? "b" : "a", top / "data", demo).code == exit_ok);
    const auto again = make(demo ? "b" : "a", top / "data", demo);
    CHECK(again.code == exit_failed);
    CHECK(again.err.find("is there already") != std::string::npos);
    for (const auto* name : {"../x", "", ".troupe", "a/b"}) {
      const auto made = make(name, top / "data", demo);
      CHECK(made.code == exit_usage);
      CHECK(made.out.empty());
    }
  }
  CHECK_FALSE(std::filesystem::exists(top / "x"));
}

TEST_CASE("new: a folder that a server holds is left to it", "[actors][cli]") {
  const folder top;
  const auto server = storage::show_files::open(top / "data");
  REQUIRE(server);
  const auto made = make("tour", top / "data");
  CHECK(made.code == exit_failed);
  CHECK(made.err.find("POST /api/shows") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(top / "data/tour"));
}

TEST_CASE("nodes: every type of the catalogue has its line", "[actors][cli]") {
  const auto table = nodes("");
  CHECK(table.code == exit_ok);
  for (const auto& spec : node_catalogue())
    CHECK(table.out.find("\n  " + std::string(spec.name) + " ") != std::string::npos);
  CHECK(table.out.find("  SelectGroup       groupIds[] -> selection:Selection\n") != std::string::npos);
  CHECK(table.out.find("  Smooth            value=0 smoothing=0.9 -> result\n") != std::string::npos);
}

TEST_CASE("nodes: one type with its ports, ranges and params", "[actors][cli]") {
  const auto details = nodes("WriteAttributes");
  CHECK(details.code == exit_ok);
  CHECK(details.out.find("  selection  Selection             must be connected") != std::string::npos);
  CHECK(details.out.find("  priority   Scalar     default 0  0..100") != std::string::npos);
  CHECK(details.out.find("  merge  enum  default override  override | htp | add") != std::string::npos);
  for (const auto& spec : node_catalogue()) CHECK(nodes(std::string(spec.name)).code == exit_ok);
}

TEST_CASE("nodes: JSON is what the server serves", "[actors][cli]") {
  CHECK(nodes("", true).out == to_json(catalogue_json()) + "\n");
  const auto one = parse_json(nodes("Chase", true).out);
  REQUIRE(one);
  CHECK(one->at("type") == "Chase");
}

TEST_CASE("nodes: a name that is nearly right is helped", "[actors][cli]") {
  const auto wrong = nodes("sineLfo2");
  CHECK(wrong.code == exit_usage);
  CHECK(wrong.out.empty());
  CHECK(wrong.err == "troupe: there is no node type sineLfo2; did you mean SineLFO?\n");
  CHECK(nodes(std::string(5000, 'x')).err.size() < 200);
}

TEST_CASE("commands: each explains itself with examples", "[actors][cli]") {
  std::ostringstream out, err;
  CLI::App app{"x"};
  int exit_code = 0;
  add_commands(app, exit_code, {out, err});
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  CHECK(commands.size() == 12);
  for (const auto* command : commands) {
    INFO(command->get_name());
    CHECK_FALSE(command->get_description().empty());
    CHECK(command->help().find("Examples:\n  troupe " + command->get_name()) != std::string::npos);
  }
}

TEST_CASE("commands: the one that was named runs", "[actors][cli]") {
  std::ostringstream out, err;
  CLI::App app{"x"};
  int exit_code = 0;
  add_commands(app, exit_code, {out, err});
  app.parse("nodes nonsense", false);
  CHECK(exit_code == exit_usage);
  CHECK_FALSE(err.str().empty());
  CHECK_THROWS_AS(app.parse("render --format gif", false), CLI::ParseError);
}
