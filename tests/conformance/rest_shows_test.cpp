// Section 3: shows over REST.
#include "tests/conformance/support/suite.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace troupe::conformance;

namespace {

std::map<std::string, bool> shows(rest_client& rest) {
  std::map<std::string, bool> out;
  for (const auto& each : rest.list("/api/shows")) {
    CHECK(each.at("id") == each.at("name"));
    out[str(each.at("name"))] = each.at("isActive").as_bool();
  }
  return out;
}

std::string current(rest_client& rest) {
  return str(rest.read("/api/shows/current").at("show"));
}

reply activate(rest_client& rest, const std::string& name) {
  return rest.post("/api/shows/" + name + "/activate", json::object{});
}

} // namespace

TEST_CASE("shows: a new show is empty, listed, and on disk", "[conformance][rest]") {
  test_server server;
  auto rest = server.rest();
  CHECK(shows(rest) == std::map<std::string, bool>{{"main", true}});
  const auto made = rest.post("/api/shows", json::object{{"name", "tour"}});
  CHECK(made.status == 201);
  CHECK(shows(rest) == std::map<std::string, bool>{{"main", true}, {"tour", false}});
  CHECK(std::filesystem::is_directory(server.data / "tour"));
  const auto answer = activate(rest, "tour");
  CHECK(answer.status == 200);
  CHECK(answer.data().at("show") == "tour");
  CHECK(shows(rest) == std::map<std::string, bool>{{"main", false}, {"tour", true}});
  for (const auto* path : {"/api/fixtures", "/api/groups", "/api/inputs", "/api/presets", "/api/graphs"})
    CHECK(rest.get(path).data() == json::array{});
  CHECK(rest.get("/api/fixtures/models").data().as_array().size() == 4);
  const auto where = rest.read("/api/shows/current");
  CHECK(where.at("show") == "tour");
  CHECK(std::filesystem::equivalent(str(where.at("dataDir")), server.data.path()));
  // Back: the first one is as it was.
  REQUIRE(activate(rest, "main").ok());
  CHECK(rest.get("/api/fixtures").data().as_array().size() == 4);
}

TEST_CASE("shows: the body of an activate may be empty", "[conformance][rest]") {
  live_show show;
  CHECK(show.rest.request("POST", "/api/shows/" + show.name + "/activate").status == 200);
}

TEST_CASE("shows: names are letters, digits, dot, dash and underscore, at most 64, beginning with a letter, "
          "digit or underscore",
          "[conformance][rest]") {
  live_show show;
  for (const json::value& bad :
       {json::value(""), json::value(".hidden"), json::value("-dash"), json::value("a b"), json::value("a/b"),
        json::value(".."), json::value("\xc3\xa4"), json::value(std::string(65, 'x')), json::value(1),
        json::value(nullptr), json::value("a\n")}) {
    INFO(bad);
    CHECK(show.rest.post("/api/shows", json::object{{"name", bad}}).summary() == "400 VALIDATION_ERROR name");
  }
  CHECK(show.rest.post("/api/shows", json::object{}).summary() == "400 VALIDATION_ERROR name");
  for (const auto& good : {std::string("_x.Y-9"), std::string(64, 'z'), std::string("0")}) {
    CHECK(show.rest.post("/api/shows", json::object{{"name", good}}).status == 201);
    CHECK(show.rest.del("/api/shows/" + good).ok());
  }
}

TEST_CASE("shows: a name that is taken is refused and the show stays as it is", "[conformance][rest]") {
  live_show show;
  show.fader();
  CHECK(show.rest.post("/api/shows", json::object{{"name", show.name}}).status == 409);
  CHECK(show.rest.get("/api/inputs").data().as_array().size() == 1);
}

