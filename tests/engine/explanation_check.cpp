#include "tests/engine/explanation_check.hpp"

#include "engine/columns.hpp"

#include <algorithm>
#include <bit>

namespace troupe::test {

namespace {

using engine::attribute_story;
using engine::column_bits;
using engine::merge_mode;

constexpr std::array attributes{has_intensity, has_color, has_pan, has_tilt, has_zoom};

bool same(const engine::cell_values& a, const engine::cell_values& b, std::uint8_t mask) {
  for (std::size_t c = 0; c < column_count; ++c)
    if ((mask & column_bits[c]) && std::bit_cast<std::uint32_t>(a[c]) != std::bit_cast<std::uint32_t>(b[c]))
      return false;
  return true;
}

/// As the protocol defines a sum.
float added(std::size_t c, float a, float b) {
  return std::clamp(a + b, engine::is_signed(c) ? -1.0f : 0.0f, 1.0f) + 0.0f;
}

/// The value from the write that it rests on and those that were added to it.
engine::cell_values retold(const engine::explained_cell& cell, const attribute_story& story) {
  engine::cell_values values{};
  for (const auto& part : story.parts) {
    const auto& write = cell.writes[part.write];
    if (part.overridden_by != attribute_story::nobody) continue;
    for (std::size_t c = 0; c < column_count; ++c)
      values[c] = write.mode == merge_mode::add ? added(c, values[c], write.values[c]) : write.values[c];
  }
  return values;
}

std::string wrong_with_story(const engine::explained_cell& cell, std::uint8_t attribute) {
  const auto story = engine::tell(cell, attribute);
  const bool written = (cell.written & attribute) != 0;
  if (written != (story.state == engine::attribute_state::written)) return "the state is wrong";
  if (written != (story.from != attribute_story::nobody)) return "nobody, or somebody, is named";
  if (!written) return story.parts.empty() ? "" : "somebody wrote what isn't written";
  if (!same(story.values, cell.values, attribute)) return "the story has another value";
  if (!same(retold(cell, story), cell.values, attribute)) return "those who show don't make the value";
  for (const auto& part : story.parts)
    if (part.write == story.from && part.overridden_by != attribute_story::nobody)
      return "the one that shows is overridden";
  return {};
}

std::string wrong_with_level(const engine::cell_question& asked, const dmx_data& levels) {
  const auto& all = levels.addresses;
  const auto at = std::lower_bound(all.begin(), all.end(), asked.level->universe);
  const bool there = at != all.end() && *at == asked.level->universe;
  if (there != asked.answer->level.has_value()) return "a level is there, or isn't";
  if (!there) return {};
  const auto universe = static_cast<std::size_t>(at - all.begin());
  return *asked.answer->level == levels.levels[universe * dmx_channels + asked.level->channel - 1u]
             ? ""
             : "the level is wrong";
}

} // namespace

std::vector<engine::cell_question> random_questions(dice& roll, const engine::rig& rig,
                                                    const show_state& show) {
  std::vector<engine::cell_question> asked;
  const auto& slots = rig.places->by_slot();
  for (int i = roll.between(0, 4); i-- > 0 && !slots.empty();) {
    const auto& one = roll.pick(slots);
    engine::cell_question question{one.id,
                                   roll.below(one.cells + (roll.chance(5) ? 2 : 0) + (one.cells == 0))};
    if (const auto* patched = show.find_as<fixture>(entity_kind::fixture, one.id))
      question.level = dmx_address{patched->universe, patched->start_channel};
    asked.push_back(std::move(question));
  }
  if (roll.chance(10)) asked.push_back({"nobody", 0});
  return asked;
}

std::string wrong_with(const engine::cell_question& asked, const engine::rig& rig, const frame_data& frame,
                       const dmx_data& levels) {
  const auto where = asked.fixture_id + "." + std::to_string(asked.cell) + ": ";
  const auto slot = rig.slot_of(asked.fixture_id);
  const auto cells = slot ? rig.places->by_slot()[*slot].cells : 0;
  if ((asked.cell < cells) != (asked.answer != nullptr)) return where + "an answer is there, or isn't";
  if (!asked.answer) return {};
  const auto& told = *asked.answer;
  if (told.time.frame_number != frame.time.frame_number) return where + "another frame";
  std::uint8_t written = 0;
  for (const auto& one : told.writes) written = static_cast<std::uint8_t>(written | one.mask);
  if (written != told.written) return where + "the writes write something else";
  if (!told.writes.empty() && !same(told.writes.back().after, told.values, written))
    return where + "the writes make another value";
  if (cells == 1) {
    engine::cell_values values{};
    for (std::size_t c = 0; c < column_count; ++c) values[c] = frame.values[c][*slot];
    if (frame.mask[*slot] != written || !same(values, told.values, written))
      return where + "the frame has something else";
  }
  for (const auto attribute : attributes)
    if (auto wrong = wrong_with_story(told, attribute); !wrong.empty()) return where + wrong;
  if (asked.level)
    if (auto wrong = wrong_with_level(asked, levels); !wrong.empty()) return where + wrong;
  return {};
}

} // namespace troupe::test
