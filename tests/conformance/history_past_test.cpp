// The history, shows as they were, comparison, restore, checkpoints and branches (docs/history.md).
#include "tests/conformance/support/suite.hpp"

#include <algorithm>

using namespace troupe::conformance;

namespace {

/// Where the journal is now.
std::int64_t head(live_show& show) {
  return show.rest.list("/api/history?limit=1").at(0).at("position").to_number<std::int64_t>();
}

std::string at(const live_show& show, std::int64_t position) {
  return "/api/shows/" + show.name + "/at/" + std::to_string(position);
}

std::string time_of(live_show& show, std::int64_t position) {
  return str(show.rest.read("/api/history/" + std::to_string(position)).at("time"));
}

} // namespace

TEST_CASE("history: newest first, page by page, without gaps", "[conformance][history]") {
  live_show show;
  const auto begin = head(show);
  for (int i = 1; i <= 25; ++i) show.dimmer(i);
  const auto all = show.rest.list("/api/history?limit=1000&after=" + std::to_string(begin));
  REQUIRE(all.size() == 25);
  std::string path = "/api/history?limit=10&after=" + std::to_string(begin);
  json::array pages;
  for (auto next = path;;) {
    const auto page = show.rest.get(next);
    REQUIRE(page.ok());
    for (const auto& one : page.data().as_array()) pages.push_back(one);
    const auto& more = page.body.at("next");
    if (more.is_null()) break;
    next = path + "&before=" + std::to_string(more.to_number<std::int64_t>());
  }
  CHECK(pages == all);
  for (std::size_t i = 1; i < all.size(); ++i)
    CHECK(all[i].at("position").to_number<std::int64_t>() ==
          all[i - 1].at("position").to_number<std::int64_t>() - 1);
  CHECK(all[0].at("type") == "fixture_created");
  CHECK(all[0].at("hash").as_string().size() == 64);
  CHECK(show.rest.read("/api/history/" + std::to_string(begin + 3)) == all[22].as_object());
}

TEST_CASE("history: filters by kind, id, author, type, time and text", "[conformance][history]") {
  live_show show;
  const auto begin = std::to_string(head(show));
  const auto id = show.dimmer(1);
  const auto fader = show.fader("Grand Master");
  REQUIRE(show.rest
              .put("/api/inputs/" + fader, {{"data", {{"name", "Needle " + show.name}}}, {"revision", 1}},
                   {{"X-Operator", "ada of " + show.name}})
              .ok());
  const auto count = [&](const std::string& query) {
    return show.rest.list("/api/history?after=" + begin + query).size();
  };
  CHECK(count("") == 3);
  CHECK(count("&kind=fixture") == 1);
  CHECK(count("&kind=inputs") == 2);
  CHECK(count("&id=" + id) == 1);
  CHECK(count("&type=input_updated") == 1);
  CHECK(count("&author=ada%20of%20" + show.name) == 1);
  CHECK(count("&q=needle%20" + show.name) == 1);
  CHECK(count("&show=" + show.name) == 3);
  CHECK(count("&from=2999-01-01") == 0);
  CHECK(count("&to=1999-01-01T00:00:00Z") == 0);
  CHECK(count("&from=1999-01-01&to=2999-01-01") == 3);
}

