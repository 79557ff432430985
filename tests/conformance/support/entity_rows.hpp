#pragma once
// Entities of every kind, and changes of them that are legal or have to be refused.

#include "tests/conformance/support/suite.hpp"

#include <string>
#include <vector>

namespace troupe::conformance {

struct kind_row {
  std::string path;
  json::object valid;
  json::object change; ///< of one field
  std::vector<std::string> required;
  std::vector<std::string> optional = {};
};

inline json::object a_fixture() {
  return {{"name", "Fixture"}, {"modelId", "generic-rgbw"}, {"universe", 3}, {"startChannel", 17}};
}

inline json::object a_model() {
  return {{"brand", "Brand"}, {"model", "Model"}, {"channels", {{"red", 1}, {"green", 2}}}};
}

inline json::object a_preset() {
  return {{"name", "Preset"}, {"type", "full"}, {"attributes", {{"intensity", 0.5}, {"pan", -0.25}}}};
}

inline const std::vector<kind_row>& kinds() {
  static const std::vector<kind_row> rows{
      {"/api/fixtures/models",
       a_model(),
       json::object{{"brand", "Another"}},
       {"brand", "model", "channels"},
       {"defaults"}},
      {"/api/fixtures",
       a_fixture(),
       json::object{{"name", "Another"}},
       {"name", "modelId", "universe", "startChannel"}},
      {"/api/groups",
       {{"name", "Group"}, {"fixtureIds", json::array{}}},
       json::object{{"name", "Another"}},
       {"name", "fixtureIds"}},
      {"/api/inputs",
       {{"name", "Input"}, {"type", "fader"}},
       json::object{{"name", "Another"}},
       {"name", "type"}},
      {"/api/presets", a_preset(), json::object{{"name", "Another"}}, {"name", "type", "attributes"}},
      {"/api/graphs",
       constant_graph({}, 0.5),
       json::object{{"name", "Another"}},
       {"name", "nodes", "edges"},
       {"enabled"}},
  };
  return rows;
}

/// Runs a check for every kind, each with a show of its own.
template <class Check>
inline void for_every_kind(Check check) {
  live_show show;
  for (const auto& row : kinds()) {
    INFO(row.path);
    check(show.rest, row);
  }
}

inline std::string path_of(const kind_row& row, const json::object& entity) {
  return row.path + '/' + str(entity.at("id"));
}

inline bool is_uuid_v4(const std::string& text) {
  if (text.size() != 36 || text[14] != '4' || std::string("89ab").find(text[19]) == std::string::npos)
    return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::string("0123456789abcdef").find(text[i]) == std::string::npos)
      return false;
  }
  return true;
}

inline json::object with(json::object of, const json::object& changes) {
  for (const auto& [key, value] : changes) of[key] = value;
  return of;
}

inline json::object without(json::object of, const std::string& key) {
  of.erase(key);
  return of;
}

/// Something that must be refused, at that field (or one below it).
struct refusal_row {
  json::object change;
  std::string field;
};

/// What create refuses, update refuses.
inline void check_refusals(const std::string& path, const json::object& valid,
                           const std::vector<refusal_row>& rows) {
  live_show show;
  const auto entity = show.rest.create(path, valid);
  const auto one = path + '/' + str(entity.at("id"));
  for (const auto& row : rows) {
    INFO(json::serialize(row.change));
    for (const auto& refused :
         {show.rest.post(path, with(valid, row.change)), show.rest.update(one, 1, row.change)}) {
      CHECK(refused.status == 400);
      CHECK(refused.code() == "VALIDATION_ERROR");
      CHECK_FALSE(refused.message().empty());
      CHECK(refused.field().substr(0, row.field.size()) == row.field);
    }
  }
  CHECK(show.rest.read(one) == entity);
}

} // namespace troupe::conformance
