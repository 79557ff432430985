#include "protocol/cell_layout.hpp"

#include "protocol/patch_rules.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;

namespace {

/// A model with channels up to `size`.
fixture_model strip(std::uint32_t cells, std::uint16_t size = 3, span_mode span = span_mode::aligned,
                    std::optional<std::uint16_t> footprint = {}) {
  fixture_model model;
  for (std::uint16_t i = 1; i <= size; ++i) model.channels.push_back({fmt::format("c{}", i), i});
  if (cells != 1) model.cells = cells;
  model.cell_footprint = footprint;
  model.span = span;
  return model;
}

fixture at(int universe, int channel) {
  fixture patch;
  patch.universe = static_cast<std::uint16_t>(universe);
  patch.start_channel = static_cast<std::uint16_t>(channel);
  return patch;
}

/// `universe.channel` of a cell.
std::string place(const fixture_model& model, const fixture& patch, std::uint32_t cell) {
  const auto found = cell_layout{model, patch}.at(cell);
  return fmt::format("{}.{}", found.universe, found.channel);
}

/// The field that is wrong, or nothing.
std::string fault(const fixture_model& model, const fixture& patch) {
  const auto found = find_patch_fault(model, patch);
  return found ? std::string{found->field} : "";
}

} // namespace

TEST_CASE("cell layout: 170 RGB cells fill a universe when aligned", "[protocol][cells]") {
  const auto model = strip(400);
  CHECK(cell_layout{model, at(2, 1)}.cells() == 400);
  CHECK(place(model, at(2, 1), 0) == "2.1");
  CHECK(place(model, at(2, 1), 1) == "2.4");
  CHECK(place(model, at(2, 1), 169) == "2.508");
  CHECK(place(model, at(2, 1), 170) == "3.1");
  CHECK(place(model, at(2, 1), 339) == "3.508");
  CHECK(place(model, at(2, 1), 340) == "4.1");
}

TEST_CASE("cell layout: a run that starts in the middle fills up its first universe", "[protocol][cells]") {
  const auto model = strip(400);
  CHECK(place(model, at(0, 505), 0) == "0.505");
  CHECK(place(model, at(0, 505), 1) == "0.508");
  CHECK(place(model, at(0, 505), 2) == "1.1"); // 511 and 512 are too few
  CHECK(place(model, at(0, 505), 171) == "1.508");
  CHECK(place(model, at(0, 505), 172) == "2.1");
  CHECK(place(model, at(0, 510), 0) == "0.510");
  CHECK(place(model, at(0, 510), 1) == "1.1");
}

TEST_CASE("cell layout: packed cells straddle the border", "[protocol][cells]") {
  const auto model = strip(400, 3, span_mode::packed);
  CHECK(place(model, at(0, 1), 170) == "0.511");
  CHECK(place(model, at(0, 1), 171) == "1.2");
  CHECK(place(model, at(0, 512), 0) == "0.512");
  CHECK(place(model, at(0, 512), 1) == "1.3");
  CHECK(place(strip(4, 4, span_mode::packed), at(0, 509), 1) == "1.1");
}

TEST_CASE("cell layout: cellFootprint leaves channels free behind each cell", "[protocol][cells]") {
  const auto model = strip(300, 3, span_mode::aligned, 4);
  CHECK(place(model, at(0, 1), 1) == "0.5");
  CHECK(place(model, at(0, 1), 127) == "0.509");
  CHECK(place(model, at(0, 1), 128) == "1.1");
  // The free channels belong to the cell: one that would fit without them begins the next universe.
  CHECK(place(model, at(0, 2), 126) == "0.506");
  CHECK(place(model, at(0, 2), 127) == "1.1");
  CHECK(place(strip(300, 3, span_mode::packed, 4), at(0, 2), 127) == "0.510");
  // The first one stands where it was patched.
  CHECK(place(model, at(0, 510), 0) == "0.510");
  CHECK(place(model, at(0, 510), 1) == "1.1");
}

TEST_CASE("cell layout: a fixture of one cell is where it was patched", "[protocol][cells]") {
  for (const auto span : {span_mode::aligned, span_mode::packed}) {
    const auto model = strip(1, 11, span);
    CHECK(cell_layout{model, at(7, 400)}.cells() == 1);
    CHECK(place(model, at(7, 400), 0) == "7.400");
    CHECK(place(model, at(7, 511), 0) == "7.511"); // out of a damaged file
  }
}

TEST_CASE("cell layout: without channels each cell is taken for one channel", "[protocol][cells]") {
  const auto model = strip(600, 0);
  CHECK(place(model, at(0, 1), 511) == "0.512");
  CHECK(place(model, at(0, 1), 512) == "1.1");
  CHECK(fault(model, at(32'767, 512)).empty()); // there is nothing that could lie outside
}

TEST_CASE("cell layout: cells as large as a universe take one each", "[protocol][cells]") {
  CHECK(place(strip(3, 512), at(0, 1), 2) == "2.1");
  CHECK(place(strip(3, 512, span_mode::packed), at(0, 2), 2) == "2.2");
  CHECK(place(strip(65'536, 512, span_mode::packed), at(32'767, 512), 65'535) == "98302.512");
}

TEST_CASE("patch rules: a cell that stays whole must fit where it is patched", "[protocol][cells]") {
  for (const auto cells : {1u, 5u}) {
    CHECK(fault(strip(cells), at(0, 510)).empty());
    CHECK(fault(strip(cells), at(0, 511)) == "startChannel");
  }
  CHECK(find_patch_fault(strip(1, 11), at(0, 503))->reason == "would end at channel 513, past 512");
}

TEST_CASE("patch rules: several packed cells may begin anywhere, a single one may not", "[protocol][cells]") {
  CHECK(fault(strip(2, 3, span_mode::packed), at(0, 512)).empty());
  CHECK(fault(strip(1, 3, span_mode::packed), at(0, 511)) == "startChannel");
}

TEST_CASE("patch rules: the last cell must end within the last universe", "[protocol][cells]") {
  CHECK(fault(strip(340), at(32'766, 1)).empty());
  CHECK(fault(strip(341), at(32'766, 1)) == "universe");
  CHECK(fault(strip(170), at(32'767, 1)).empty());
  CHECK(fault(strip(170), at(32'767, 4)) == "universe");
  CHECK(fault(strip(170, 3, span_mode::packed), at(32'767, 3)).empty());
  CHECK(fault(strip(170, 3, span_mode::packed), at(32'767, 4)) == "universe"); // its last channel alone
  // Free channels behind the last cell needn't exist.
  CHECK(fault(strip(128, 3, span_mode::packed, 4), at(32'767, 2)).empty());
  CHECK(find_patch_fault(strip(65'536), at(32'767, 1))->reason == "would end in universe 33152, past 32767");
}