TEST_CASE("history: what a request gets wrong is named", "[conformance][history]") {
  live_show show;
  const auto of = [&](const std::string& path) { return show.rest.get(path).summary(); };
  for (const auto* bad : {"0", "1001", "abc", "-1", "1.5", ""})
    CHECK(of(std::string{"/api/history?limit="} + bad) == "400 VALIDATION_ERROR limit");
  CHECK(of("/api/history?before=0") == "400 VALIDATION_ERROR before");
  CHECK(of("/api/history?after=x") == "400 VALIDATION_ERROR after");
  CHECK(of("/api/history?kind=lamp") == "400 VALIDATION_ERROR kind");
  CHECK(of("/api/history?from=2026-02-30") == "400 VALIDATION_ERROR from");
  CHECK(of("/api/history?to=yesterday") == "400 VALIDATION_ERROR to");
  CHECK(of("/api/history/abc") == "400 VALIDATION_ERROR position");
  CHECK(of("/api/history/-1") == "400 VALIDATION_ERROR position");
  CHECK(of("/api/history/0").starts_with("404"));
  CHECK(of("/api/history/999999999").starts_with("404"));
  CHECK(of("/api/history/99999999999999999999999").starts_with("404"));
  const auto show_path = "/api/shows/" + show.name;
  CHECK(of(show_path + "/at/abc") == "400 VALIDATION_ERROR position");
  CHECK(of(show_path + "/at/2026-02-30T00:00:00Z") == "400 VALIDATION_ERROR position");
  CHECK(of(show_path + "/at/999999999").starts_with("404"));
  CHECK(of(show_path + "/at/1/lamps/x").starts_with("404"));
  CHECK(of(show_path + "/diff?from=1") == "400 VALIDATION_ERROR to");
  CHECK(of(show_path + "/diff?from=x&to=1") == "400 VALIDATION_ERROR from");
  CHECK(of(show_path + "/diff?from=1&to=999999999").starts_with("404"));
  CHECK(of("/api/shows/never-heard-of/at/1").starts_with("404"));
  CHECK(of("/api/shows/never-heard-of/diff?from=0&to=1").starts_with("404"));
  CHECK(of("/api/shows/..%2Fetc/at/1").starts_with("404"));

  const auto restore = [&](const json::value& body) {
    return show.rest.post(show_path + "/restore", body).summary();
  };
  CHECK(restore(json::object{}) == "400 VALIDATION_ERROR position");
  CHECK(restore({{"position", nullptr}}) == "400 VALIDATION_ERROR position");
  CHECK(restore({{"position", -1}}) == "400 VALIDATION_ERROR position");
  CHECK(restore({{"position", 1.5}}) == "400 VALIDATION_ERROR position");
  CHECK(restore({{"position", "2026-02-30"}}) == "400 VALIDATION_ERROR position");
  CHECK(restore({{"position", 999'999'999}}).starts_with("404"));
  CHECK(restore({{"position", 1}, {"kinds", "fixture"}}) == "400 VALIDATION_ERROR kinds");
  CHECK(restore({{"position", 1}, {"kinds", json::array{"fixture", "lamp"}}}) ==
        "400 VALIDATION_ERROR kinds[1]");
  CHECK(restore({{"position", 1}, {"ids", json::array{7}}}) == "400 VALIDATION_ERROR ids[0]");
  CHECK(show.rest.post("/api/shows/never-heard-of/restore", {{"position", 1}}).status == 404);

  CHECK(show.rest.post("/api/checkpoints", json::object{}).summary() == "400 VALIDATION_ERROR name");
  CHECK(show.rest.post("/api/checkpoints", {{"name", "2026-01-01"}}).summary() ==
        "400 VALIDATION_ERROR name");

  const auto branch = [&](const json::value& from) {
    return show.rest.post("/api/shows", {{"name", show.name + "-b"}, {"from", from}}).summary();
  };
  CHECK(branch(7) == "400 VALIDATION_ERROR from");
  CHECK(branch({{"position", 1}}) == "400 VALIDATION_ERROR from.show");
  CHECK(branch({{"show", show.name}}) == "400 VALIDATION_ERROR from.position");
  CHECK(branch({{"show", show.name}, {"position", "nine"}}) == "400 VALIDATION_ERROR from.position");
  CHECK(branch({{"show", show.name}, {"position", 999'999'999}}).starts_with("404"));
  CHECK(branch({{"show", "never-heard-of"}, {"position", 1}}).starts_with("404"));
}

