#include "actors/cli/check_command.hpp"

#include "protocol/json_text.hpp"
#include "storage/show_files.hpp"
#include "tests/actors/cli_support.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/json/array.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

using namespace troupe;
using namespace troupe::cli;

namespace {

class data_dir : public test::temp_dir {
 public:
  void write(std::string_view name, std::string_view text) const { test::write_text(*this / name, text); }
  std::string name() const { return path().string(); }
};

using test::outcome;

outcome check(const data_dir& data, std::optional<std::string> show = {}, bool json = false) {
  auto done = test::catching([&](const streams& io) {
    return run_check({data.name(), std::move(show), json}, io);
  });
  auto& text = done.out;
  for (auto at = text.find(data.name()); at != std::string::npos; at = text.find(data.name()))
    text.replace(at, data.name().size(), "DATA");
  return done;
}

void damage(const data_dir& data) {
  data.write("show/fixtures.yaml",
             "- {id: a, name: A, modelId: generic-rgb, universe: 0, startChannel: 1}\n"
             "- {id: b, name: B, modelId: generic-rgb, universe: 0, startChannel: 3}\n"
             "- {id: c, name: C, modelId: gone, universe: 0, startChannel: 9}\n"
             "- {id: d, name: D, modelId: generic-rgb, universe: 0, startChannel: 600}\n");
  data.write("show/groups.yaml", "- id: g\n  name: G\n  fixtureIds: [a, nobody]\n");
  data.write("show/graphs.yaml", R"(- id: knot
  name: knot
  nodes:
    - {id: x, type: Add, position: {x: 0, y: 0}, params: {}}
    - {id: y, type: Add, position: {x: 0, y: 0}, params: {}}
  edges:
    - {id: e, from: {nodeId: x, port: result}, to: {nodeId: y, port: a}}
    - {id: f, from: {nodeId: y, port: result}, to: {nodeId: x, port: a}}
- id: loose
  name: loose
  nodes:
    - id: who
      type: SelectGroup
      position: {x: 0, y: 0}
      params: {groupIds: [gone]}
    - id: write
      type: WriteAttributes
      position: {x: 0, y: 0}
      params: {}
  edges:
    - {id: e, from: {nodeId: who, port: selection}, to: {nodeId: write, port: selection}}
)");
}

} // namespace

TEST_CASE("check: a healthy show has no lines and code 0", "[actors][cli]") {
  const data_dir data;
  REQUIRE(storage::show_files::open(data.name())->load("demo", true));
  const auto found = check(data);
  CHECK(found.code == exit_ok);
  CHECK(found.out.empty());
  CHECK(found.err == "0 errors and 0 warnings in 1 show\n");
}

TEST_CASE("check: every damage has its line, graphs by node and port", "[actors][cli]") {
  const data_dir data;
  damage(data);
  const auto found = check(data);
  CHECK(found.code == exit_failed);
  CHECK(found.out ==
        "DATA/show/fixtures.yaml:4:69: error: startChannel must be an integer from 1 to 512\n"
        "DATA/show/fixtures.yaml:3:3: error: fixture c: there is no model gone\n"
        "DATA/show/groups.yaml:1:3: error: group g: there is no fixture nobody\n"
        "DATA/show/fixtures.yaml:1:3: warning: universe 0, channels 3 to 3: shared by a, b\n"
        "DATA/show/graphs.yaml:4:7: error: graph knot, node x: the graph runs in a circle: x -> y -> x "
        "(CYCLE_DETECTED)\n"
        "DATA/show/graphs.yaml:16:7: error: graph loose, node write, port bundle: input 'bundle' of node "
        "'write' must be connected (MISSING_CONNECTION)\n"
        "DATA/show/graphs.yaml:12:7: warning: graph loose, node who, port groupIds: node 'who': group 'gone' "
        "doesn't exist (UNKNOWN_REFERENCE)\n");
  CHECK(found.err == "5 errors and 2 warnings in 1 show\n");
}

TEST_CASE("check: warnings alone are no failure", "[actors][cli]") {
  const data_dir data;
  data.write("s/fixtures.yaml", "- {id: a, name: A, modelId: generic-rgb, universe: 0, startChannel: 1}\n"
                                "- {id: b, name: B, modelId: generic-rgb, universe: 0, startChannel: 1}\n");
  const auto found = check(data);
  CHECK(found.code == exit_ok);
  CHECK(found.err == "0 errors and 1 warning in 1 show\n");
}

TEST_CASE("check: JSON carries the same, by field", "[actors][cli]") {
  const data_dir data;
  damage(data);
  data.write("other/inputs.yaml", "- [\n");
  const auto found = check(data, "show", true);
  CHECK(found.code == exit_failed);
  const auto all = parse_json(found.out);
  REQUIRE(all);
  CHECK(all->at("errors") == 5);
  CHECK(all->at("warnings") == 2);
  const auto& problems = all->at("problems").as_array();
  REQUIRE(problems.size() == 7);
  CHECK(problems[0].at("file") == "show/fixtures.yaml");
  CHECK(problems[0].at("severity") == "error");
  CHECK_FALSE(problems[0].as_object().contains("graphId"));
  CHECK(problems[5].at("graphId") == "loose");
  CHECK(problems[5].at("nodeId") == "write");
  CHECK(problems[5].at("port") == "bundle");
  CHECK(problems[5].at("code") == "MISSING_CONNECTION");
  CHECK(problems[6].at("severity") == "warning");
}

TEST_CASE("check: a file that doesn't parse is one error with its place", "[actors][cli]") {
  const data_dir data;
  data.write("s/graphs.yaml", "- id: g\n  name: [\n");
  const auto found = check(data);
  CHECK(found.code == exit_failed);
  CHECK(found.out.rfind("DATA/s/graphs.yaml:", 0) == 0);
  CHECK(found.err == "1 error and 0 warnings in 1 show\n");
}

TEST_CASE("check: what is written in files can't steer the terminal", "[actors][cli]") {
  const data_dir data;
  data.write("s/groups.yaml", "- id: g\n  name: G\n  fixtureIds: [\"x\\e[2Jy\\n\"]\n");
  const auto found = check(data);
  CHECK(found.out.find('\x1b') == std::string::npos);
  CHECK(std::count(found.out.begin(), found.out.end(), '\n') == 1);
}

TEST_CASE("check: nothing to check is a usage error", "[actors][cli]") {
  const data_dir data;
  const auto show = check(data, "nobody");
  CHECK(show.code == exit_usage);
  CHECK(show.err == "troupe: there is no show \"nobody\"\n");
  std::ostringstream out, err;
  CHECK(run_check({data.name() + "/nowhere", {}, false}, {out, err}) == exit_usage);
  CHECK_FALSE(err.str().empty());
}
