#include "tests/storage/storage_support.hpp"

#include "storage/config.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

using numbers = std::vector<std::uint16_t>;

config settings(std::string_view yaml) {
  const auto read = parse_config(yaml, "c.yaml", {}, {});
  INFO(yaml);
  REQUIRE(read);
  return *read;
}

/// What is said of one wrong list of inputs, without place and key.
std::string complaint(std::string_view kind, std::string_view item) {
  const auto read = parse_config(fmt::format("inputs: {{{}: [{}]}}\n", kind, item), "c.yaml", {}, {});
  if (read) return "none";
  CHECK(read.error().size() == 1);
  const auto text = to_string(read.error().front());
  const auto start = fmt::format("inputs.{}: ", kind);
  const auto at = text.find(start);
  REQUIRE(at != std::string::npos);
  CHECK(text.starts_with("c.yaml:1:"));
  return text.substr(at + start.size());
}

} // namespace

TEST_CASE("settings: nothing is received, and nothing merged, by default", "[storage][unit]") {
  const auto documented =
      settings(read_text(std::filesystem::path(TROUPE_SOURCE_DIR) / "configs/troupe.yaml"));
  for (const auto& c : {config{}, documented}) {
    CHECK(c.inputs.sacn.empty());
    CHECK(c.inputs.artnet.empty());
    CHECK_FALSE(c.inputs.timecode);
    CHECK(c.inputs.sacn_port == 5568);
    CHECK(c.inputs.artnet_port == 6454);
    CHECK(c.artnet.outputs.at(0).merge.universes.empty());
    CHECK(c.sacn.outputs.at(0).merge.universes.empty());
  }
}

TEST_CASE("settings: inputs, with every key", "[storage][unit]") {
  const auto c = settings(R"(
inputs:
  sacn:
    - {universes: [8, 5-6], name: desk, firstUniverse: 5, interface: 10.0.0.6, onLoss: fade, fadeSeconds: 1.5}
    - {universes: ["63999"], firstUniverse: 60000}
  artnet:
    - {universes: [32767], name: old, merge: ltp, priority: 150, onLoss: zero}
    - {universes: [0]}
  timecode: true
  sacnPort: 6568
  artnetPort: 7454
)");
  REQUIRE(c.inputs.sacn.size() == 2);
  const auto& desk = c.inputs.sacn[0];
  CHECK(desk.universes == numbers{5, 6, 8});
  CHECK(desk.name == "desk");
  CHECK(desk.first_universe == 5);
  CHECK(desk.interface == "10.0.0.6");
  CHECK(desk.on_loss == input_loss::fade);
  CHECK(desk.fade_seconds == 1.5);
  CHECK(c.inputs.sacn[1].on_loss == input_loss::hold);
  REQUIRE(c.inputs.artnet.size() == 2);
  const auto& old = c.inputs.artnet[0];
  CHECK(old.universes == numbers{32767});
  CHECK(old.merge == artnet_merge::ltp);
  CHECK(old.priority == 150);
  CHECK(old.on_loss == input_loss::zero);
  CHECK(c.inputs.artnet[1].priority == 100);
  CHECK(c.inputs.timecode);
  CHECK(c.inputs.sacn_port == 6568);
  CHECK(c.inputs.artnet_port == 7454);
}

TEST_CASE("settings: outputs that merge", "[storage][unit]") {
  const auto c =
      settings("artnet: {outputs: [{destination: a, merge: {universes: [3, 0-1], mode: priority, "
               "showPriority: 90}}]}\n"
               "sacn: {outputs: [{destination: multicast, merge: {universes: [7], mode: ltp}}]}\n");
  const auto& artnet = c.artnet.outputs.at(0).merge;
  CHECK(artnet.universes == numbers{0, 1, 3});
  CHECK(artnet.mode == merge_settings::rule::priority);
  CHECK(artnet.show_priority == 90);
  const auto& sacn = c.sacn.outputs.at(0).merge;
  CHECK(sacn.universes == numbers{7});
  CHECK(sacn.mode == merge_settings::rule::ltp);
  CHECK(sacn.show_priority == 100);
  for (const auto* wrong : {"{}", "[]", "{universes: []}", "{universes: [0], mode: add}",
                            "{universes: [0], showPriority: 201}", "{universes: [0], also: 1}"}) {
    INFO(wrong);
    CHECK_FALSE(parse_config(fmt::format("artnet: {{outputs: [{{destination: a, merge: {}}}]}}\n", wrong),
                             "c.yaml", {}, {}));
  }
}

TEST_CASE("settings: inputs that make no sense are refused with the reason", "[storage][unit]") {
  CHECK(complaint("sacn", "{name: x}") == "universes is missing: a list like [1, 5-8]");
  CHECK(complaint("sacn", "{universes: 1}") == "universes is missing: a list like [1, 5-8]");
  const std::string ranges = "universes are numbers or ranges from 1 to 63999, like [1, 5-8]";
  for (const auto* wrong : {"0", "64000", "5-4", "-5", "5-", "x", "1.5", "[1]"}) {
    INFO(wrong);
    CHECK(complaint("sacn", fmt::format("{{universes: [{}]}}", wrong)) == ranges);
  }
  CHECK(complaint("artnet", "{universes: [32768]}") ==
        "universes are numbers or ranges from 0 to 32767, like [1, 5-8]");
  CHECK(complaint("sacn", "{universes: [1, 1]}") == "universe 1 is listed twice");
  CHECK(complaint("sacn", "{universes: [1]}, {universes: [5], firstUniverse: 5}") ==
        "two universes become universe 0: 1 and 5");
  CHECK(complaint("sacn", "{universes: [5]}, {universes: [5], firstUniverse: 5}") ==
        "universe 5 is listed twice");
  CHECK(complaint("artnet", "{universes: [3]}, {universes: [1-4]}") ==
        "two universes become universe 3: 3 and 3");
  CHECK(complaint("sacn", "{universes: [4], firstUniverse: 5}") ==
        "universe 4 comes before firstUniverse, 5");
  CHECK(complaint("sacn", "{universes: [63999]}") == "universe 63999 is more than 32767 above firstUniverse");
  CHECK(complaint("sacn", "{universes: [1-2000]}") == "universes: 1024 at most");
  CHECK(complaint("sacn", "{universes: [1-1000]}, {universes: [1001-2000]}") == "1024 universes at most");
  CHECK(complaint("sacn", "{universes: [1], interface: eth0}") ==
        "interface is the IPv4 address of one of this machine's");
  CHECK(complaint("sacn", "{universes: [1], onLoss: keep}") == "onLoss is one of hold, fade, zero");
  CHECK(complaint("sacn", "{universes: [1], fadeSeconds: 0}") ==
        "fadeSeconds is a time from 0.1 to 600 seconds");
  CHECK(complaint("sacn", "{universes: [1], priority: 1}") == "an input has no key priority");
  CHECK(complaint("artnet", "{universes: [1], merge: max}") == "merge is one of htp, ltp");
  CHECK(complaint("artnet", "{universes: [1], priority: 201}") == "priority is an integer from 0 to 200");
  CHECK(complaint("artnet", "{universes: [1], name: \"\"}") == "name is a name of 1 to 200 bytes");
  CHECK(complaint("artnet", "7") ==
        "an input is a map with universes, name, merge, priority, onLoss, fadeSeconds");
}