TEST_CASE("past: the show is what it was at every position, and at times", "[conformance][history]") {
  live_show show;
  const auto begin = head(show);
  const auto a = show.dimmer(1);
  const auto group = show.group({a});
  const auto fader = show.fader();
  const auto then = head(show);
  REQUIRE(show.rest.del("/api/fixtures/" + a).ok());
  const auto b = show.dimmer(9);

  const auto empty = show.rest.read(at(show, begin));
  for (const auto* list : {"fixtures", "groups", "inputs", "presets", "graphs"})
    CHECK(empty.at(list).as_array().empty());
  const auto past = show.rest.read(at(show, then));
  CHECK(past.at("position") == then);
  CHECK(str(past.at("time")) == time_of(show, then));
  CHECK(past.at("fixtures").as_array().size() == 1);
  CHECK(str(past.at("fixtures").at(0).at("id")) == a);
  CHECK(past.at("groups").at(0).at("fixtureIds") == json::value{a});
  CHECK(str(past.at("inputs").at(0).at("id")) == fader);
  const auto now = show.rest.read(at(show, head(show)));
  CHECK(now.at("fixtures") == json::value(show.rest.list("/api/fixtures")));
  CHECK(now.at("groups") == json::value(show.rest.list("/api/groups")));
  CHECK(str(show.rest.read(at(show, then) + "/fixtures/" + a).at("id")) == a);
  CHECK(show.rest.read(at(show, then) + "/group/" + group).at("revision") == 1);
  CHECK(show.rest.get(at(show, then) + "/fixtures/" + b).status == 404);
  CHECK(show.rest.read("/api/shows/" + show.name + "/at/2999-01-01T00:00:00Z").at("fixtures") ==
        now.at("fixtures"));
  CHECK(show.rest.read("/api/shows/" + show.name + "/at/1999-01-01").at("position") == 0);
}

TEST_CASE("past: a diff names each entity with the fields that differ", "[conformance][history]") {
  live_show show;
  const auto a = show.dimmer(1), b = show.dimmer(2);
  const auto from = head(show);
  const auto was = str(show.rest.read("/api/fixtures/" + a).at("name"));
  show.rest.change("/api/fixtures/" + a, {{"name", "Left"}});
  REQUIRE(show.rest.del("/api/fixtures/" + b).ok());
  const auto fader = show.fader("New");
  const auto path = "/api/shows/" + show.name + "/diff?from=" + std::to_string(from) + "&to=";
  const auto found = show.rest.list(path + std::to_string(head(show)));
  REQUIRE(found.size() == 3);
  std::map<std::string, json::value> by_op;
  for (const auto& one : found) by_op[str(one.at("op"))] = one;
  CHECK(by_op["updated"] == (json::value{{"kind", "fixture"},
                                         {"id", a},
                                         {"op", "updated"},
                                         {"fields", {{"name", json::array{was, "Left"}}}}}));
  CHECK(str(by_op["deleted"].at("id")) == b);
  CHECK(by_op["deleted"].at("fields").at("startChannel") == (json::array{2, nullptr}));
  CHECK(str(by_op["created"].at("id")) == fader);
  CHECK(by_op["created"].at("fields").at("name") == (json::array{nullptr, "New"}));
  CHECK(show.rest.list(path + std::to_string(from)).empty());
}

