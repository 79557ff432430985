#include "protocol/node_catalogue.hpp"

#include "protocol/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace troupe;

namespace {

/// `name: inputs -> outputs | params` as protocol section 5 writes them.
std::string row(const node_spec& spec) {
  std::string out(spec.name);
  out += ":";
  for (const auto& in : spec.inputs) {
    out += " " + std::string(in.name);
    if (in.type != port_type::scalar) out += ":" + std::string(port_type_name(in.type));
    if (in.required) continue;
    const auto number = [](float x) {
      std::string text;
      append_json_number(text, shortest_decimal(x));
      return text;
    };
    if (in.type == port_type::scalar) out += "=" + number(in.fallback[0]);
    if (in.type == port_type::boolean) out += in.fallback[0] != 0 ? "=true" : "=false";
    if (in.type == port_type::color)
      out += "=" + number(in.fallback[0]) + number(in.fallback[1]) + number(in.fallback[2]);
    if (in.type == port_type::position) out += "=" + number(in.fallback[0]) + number(in.fallback[1]);
  }
  out += " ->";
  for (const auto& port : spec.outputs)
    out += " " + std::string(port.name) + ":" + std::string(port_type_name(port.type));
  if (!spec.params.empty()) out += " |";
  for (const auto& param : spec.params) {
    out += " " + std::string(param.name) + ":" + std::string(param_type_name(param.type));
    if (param.type == param_type::integer)
      out += "(" + std::to_string(param.least) + ".." + std::to_string(param.most) +
             ")=" + std::to_string(param.otherwise);
    if (param.required) out += "!";
    if (!param.fallback.empty()) out += "=" + std::string(param.fallback);
    if (!param.old_name.empty()) out += " (" + std::string(param.old_name) + ")";
  }
  return out;
}

const input_spec& input_of(std::string_view node, std::string_view name) {
  const auto* spec = find_node_spec(node);
  REQUIRE(spec);
  for (const auto& in : spec->inputs)
    if (in.name == name) return in;
  throw std::runtime_error("no such input");
}

} // namespace

