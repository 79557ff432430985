// What the commands print and return, run as processes.

#include "tests/e2e/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace troupe::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("troupe: version and help are answered on the output", "[e2e]") {
  const auto version = run_troupe({"--version"});
  CHECK(version.code == 0);
  CHECK_THAT(version.out, StartsWith("troupe ") && Contains("."));
  CHECK(version.err.empty());
  const auto help = run_troupe({"--help"});
  CHECK(help.code == 0);
  const auto commands = {"serve",  "watch",   "check",  "render",  "replay", "new",   "nodes",
                         "verify", "recover", "backup", "restore", "export", "import"};
  for (const auto* command : commands) CHECK_THAT(help.out, Contains(command));
  for (const auto* command : commands) {
    const auto one = run_troupe({command, "--help"});
    CHECK(one.code == 0);
    CHECK_THAT(one.out, Contains("Examples:") && Contains(std::string("troupe ") + command));
  }
}

TEST_CASE("troupe: a wrong command line is code 2, said on the error stream", "[e2e]") {
  const std::vector<std::vector<std::string>> wrong{{},
                                                    {"dance"},
                                                    {"check"},
                                                    {"new"},
                                                    {"nodes", "Chaser"},
                                                    {"render", "--hz", "x"},
                                                    {"--loud"},
                                                    {"check", "/nonexistent"},
                                                    {"watch", "--url", "x", "--once"},
                                                    {"render", "--format", "gif"},
                                                    {"replay"},
                                                    {"replay", "/nonexistent"},
                                                    {"replay", ".", "--speed", "0"},
                                                    {"verify", "/nonexistent"},
                                                    {"recover", "/nonexistent"},
                                                    {"recover", "--drop-from", "1", "--keep-intact-part"},
                                                    {"backup"},
                                                    {"backup", "/nonexistent", "/nonexistent-copy"},
                                                    {"restore", "/nonexistent"},
                                                    {"restore", "/nonexistent", "/nonexistent-data"},
                                                    {"export", "/nonexistent"},
                                                    {"import", "/nonexistent", "/nonexistent-data"}};
  for (const auto& arguments : wrong) {
    const auto made = run_troupe(arguments);
    INFO((arguments.empty() ? "nothing" : arguments.front()));
    CHECK(made.code == 2);
    CHECK(made.out.empty());
    CHECK_FALSE(made.err.empty());
  }
}

TEST_CASE("troupe: from a new show to its frames", "[e2e]") {
  const temp_dir top;
  const auto made = run_troupe({"new", "first", "--demo"}, top.path());
  CHECK(made.code == 0);
  CHECK_THAT(made.out, Contains("troupe serve --data data --show first"));
  CHECK(std::filesystem::exists(top / "data/first/graphs.yaml"));
  CHECK(run_troupe({"new", "first"}, top.path()).code == 1);

  const auto checked = run_troupe({"check", "data"}, top.path());
  CHECK(checked.code == 0);
  CHECK(checked.out.empty());
  CHECK(checked.err == "0 errors and 0 warnings in 1 show\n");

  write_text(top / "cues.yaml", "- {at: 0.5, fader: A, value: 1}\n");
  const std::vector<std::string> render{"render", "--show",  "first",     "--script", "cues.yaml",
                                        "--out",  "f.jsonl", "--seconds", "1"};
  const auto rendered = run_troupe(render, top.path());
  CHECK(rendered.code == 0);
  CHECK_THAT(rendered.out, StartsWith("frames 60\nsha256 "));
  const auto frames = read_text(top / "f.jsonl");
  CHECK(std::count(frames.begin(), frames.end(), '\n') == 60);
  CHECK_THAT(frames, StartsWith(R"({"type":"frame/full","t":0,"frameNumber":1,)"));
  CHECK(run_troupe(render, top.path()).out == rendered.out);
}

TEST_CASE("troupe: the environment names folder and show, flags win", "[e2e]") {
  const temp_dir top;
  CHECK(run_troupe({"new", "a", "--demo"}, top.path(), {"DATA_DIR=elsewhere"}).code == 0);
  CHECK(std::filesystem::exists(top / "elsewhere/a"));
  const std::vector<std::string> variables{"DATA_DIR=elsewhere", "SHOW=a"};
  CHECK(run_troupe({"render", "--frames", "1"}, top.path(), variables).code == 0);
  CHECK(run_troupe({"render", "--frames", "1", "--show", "b"}, top.path(), variables).code == 2);
}

TEST_CASE("troupe: damage has its place, and mends with it", "[e2e]") {
  const temp_dir top;
  write_text(top / "data/s/fixtures.yaml",
             "- id: a\n  name: A\n  modelId: generic-rgb\n  universe: 0\n  startChannel: 0\n");
  const auto damaged = run_troupe({"check", "data"}, top.path());
  CHECK(damaged.code == 1);
  CHECK_THAT(damaged.out, StartsWith("data/s/fixtures.yaml:5:17: error: "));
  CHECK(damaged.err == "1 error and 0 warnings in 1 show\n");
  const auto json = run_troupe({"check", "data", "--json"}, top.path());
  CHECK(json.code == 1);
  CHECK_THAT(json.out, StartsWith(R"({"errors":1,"warnings":0,"problems":[{"file":"s/fixtures.yaml")"));
  CHECK_FALSE(std::filesystem::exists(top / "data/.troupe"));
}

TEST_CASE("troupe: the catalogue as table, details and JSON", "[e2e]") {
  CHECK_THAT(run_troupe({"nodes"}).out, Contains("WriteAttributes") && Contains("SineLFO"));
  CHECK_THAT(run_troupe({"nodes", "Chase"}).out, StartsWith("Chase (") && Contains("width"));
  CHECK_THAT(run_troupe({"nodes", "--json"}).out, StartsWith(R"([{"type":"Time")"));
}

TEST_CASE("troupe: watching nobody ends with the reason", "[e2e]") {
  // Port 1 (tcpmux) has no listener on any machine that runs tests.
  const auto made = run_troupe({"watch", "--once", "--url", "http://127.0.0.1:1"});
  CHECK(made.code == 1);
  CHECK(made.out.empty());
  CHECK_THAT(made.err, StartsWith("troupe: can't connect to 127.0.0.1 port 1"));
}