TEST_CASE("past: a diff has the models, as the show at a moment has them", "[conformance][history]") {
  live_show show;
  const auto from = head(show);
  const json::object lamp{{"brand", "Own"}, {"model", "Lamp of " + show.name}, {"channels", {{"dimmer", 1}}}};
  const auto model = str(show.rest.create("/api/fixtures/models", lamp).at("id"));
  const auto fixture = show.dimmer(1);
  const auto made = head(show);
  show.rest.change("/api/fixtures/models/" + model, {{"brand", "Other"}});
  const auto changed = head(show);
  const auto diff = [&](std::int64_t begin, std::int64_t end) {
    return show.rest.list("/api/shows/" + show.name + "/diff?from=" + std::to_string(begin) +
                          "&to=" + std::to_string(end));
  };
  const auto models_then = show.rest.read(at(show, made)).at("models").as_array();
  const auto in_past = std::any_of(models_then.begin(), models_then.end(),
                                   [&](const json::value& each) { return str(each.at("id")) == model; });
  CHECK(in_past);
  const auto found = diff(from, made);
  REQUIRE(found.size() == 2);
  CHECK(str(found[0].at("id")) == fixture);
  CHECK(found[1].at("kind") == "model");
  CHECK(str(found[1].at("id")) == model);
  CHECK(found[1].at("op") == "created");
  CHECK(found[1].at("fields").at("brand") == (json::array{nullptr, "Own"}));
  const auto update = diff(made, changed);
  REQUIRE(update.size() == 1);
  CHECK(update[0] == (json::value{{"kind", "model"},
                                  {"id", model},
                                  {"op", "updated"},
                                  {"fields", {{"brand", json::array{"Own", "Other"}}}}}));
  CHECK(diff(changed, made).at(0).at("fields").at("brand") == (json::array{"Other", "Own"}));
  CHECK(diff(made, from).at(1).at("op") == "deleted");
  CHECK(show.rest.read(at(show, made) + "/models/" + model).at("brand") == "Own");
  CHECK(show.rest.read(at(show, changed) + "/model/" + model).at("brand") == "Other");
}

TEST_CASE("past: one entity is what it was at every position, and what the whole show has of it",
          "[conformance][history]") {
  live_show show;
  const auto begin = head(show);
  const auto a = show.dimmer(1);
  for (int i = 0; i < 5; ++i) show.rest.change("/api/fixtures/" + a, {{"name", "Name " + std::to_string(i)}});
  REQUIRE(show.rest.del("/api/fixtures/" + a).ok());
  const auto b = show.dimmer(2);
  const auto end = head(show);
  for (auto position = begin; position <= end; ++position) {
    std::map<std::string, json::value> all;
    const auto then = show.rest.read(at(show, position));
    for (const auto& one : then.at("fixtures").as_array()) all[str(one.at("id"))] = one;
    for (const auto& id : {a, b}) {
      const auto one = show.rest.get(at(show, position) + "/fixtures/" + id);
      CHECK(one.status == (all.contains(id) ? 200 : 404));
      if (all.contains(id)) CHECK(one.data() == all[id]);
    }
  }
}

TEST_CASE("past: restored as new facts, whole or in part, and undone", "[conformance][history]") {
  live_show show;
  const auto a = show.dimmer(1), b = show.dimmer(2);
  const auto group = show.group({a, b});
  const auto then = head(show);
  const auto before = show.rest.list("/api/fixtures");
  REQUIRE(show.rest.del("/api/fixtures/" + a).ok());
  show.rest.change("/api/groups/" + group, {{"name", "Other"}});
  const auto restore_path = "/api/shows/" + show.name + "/restore";

  const auto refused = show.rest.post(restore_path, {{"position", then}, {"kinds", json::array{"groups"}}});
  CHECK(refused.summary() == "400 VALIDATION_ERROR position");
  CHECK(str(refused.body.at("details").at("references").at(0).at("id")) == group);

  const auto who = "ada of " + show.name;
  const auto restored = show.rest.post(restore_path, {{"position", then}}, {{"X-Operator", who}});
  REQUIRE(restored.status == 200);
  CHECK(restored.data().at("entities").as_array().size() == 2);
  CHECK(restored.data().at("position") == then);
  CHECK(show.rest.read("/api/fixtures/" + a).at("revision") == 2);
  CHECK(show.rest.read("/api/groups/" + group).at("name") != "Other");
  CHECK(show.rest.read("/api/groups/" + group).at("fixtureIds") == (json::value{a, b}));
  CHECK(show.rest
            .list("/api/shows/" + show.name + "/diff?from=" + std::to_string(then) +
                  "&to=" + std::to_string(head(show)))
            .empty());

  const auto again = show.rest.post(restore_path, {{"position", then}});
  CHECK(again.status == 200);
  CHECK(again.data().at("correlationId").is_null());
  CHECK(again.data().at("entities").as_array().empty());

  REQUIRE(show.rest.post("/api/history/undo", json::object{}, {{"X-Operator", who}}).ok());
  CHECK(show.rest.get("/api/fixtures/" + a).status == 404);
  CHECK(show.rest.read("/api/groups/" + group).at("name") == "Other");
}