TEST_CASE("node catalogue: ports, defaults and params are those of the protocol",
          "[protocol][node_catalogue]") {
  const std::vector<std::string> expected{
      "Time: -> t:Scalar dt:Scalar",
      "Fader: -> value:Scalar | faderId:faderId!",
      "Button: -> pressed:Trigger down:Bool | buttonId:buttonId!",
      "Scalar: value=0 -> value:Scalar",
      "Bool: value:Bool=false -> value:Bool",
      "ColorConstant: r=1 g=1 b=1 -> color:Color",
      "PositionConstant: pan=0 tilt=0 -> position:Position",
      "SelectGroup: -> selection:Selection | groupIds:groupIds (groupId)",
      "SelectFixture: -> selection:Selection | fixtureIds:fixtureIds (fixtureId)",
      "Preset: -> bundle:Bundle | presetId:presetId!",
      "Add: a=0 b=0 -> result:Scalar",
      "Subtract: a=0 b=0 -> result:Scalar",
      "Multiply: a=1 b=1 -> result:Scalar",
      "Divide: a=1 b=1 -> result:Scalar",
      "Min: a=1 b=1 -> result:Scalar",
      "Max: a=0 b=0 -> result:Scalar",
      "Clamp01: value=0 -> result:Scalar",
      "MapRange: value=0 inMin=0 inMax=1 outMin=0 outMax=1 -> result:Scalar",
      "Smooth: value=0 smoothing=0.9 -> result:Scalar",
      "Compare: a=0 b=0 -> result:Bool | mode:enum=>",
      "Switch: condition:Bool=false a=0 b=0 -> result:Scalar",
      "SineLFO: speed=1 frequency=1 phase=0 -> value:Scalar",
      "TriangleLFO: speed=1 frequency=1 phase=0 -> value:Scalar",
      "SawLFO: speed=1 frequency=1 phase=0 -> value:Scalar",
      "SquareLFO: speed=1 frequency=1 phase=0 -> value:Scalar",
      "Noise: speed=1 seed=0 -> value:Scalar",
      "Chase: selection:Selection speed=1 width=1 -> value:Scalar",
      "Spread: selection:Selection from=0 to=1 -> value:Scalar",
      "Flash: trigger:Trigger attack=0 decay=0.5 -> value:Scalar",
      "Envelope: gate:Bool=false attack=0.1 decay=0.1 sustain=1 release=0.5 -> value:Scalar",
      "MixColor: a:Color=000 b:Color=111 mix=0.5 -> result:Color",
      "ScaleColor: color:Color=111 scale=1 -> result:Color",
      "HsvColor: h=0 s=1 v=1 -> color:Color",
      "ColorToBundle: color:Color=111 -> bundle:Bundle",
      "PositionToBundle: position:Position=00 -> bundle:Bundle",
      "ScalarToBundle: value=0 -> bundle:Bundle | attribute:enum=intensity",
      "OffsetPosition: position:Position=00 deltaPan=0 deltaTilt=0 -> result:Position",
      "ScalePosition: position:Position=00 scale=1 -> result:Position",
      "MergeBundle: base:Bundle override:Bundle -> result:Bundle",
      "ScaleBundle: bundle:Bundle scale=1 -> result:Bundle",
      "WriteAttributes: selection:Selection bundle:Bundle priority=0 -> | merge:enum=override",
      "DmxIn: -> value:Scalar | universe:integer(0..32767)=0 channel:integer(1..512)=1 resolution:enum=8bit",
      "Timecode: -> seconds:Scalar running:Bool",
  };
  const auto table = node_catalogue();
  REQUIRE(table.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(row(table[i]) == expected[i]);
}

TEST_CASE("node catalogue: the order of the table is the order of node_type", "[protocol][node_catalogue]") {
  for (std::size_t i = 0; i < node_type_count; ++i) {
    const auto type = static_cast<node_type>(i);
    CHECK(spec_of(type).type == type);
    CHECK(&node_catalogue()[i] == &spec_of(type));
  }
}

TEST_CASE("node catalogue: every type is found by its name, and nothing else", "[protocol][node_catalogue]") {
  for (const auto& spec : node_catalogue()) CHECK(find_node_spec(spec.name) == &spec);
  for (const auto* name :
       {"", "time", "Tim", "Timex", "ZZZ", "AAA", "Write", "WriteAttributesX", "__proto__"})
    CHECK(find_node_spec(name) == nullptr);
}

TEST_CASE("node catalogue: Bundle, Selection and Trigger inputs are required, except those of MergeBundle",
          "[protocol][node_catalogue]") {
  for (const auto& spec : node_catalogue())
    for (const auto& in : spec.inputs) {
      const bool without_default =
          in.type == port_type::bundle || in.type == port_type::selection || in.type == port_type::trigger;
      INFO(spec.name << "." << in.name);
      CHECK(in.required == (without_default && spec.type != node_type::merge_bundle));
    }
}

TEST_CASE("node catalogue: hard ranges are those of the protocol, and no others",
          "[protocol][node_catalogue]") {
  const auto expected = [](const node_spec& spec, const input_spec& in) -> std::pair<double, double> {
    const std::set<std::string_view> unit{"mix", "smoothing"};
    const bool component = spec.category == "constant" ? spec.outputs[0].type == port_type::color
                                                       : spec.type == node_type::hsv_color && in.name != "h";
    const std::set<std::string_view> seconds{"attack", "decay", "release"};
    if (in.type == port_type::color || component || unit.contains(in.name)) return {0, 1};
    if (in.type == port_type::position || in.name == "pan" || in.name == "tilt") return {-1, 1};
    if (seconds.contains(in.name)) return {0, 600};
    if (in.name == "frequency") return {0, 100};
    if (in.name == "width") return {0.001, 65536};
    if (in.name == "priority" && spec.type == node_type::write_attributes) return {0, 100};
    return {0, 0};
  };
  for (const auto& spec : node_catalogue())
    for (const auto& in : spec.inputs) {
      INFO(spec.name << "." << in.name);
      const auto [least, most] = expected(spec, in);
      REQUIRE(in.hard.min.has_value() == (least != most));
      REQUIRE(in.hard.max.has_value() == (least != most));
      if (least == most) continue;
      CHECK(*in.hard.min == least);
      CHECK(*in.hard.max == most);
      CHECK(*in.hint.min >= least);
      CHECK(*in.hint.max <= most);
    }
  CHECK_FALSE(input_of("Envelope", "sustain").hard.min);
  CHECK(*input_of("Envelope", "sustain").hint.max == 1);
}

TEST_CASE("node catalogue: a default lies within its own ranges", "[protocol][node_catalogue]") {
  for (const auto& spec : node_catalogue())
    for (const auto& in : spec.inputs)
      for (const auto& bounds : {in.hint, in.hard}) {
        INFO(spec.name << "." << in.name);
        const double value = shortest_decimal(in.fallback[0]);
        if (bounds.min) CHECK(value >= *bounds.min);
        if (bounds.max) CHECK(value <= *bounds.max);
      }
}

TEST_CASE("node catalogue: names are unique within a node, texts are there", "[protocol][node_catalogue]") {
  for (const auto& spec : node_catalogue()) {
    INFO(spec.name);
    std::set<std::string_view> inputs, outputs;
    for (const auto& in : spec.inputs) {
      CHECK(inputs.insert(in.name).second);
      CHECK_FALSE(in.label.empty());
    }
    for (const auto& param : spec.params) {
      CHECK(inputs.insert(param.name).second); // params and open inputs share `params` of a node
      CHECK((param.type == param_type::choice) == !param.choices.empty());
    }
    for (const auto& out : spec.outputs) CHECK(outputs.insert(out.name).second);
    CHECK_FALSE(spec.label.empty());
    CHECK_FALSE(spec.category.empty());
    CHECK(spec.summary.ends_with('.'));
  }
}

TEST_CASE("node catalogue: an edge joins what the protocol allows", "[protocol][node_catalogue]") {
  using enum port_type;
  const std::set<std::pair<port_type, port_type>> more{{trigger, boolean}, {boolean, scalar},
                                                       {trigger, scalar},  {color, bundle},
                                                       {position, bundle}, {scalar, bundle}};
  for (const auto from : {scalar, boolean, color, position, bundle, selection, trigger})
    for (const auto to : {scalar, boolean, color, position, bundle, selection, trigger}) {
      INFO(port_type_name(from) << " to " << port_type_name(to));
      CHECK(joinable(from, to) == (from == to || more.contains({from, to})));
    }
}

TEST_CASE("node catalogue: as JSON it has ports and params as objects by name",
          "[protocol][node_catalogue]") {
  const auto list = catalogue_json();
  REQUIRE(list.size() == node_type_count);
  const auto of = [&](std::string_view name) -> const boost::json::object& {
    for (const auto& one : list)
      if (one.at("type").as_string() == name) return one.as_object();
    throw std::runtime_error("no such type");
  };
  CHECK(to_json(of("Smooth").at("inputs").at("smoothing")) ==
        R"({"type":"Scalar","label":"Smoothing","default":0.9,"min":0,"max":1,"hardMin":0,"hardMax":1})");
  CHECK(to_json(of("MixColor").at("inputs").at("b").at("default")) == R"({"r":1,"g":1,"b":1})");
  CHECK(of("Switch").at("inputs").at("condition").at("default") == false);
  CHECK(to_json(of("ScalePosition").at("inputs").at("position").at("default")) == R"({"pan":0,"tilt":0})");
  CHECK_FALSE(of("WriteAttributes").at("inputs").at("bundle").as_object().contains("default"));
  CHECK(to_json(of("Compare").at("params").at("mode")) ==
        R"({"type":"enum","label":"Comparison","default":">","options":[">","<","<=",">=","=="]})");
  CHECK(to_json(of("Time").at("inputs")) == "{}");
  CHECK(of("Button").at("outputs").as_object().size() == 2);
}
