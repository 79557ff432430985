// Sections 1 and 3: entities over REST, the same rules for every kind.
#include "tests/conformance/support/entity_rows.hpp"

#include <atomic>
#include <latch>
#include <thread>

using namespace troupe::conformance;

TEST_CASE("entities: a create answers 201 with a random id and revision 1, and is listed and read at once",
          "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto made = rest.post(row.path, row.valid);
    CHECK(made.status == 201);
    const auto entity = made.data().as_object();
    const auto id = str(entity.at("id"));
    CHECK(is_uuid_v4(id));
    CHECK(entity.at("revision") == 1);
    for (const auto& [key, value] : row.valid) CHECK(entity.at(key) == value);
    CHECK(rest.read(path_of(row, entity)) == entity);
    const auto list = rest.get(row.path).data().as_array();
    CHECK(std::count(list.begin(), list.end(), json::value(entity)) == 1);
    CHECK(str(rest.create(row.path, row.valid).at("id")) != id);
  });
}

TEST_CASE("entities: an update counts the revision up by one, also one that changes nothing",
          "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto made = rest.create(row.path, row.valid);
    const auto path = path_of(row, made);
    const auto updated = rest.update(path, 1, row.change);
    CHECK(updated.status == 200);
    auto expected = with(made, row.change);
    expected["revision"] = 2;
    CHECK(updated.data() == expected);
    CHECK(rest.read(path) == expected);
    CHECK(rest.update(path, 2, row.change).data().at("revision") == 3);
  });
}

TEST_CASE("entities: an update over another revision is a conflict that tells the current entity and changes "
          "nothing",
          "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto made = rest.create(row.path, row.valid);
    const auto path = path_of(row, made);
    for (const std::int64_t revision : {0, 2, 99}) {
      const auto refused = rest.update(path, revision, row.change);
      CHECK(refused.summary() == "409 CONFLICT");
      CHECK(refused.body.at("details").at("current") == made);
    }
    CHECK(rest.read(path) == made);
  });
}

TEST_CASE("entities: the revision is required and an integer, data an object that isn't empty",
          "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto made = rest.create(row.path, row.valid);
    const auto path = path_of(row, made);
    CHECK(rest.put(path, json::object{{"data", row.change}}).summary() == "400 VALIDATION_ERROR revision");
    for (const json::value& wrong : {json::value("1"), json::value(1.5), json::value(nullptr),
                                     json::value(true), json::value(json::array{1})})
      CHECK(rest.put(path, json::object{{"data", row.change}, {"revision", wrong}}).summary() ==
            "400 VALIDATION_ERROR revision");
    CHECK(rest.put(path, json::object{{"data", row.change}, {"revision", -1}}).summary() == "409 CONFLICT");
    CHECK(rest.put(path, json::object{{"revision", 1}}).summary() == "400 VALIDATION_ERROR data");
    for (const json::value& wrong : {json::value(json::object{}), json::value(json::array{}),
                                     json::value("x"), json::value(nullptr), json::value(1)})
      CHECK(rest.put(path, json::object{{"data", wrong}, {"revision", 1}}).summary() ==
            "400 VALIDATION_ERROR data");
    CHECK(rest.put(path, json::array{}).status == 400);
    CHECK(rest.read(path) == made);
  });
}

TEST_CASE("entities: a delete answers success, and then nothing is there", "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto made = rest.create(row.path, row.valid);
    const auto path = path_of(row, made);
    const auto gone = rest.del(path);
    CHECK(gone.status == 200);
    CHECK(gone.body == json::object{{"success", true}});
    CHECK(rest.get(path).summary() == "404 NOT_FOUND");
    CHECK(rest.del(path).summary() == "404 NOT_FOUND");
    CHECK(rest.update(path, 1, row.change).summary() == "404 NOT_FOUND");
    for (const auto& each : rest.list(row.path)) CHECK(each.at("id") != made.at("id"));
  });
}

TEST_CASE("entities: id and revision inside a create or data are ignored", "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto made = rest.create(row.path, with(row.valid, {{"id", "chosen"}, {"revision", 7}}));
    CHECK(str(made.at("id")) != "chosen");
    CHECK(made.at("revision") == 1);
    const auto path = path_of(row, made);
    const auto updated = rest.update(path, 1, with(row.change, {{"id", "chosen"}, {"revision", 40}})).data();
    CHECK(updated.at("id") == made.at("id"));
    CHECK(updated.at("revision") == 2);
    CHECK(rest.get(row.path + "/chosen").status == 404);
    // Odd values are ignored, too.
    CHECK(rest.post(row.path, with(row.valid, {{"id", nullptr}, {"revision", "x"}})).status == 201);
  });
}