TEST_CASE("shows: a show is deleted with its folder, but never the active one", "[conformance][rest]") {
  live_show show;
  const auto name = show.name + "-other";
  REQUIRE(show.rest.post("/api/shows", json::object{{"name", name}}).status == 201);
  const auto gone = show.rest.del("/api/shows/" + name);
  CHECK(gone.status == 200);
  CHECK(gone.body == json::object{{"success", true}});
  CHECK_FALSE(std::filesystem::exists(show.server.data / name));
  CHECK(shows(show.rest).count(name) == 0);
  CHECK(show.rest.del("/api/shows/" + name).summary() == "404 NOT_FOUND");
  const auto refused = show.rest.del("/api/shows/" + show.name);
  CHECK(refused.status >= 400);
  CHECK(refused.status < 500);
  CHECK(current(show.rest) == show.name);
  CHECK(std::filesystem::exists(show.server.data / show.name));
}

TEST_CASE("shows: the list and activate look at the directory at that moment", "[conformance][rest]") {
  live_show show;
  auto& data = show.server.data;
  write_text(data / "by-hand/inputs.yaml", "- {id: f, name: F, type: fader}\n");
  write_text(data / ".hidden/inputs.yaml", "");
  write_text(data / "with space/inputs.yaml", "");
  write_text(data / "not-a-folder", "");
  auto listed = shows(show.rest);
  CHECK(listed.count("by-hand") == 1);
  for (const auto* other : {".hidden", ".troupe", "with space", "not-a-folder"})
    CHECK(listed.count(other) == 0);
  CHECK(activate(show.rest, ".hidden").status == 404);
  CHECK(activate(show.rest, ".troupe").status == 404);
  CHECK(activate(show.rest, "with%20space").status == 404);
  CHECK(activate(show.rest, "not-a-folder").status == 404);
  CHECK(activate(show.rest, "by-hand").status == 200);
  CHECK(show.rest.get("/api/inputs/f").ok());
  REQUIRE(activate(show.rest, show.name).ok());
  std::filesystem::remove_all(data / "by-hand");
  CHECK(shows(show.rest).count("by-hand") == 0);
  CHECK(activate(show.rest, "by-hand").summary() == "404 NOT_FOUND");
}

TEST_CASE("shows: an unknown show is 404 and leaves the running one untouched", "[conformance][rest]") {
  live_show show;
  const auto fixture = show.dimmer(1);
  show.graph(constant_graph({fixture}, 0.5));
  auto viewer = show.viewer();
  viewer.frame_with(fixture, 0.5);
  CHECK(activate(show.rest, "no-such-show").summary() == "404 NOT_FOUND");
  CHECK(current(show.rest) == show.name);
  CHECK_FALSE(std::filesystem::exists(show.server.data / "no-such-show"));
  // Nothing but frames and state has come: no show/changed.
  viewer.send({{"type", "ping"}, {"nonce", "end"}});
  for (auto message = viewer.next(); str(message.at("type")) != "pong"; message = viewer.next()) {
    CHECK(str(message.at("type")) != "show/changed");
    if (str(message.at("type")) == "frame/full") CHECK(intensity_in(message, fixture) == 0.5);
  }
}

TEST_CASE("shows: a folder that can't be read is 503 and leaves the running one untouched",
          "[conformance][rest]") {
  if (geteuid() == 0) {
    WARN("root reads everything: the rights of a folder can't be tested");
    return;
  }
  live_show show;
  const auto folder = show.server.data / "locked";
  write_text(folder / "inputs.yaml", "[]\n");
  chmod(folder.c_str(), 0);
  CHECK(activate(show.rest, "locked").summary() == "503 STORAGE_UNAVAILABLE");
  chmod(folder.c_str(), 0700);
  CHECK(current(show.rest) == show.name);
}

TEST_CASE("shows: activating the active show reads its files again", "[conformance][rest]") {
  live_show show;
  const auto fader = show.fader("Before");
  const auto file = show.server.data / show.name / "inputs.yaml";
  eventually(
      [&] { return std::filesystem::exists(file) && read_text(file).find("Before") != std::string::npos; });
  auto text = read_text(file);
  text.replace(text.find("Before"), 6, "After");
  write_text(file, text + "- {id: added, name: Added, type: button}\n");
  CHECK(show.rest.read("/api/inputs/" + fader).at("name") == "Before");
  REQUIRE(activate(show.rest, show.name).ok());
  CHECK(show.rest.read("/api/inputs/" + fader).at("name") == "After");
  CHECK(show.rest.get("/api/inputs/added").ok());
}
