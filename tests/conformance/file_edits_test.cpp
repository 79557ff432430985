// Show files that somebody edits by hand: while the server is down, and while it runs (docs/show-files.md).
#include "tests/conformance/support/suite.hpp"

#include <fstream>

using namespace troupe::conformance;

namespace {

void edit(const std::filesystem::path& file, std::string_view from, std::string_view to) {
  auto text = read_text(file);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  write_text(file, text.replace(at, from.size(), to));
}

json::array edits_of(rest_client& rest) {
  return rest.list("/api/files/edits");
}

json::array external(rest_client& rest) {
  return rest.list("/api/history?type=external_edit");
}

/// The server looks once a second.
void await_edit(rest_client& rest) {
  eventually([&] { return !edits_of(rest).empty(); });
}

} // namespace

TEST_CASE("edits: what was changed while the server was down comes in, field by field",
          "[conformance][files]") {
  test_server server;
  server.rest().change("/api/fixtures/front-left", {{"name", "Spot"}});
  CHECK(server.stop() == 0);
  edit(server.file("fixtures.yaml"), "name: Spot", "name: Spot by hand");
  edit(server.file("fixtures.yaml"), "startChannel: 5", "startChannel: 105");
  server.start();
  auto rest = server.rest();
  CHECK(rest.read("/api/fixtures/front-left").at("name") == "Spot by hand");
  CHECK(rest.read("/api/fixtures/front-right").at("startChannel") == 105);
  const auto events = external(rest);
  REQUIRE(events.size() == 2);
  CHECK(events[0].at("author") == "file");
  CHECK(rest.get("/api/health").body.at("status") == "ok");
}

TEST_CASE("edits: a file that is merely behind after a kill is no edit", "[conformance][files]") {
  test_server server;
  for (int i = 0; i < 3; ++i) {
    server.rest().change("/api/fixtures/front-left", {{"name", "Spot " + std::to_string(i)}});
    server.restart_after_kill();
    auto rest = server.rest();
    CHECK(rest.read("/api/fixtures/front-left").at("name") == ("Spot " + std::to_string(i)).c_str());
    CHECK(external(rest).empty());
  }
}

TEST_CASE("edits: one made while the server runs is told, kept, and taken in on request",
          "[conformance][files]") {
  test_server server;
  auto rest = server.rest();
  rest.change("/api/fixtures/front-left", {{"name", "Spot"}});
  eventually([&] { return read_text(server.file("fixtures.yaml")).find("name: Spot") != std::string::npos; });
  edit(server.file("fixtures.yaml"), "name: front-right", "name: By hand");
  await_edit(rest);
  const auto health = rest.get("/api/health").body;
  CHECK(health.at("status") == "degraded");
  CHECK(health.at("checks").at("files").at("status") == "degraded");
  CHECK(rest.read("/api/fixtures/front-right").at("name") == "front-right");

  // The server has to write over it: both versions are there.
  rest.change("/api/fixtures/back-left", {{"name", "Back"}});
  eventually([&] { return !edits_of(rest).at(0).at("copy").is_null(); });
  const auto one = edits_of(rest).at(0).as_object();
  CHECK(one.at("file") == "main/fixtures.yaml");
  CHECK(read_text(server.data / str(one.at("copy"))).find("name: By hand") != std::string::npos);

  const auto done =
      rest.post("/api/files/edits", {{"file", one.at("file")}, {"copy", one.at("copy")}, {"take", true}},
                {{"X-Operator", "Ada"}});
  REQUIRE(done.ok());
  CHECK(done.data().at("entities").as_array().size() == 1);
  CHECK(rest.read("/api/fixtures/front-right").at("name") == "By hand");
  CHECK(rest.read("/api/fixtures/back-left").at("name") == "Back"); // the edit didn't touch it
  const auto events = external(rest);
  REQUIRE(events.size() == 1);
  CHECK(events[0].at("author") == "Ada");
  eventually([&] { return rest.get("/api/health").body.at("status") == "ok"; });
  CHECK(edits_of(rest).empty());

  // It is Ada's command, and nobody else's; the file follows.
  CHECK(rest.post("/api/history/undo", json::object{}, {{"X-Operator", "Bob"}}).status == 409);
  const auto undone = rest.post("/api/history/undo", json::object{}, {{"X-Operator", "Ada"}});
  REQUIRE(undone.ok());
  CHECK(undone.data().at("undone").as_array().at(0) == events[0].at("position"));
  CHECK(rest.read("/api/fixtures/front-right").at("name") == "front-right");
  CHECK(rest.read("/api/fixtures/back-left").at("name") == "Back");
  eventually(
      [&] { return read_text(server.file("fixtures.yaml")).find("name: By hand") == std::string::npos; });
  REQUIRE(rest.post("/api/history/redo", json::object{}, {{"X-Operator", "Ada"}}).ok());
  CHECK(rest.read("/api/fixtures/front-right").at("name") == "By hand");
}

TEST_CASE("edits: one that isn't wanted is let be, and its copy stays", "[conformance][files]") {
  test_server server;
  auto rest = server.rest();
  edit(server.file("inputs.yaml"), "name: Fader A", "name: By hand");
  await_edit(rest);
  REQUIRE(rest.post("/api/files/edits", {{"file", "main/inputs.yaml"}, {"take", false}}).ok());
  eventually(
      [&] { return read_text(server.file("inputs.yaml")).find("name: By hand") == std::string::npos; });
  CHECK(rest.read("/api/inputs/A").at("name") == "Fader A");
  CHECK(count_files(server.file(""), "inputs.yaml.orig-") == 1);
  eventually([&] { return edits_of(rest).empty(); });
}

TEST_CASE("edits: what can't be settled says why", "[conformance][files]") {
  auto rest = shared_server().rest();
  const auto path = "/api/files/edits";
  CHECK(rest.post(path, {{"take", true}}).summary() == "400 VALIDATION_ERROR file");
  CHECK(rest.post(path, {{"file", 1}, {"take", true}}).summary() == "400 VALIDATION_ERROR file");
  CHECK(rest.post(path, {{"file", "a"}}).summary() == "400 VALIDATION_ERROR take");
  CHECK(rest.post(path, {{"file", "a"}, {"take", 1}}).summary() == "400 VALIDATION_ERROR take");
  CHECK(rest.post(path, {{"file", "a"}, {"copy", 1}, {"take", true}}).summary() ==
        "400 VALIDATION_ERROR copy");
  CHECK(rest.post(path, {{"file", "../etc/passwd"}, {"take", true}}).status == 404);
}

TEST_CASE("edits: with a damaged journal the show runs, read-only, and says so", "[conformance][files]") {
  test_server server;
  server.rest().change("/api/fixtures/front-left", {{"name", "Spot"}});
  CHECK(server.stop() == 0);
  CHECK(!std::filesystem::exists(server.data / ".troupe/journal.sqlite-wal"));
  {
    std::fstream journal{server.data / ".troupe/journal.sqlite",
                         std::ios::in | std::ios::out | std::ios::binary};
    journal.seekp(0);
    journal << "this is no database any more";
  }
  server.start();
  auto rest = server.rest();
  CHECK(rest.read("/api/fixtures/front-left").at("name") == "Spot");
  const auto refused = rest.update("/api/fixtures/front-left", 2, {{"name", "Lost"}});
  CHECK(refused.summary().starts_with("503 STORAGE_UNAVAILABLE"));
  CHECK(rest.get("/api/health").body.at("status") == "degraded");
  CHECK(rest.read("/api/fixtures/front-left").at("name") == "Spot");
}
