#pragma once
// Graphs around one node, for the tests of the node catalogue.

#include "engine/math.hpp"
#include "tests/engine/engine_stage.hpp"

#include <string>
#include <vector>

namespace troupe::test {

/// The node `x` of this type: its one scalar output as the intensity of one fixture.
inline float scalar_of(const std::string& type, const std::string& params,
                       const std::string& output = "result") {
  return once(writing({{"x", type, params}}, {}, "x." + output)).value("f0");
}

/// The same mapped from -10..10 to 0..1, for values that an intensity can't hold.
inline float wide(const std::string& type, const std::string& params, const std::string& output = "result") {
  const auto g = writing({{"x", type, params}, {"m", "MapRange", R"({"inMin":-10,"inMax":10})"}},
                         {"x." + output + " > m.value"}, "m.result");
  return once(g).value("f0") * 20.f - 10.f;
}

inline std::vector<float> colour_of(const std::string& type, const std::string& params,
                                    const std::string& output = "result") {
  const auto stage = once(writing({{"x", type, params}}, {}, "x." + output));
  return {stage.value("f0", column::red), stage.value("f0", column::green), stage.value("f0", column::blue)};
}

/// Intensities of f0, f1…
inline std::vector<float> row(const engine_stage& stage, int count) {
  std::vector<float> out;
  for (int i = 0; i < count; ++i) out.push_back(stage.value("f" + std::to_string(i)));
  return out;
}

inline graph selecting(const std::string& type, const std::string& params, const std::string& group = "g") {
  return writing({{"s", "SelectGroup", R"({"groupIds":[")" + group + R"("]})"}, {"x", type, params}},
                 {"s.selection > x.selection"}, "x.value");
}

} // namespace troupe::test