TEST_CASE("past: only the active show is restored", "[conformance][history]") {
  live_show old;
  const auto then = head(old);
  live_show show;
  const auto refused = show.rest.post("/api/shows/" + old.name + "/restore", {{"position", then}});
  CHECK(refused.summary() == "409 CONFLICT");
  CHECK(refused.body.at("details").at("reason") == "inactive");
}

TEST_CASE("past: a checkpoint is a position with a name", "[conformance][history]") {
  live_show show;
  const auto a = show.dimmer(1);
  const auto checkpoint = "opening of " + show.name;
  const auto made = show.rest.post("/api/checkpoints", {{"name", checkpoint}});
  REQUIRE(made.status == 201);
  REQUIRE(show.rest.del("/api/fixtures/" + a).ok());
  const auto encoded = "opening%20of%20" + show.name;
  CHECK(show.rest.read("/api/shows/" + show.name + "/at/" + encoded).at("fixtures").as_array().size() == 1);
  CHECK(str(show.rest.list("/api/checkpoints").at(0).at("name")) == checkpoint);
  CHECK(show.rest.list("/api/checkpoints").at(0).at("position") == made.data().at("position"));
  CHECK(show.rest.post("/api/checkpoints", {{"name", checkpoint}}).summary() == "409 CONFLICT");
  REQUIRE(show.rest.post("/api/shows/" + show.name + "/restore", {{"position", checkpoint}}).ok());
  CHECK(show.rest.get("/api/fixtures/" + a).ok());
}

TEST_CASE("past: a branch begins as the show was then, and goes its own way", "[conformance][history]") {
  live_show show;
  const auto a = show.dimmer(1);
  show.rest.change("/api/fixtures/" + a, {{"name", "Then"}});
  const auto then = head(show);
  show.rest.change("/api/fixtures/" + a, {{"name", "Now"}});
  const auto branch = show.name + "-branch";
  const json::object body{{"name", branch}, {"from", {{"show", show.name}, {"position", then}}}};
  const auto made = show.rest.post("/api/shows", body, {{"X-Operator", "ada of " + show.name}});
  REQUIRE(made.status == 201);
  CHECK(str(made.data().at("name")) == branch);
  CHECK(show.rest.post("/api/shows", body).summary().starts_with("409 CONFLICT"));
  const auto events = show.rest.list("/api/history?limit=1000&show=" + branch);
  REQUIRE(events.size() == 2);
  CHECK(events.at(1).at("type") == "show_branched");
  CHECK(events.at(1).at("payload").at("from") == (json::value{{"show", show.name}, {"position", then}}));
  REQUIRE(show.rest.post("/api/shows/" + branch + "/activate", json::object{}).ok());
  CHECK(show.rest.read("/api/fixtures/" + a).at("name") == "Then");
  CHECK(show.rest.read("/api/fixtures/" + a).at("revision") == 2);
  CHECK(show.rest.post("/api/history/undo", json::object{}, {{"X-Operator", "ada of " + show.name}}).status ==
        409);
  show.rest.change("/api/fixtures/" + a, {{"name", "Branch"}});
  REQUIRE(show.rest.post("/api/shows/" + show.name + "/activate", json::object{}).ok());
  CHECK(show.rest.read("/api/fixtures/" + a).at("name") == "Now");
}

TEST_CASE("past: a show that was deleted can still be seen", "[conformance][history]") {
  live_show show;
  const auto a = show.dimmer(1);
  const auto then = at(show, head(show));
  live_show other;
  REQUIRE(other.rest.del("/api/shows/" + show.name).ok());
  CHECK(str(other.rest.read(then).at("fixtures").at(0).at("id")) == a);
  CHECK(other.rest.read(at(show, head(other))).at("fixtures").as_array().empty());
}