TEST_CASE("entities: unknown fields are kept, and replaced one by one", "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const json::value notes{{"by", "me"}, {"list", {1, 2.5, nullptr, "x"}}};
    const auto made = rest.create(row.path, with(row.valid, {{"notes", notes}, {"stars", 5}}));
    CHECK(made.at("notes") == notes);
    const auto path = path_of(row, made);
    rest.change(path, row.change);
    CHECK(rest.read(path).at("notes") == notes);
    const auto updated = rest.change(path, json::object{{"notes", "short"}});
    CHECK(updated.at("notes") == "short");
    CHECK(updated.at("stars") == 5);
  });
}

TEST_CASE("entities: a required field that is missing is refused by its name", "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    for (const auto& field : row.required) {
      INFO(field);
      CHECK(rest.post(row.path, without(row.valid, field)).summary() == "400 VALIDATION_ERROR " + field);
    }
    for (const auto& field : row.optional)
      CHECK(rest.post(row.path, without(row.valid, field)).status == 201);
    CHECK(rest.post(row.path, json::array{}).status == 400);
    CHECK(rest.post(row.path, "text").status == 400);
  });
}

TEST_CASE("entities: a known field set to null is refused by its name, in create and update",
          "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto path = path_of(row, rest.create(row.path, row.valid));
    auto fields = row.required;
    fields.insert(fields.end(), row.optional.begin(), row.optional.end());
    for (const auto& field : fields) {
      INFO(field);
      const json::object null{{field, nullptr}};
      CHECK(rest.post(row.path, with(row.valid, null)).summary() == "400 VALIDATION_ERROR " + field);
      CHECK(rest.update(path, 1, null).summary() == "400 VALIDATION_ERROR " + field);
    }
  });
}

TEST_CASE("entities: of many concurrent updates with one revision exactly one wins", "[conformance][rest]") {
  live_show show;
  for (const auto& row : kinds()) {
    INFO(row.path);
    const auto path = path_of(row, show.rest.create(row.path, row.valid));
    constexpr int writers = 16;
    std::latch start(writers);
    std::atomic<int> won{0}, lost{0};
    std::atomic<int> winner{-1};
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i) {
      threads.emplace_back([&, i] {
        rest_client mine(show.server.port());
        start.arrive_and_wait();
        const auto answer = mine.update(path, 1, json::object{{"writer", i}});
        if (answer.status == 200) winner = i, ++won;
        if (answer.status == 409) ++lost;
      });
    }
    for (auto& each : threads) each.join();
    CHECK(won == 1);
    CHECK(lost == writers - 1);
    const auto now = show.rest.read(path);
    CHECK(now.at("revision") == 2);
    CHECK(now.at("writer") == winner.load());
  }
}

TEST_CASE("entities: names are 1 to 200 characters and not blank", "[conformance][rest]") {
  live_show show;
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xc3\xa4";
  for (const auto* path : {"/api/inputs"}) {
    for (const auto& good : {std::string("x"), std::string(200, 'x'), umlauts})
      CHECK(show.rest.post(path, {{"name", good}, {"type", "fader"}}).status == 201);
    for (const json::value& bad : {json::value(""), json::value("  \t\n"), json::value(std::string(201, 'x')),
                                   json::value(umlauts + "x"), json::value(1), json::value(json::array{"x"})})
      CHECK(show.rest.post(path, {{"name", bad}, {"type", "fader"}}).summary() ==
            "400 VALIDATION_ERROR name");
  }
}

TEST_CASE("entities: strings elsewhere may have 64 KiB, and values may be nested 32 deep",
          "[conformance][rest]") {
  live_show show;
  const auto input = [](auto note) { return json::object{{"name", "x"}, {"type", "fader"}, {"note", note}}; };
  const auto nested = [](int depth) {
    json::value out = 1;
    for (int i = 0; i < depth; ++i) out = json::array{std::move(out)};
    return out;
  };
  CHECK(show.rest.post("/api/inputs", input(std::string(64 * 1024, 'x'))).status == 201);
  CHECK(show.rest.post("/api/inputs", input(std::string(64 * 1024 + 1, 'x'))).summary() ==
        "400 VALIDATION_ERROR note");
  // The entity itself is the first of the 32.
  CHECK(show.rest.post("/api/inputs", input(nested(31))).status == 201);
  CHECK(show.rest.post("/api/inputs", input(nested(32))).status == 400);
  CHECK(show.rest.request("POST", "/api/inputs", std::string(100'000, '[')).status == 400);
}
