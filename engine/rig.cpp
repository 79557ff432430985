#include "engine/rig.hpp"

#include "engine/patch.hpp"
#include "engine/rig_division.hpp"
#include "protocol/cell_layout.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace troupe::engine {

bool rig::same_places(const rig& other) const noexcept {
  return places == other.places &&
         std::equal(parts.begin(), parts.end(), other.parts.begin(), other.parts.end(),
                    [](const rig_part& a, const rig_part& b) { return a.places == b.places; });
}

namespace {

constexpr std::uint32_t nowhere = ~std::uint32_t{0};

fixture_extent extent_of(const patched_fixture& one) {
  const auto first = one.patch->universe;
  if (!one.model) return {first, first, 1};
  const cell_layout cells(*one.model, *one.patch);
  const auto end = cells.at(cells.cells() - 1);
  auto last = end.universe;
  const std::uint32_t last_channel = end.channel - 1u + std::max<std::uint32_t>(one.model->footprint(), 1u);
  if (one.model->span == span_mode::packed && cells.cells() > 1) last += (last_channel - 1) / dmx_channels;
  return {first, static_cast<std::uint16_t>(std::min(last, max_universe)), cells.cells()};
}

class rig_maker {
 public:
  rig_maker(const show_state& show, const rig_options& options, const rig* previous)
      : show_(show), options_(options), previous_(previous), parts_(std::max<std::size_t>(options.parts, 1)) {
  }

  std::shared_ptr<const rig> run() {
    read_fixtures();
    part_of_ = divide_rig(extents_, options_, previous_);
    place();
    lay_out();
    made_->parts.resize(parts_);
    for (std::uint32_t part = 0; part < parts_; ++part) make_part(part);
    find_moves();
    return made_;
  }

 private:
  void read_fixtures() {
    show_.each(entity_kind::fixture, [&](const record_ptr& record) {
      const auto& patch = record->as<fixture>();
      fixtures_.push_back({0, 0, &patch, show_.find_as<fixture_model>(entity_kind::model, patch.model_id)});
      extents_.push_back(extent_of(fixtures_.back()));
      wanted_.push_back({record->id, extents_.back().cells});
      records_.push_back(record);
    });
  }

  /// Along the universes, part by part: then what a stage works on lies together.
  void place() {
    std::vector<std::uint32_t> placing(fixtures_.size());
    std::iota(placing.begin(), placing.end(), 0u);
    const auto key = [&](std::uint32_t i) {
      return std::tuple(part_of_[i], fixtures_[i].patch->universe, fixtures_[i].patch->start_channel, i);
    };
    std::sort(placing.begin(), placing.end(), [&](auto a, auto b) { return key(a) < key(b); });
    made_->places = assign_places(wanted_, placing, previous_ ? previous_->places : nullptr);
    order_.reserve(fixtures_.size());
    for (std::size_t i = 0; i < fixtures_.size(); ++i) {
      const auto slot = *made_->places->find(wanted_[i].id);
      fixtures_[i].slot = slot;
      fixtures_[i].place = made_->places->by_slot()[slot].first;
      order_.push_back(slot);
    }
  }

  void lay_out() {
    if (previous_ && made_->places == previous_->places && previous_->fixtures->order == order_) {
      made_->fixtures = previous_->fixtures;
      return;
    }
    auto layout = std::make_shared<fixture_layout>();
    std::uint32_t colors = 0;
    for (const auto& one : made_->places->by_slot()) {
      layout->ids.push_back(one.id);
      layout->cell_begins.push_back(colors);
      if (one.cells > 1) colors += one.cells;
    }
    layout->cell_begins.push_back(colors);
    if (colors == 0) layout->cell_begins.clear();
    layout->order = order_;
    made_->fixtures = std::move(layout);
  }

  bool keeps_division() const { return previous_ && previous_->parts.size() == parts_; }

  void find_moves() {
    if (parts_ < 2 || !keeps_division()) return;
    std::vector<std::uint32_t> before(previous_->places->by_slot().size(), nowhere);
    for (std::uint32_t part = 0; part < parts_; ++part)
      for (const auto slot : previous_->parts[part].places->slots) before[slot] = part;
    struct cargo {
      std::vector<place_set::range> ranges;
      std::vector<std::uint16_t> addresses;
    };
    std::map<std::pair<std::size_t, std::size_t>, cargo> moved; // by from and to
    for (std::size_t i = 0; i < fixtures_.size(); ++i) {
      const auto slot = fixtures_[i].slot;
      const auto& now = made_->places->by_slot()[slot];
      if (slot >= before.size() || before[slot] == part_of_[i] || before[slot] == nowhere) continue;
      if (previous_->places->by_slot()[slot] != now) continue; // it starts afresh
      moved[{before[slot], part_of_[i]}].ranges.push_back({now.first, now.first + now.cells});
    }
    for (std::size_t to = 0; to < parts_; ++to)
      for (const auto address : made_->parts[to].addresses)
        for (std::size_t from = 0; from < parts_; ++from) {
          const auto& had = previous_->parts[from].addresses;
          if (from != to && std::binary_search(had.begin(), had.end(), address))
            moved[{from, to}].addresses.push_back(address);
        }
    for (auto& [between, what] : moved)
      made_->moves.push_back(
          {between.first, between.second, place_set(std::move(what.ranges)), std::move(what.addresses)});
  }

  void make_part(std::uint32_t part) {
    auto& out = made_->parts[part];
    auto places = std::make_shared<part_places>();
    places->table = made_->places;
    std::vector<patched_fixture> mine;
    std::vector<place_set::range> ranges;
    for (std::size_t i = 0; i < fixtures_.size(); ++i) {
      if (part_of_[i] != part) continue;
      const auto& one = fixtures_[i];
      mine.push_back(one);
      places->slots.push_back(one.slot);
      ranges.push_back({one.place, one.place + extents_[i].cells});
      for (std::uint32_t u = extents_[i].first; u <= extents_[i].last; ++u)
        out.addresses.push_back(static_cast<std::uint16_t>(u));
    }
    std::sort(out.addresses.begin(), out.addresses.end());
    out.addresses.erase(std::unique(out.addresses.begin(), out.addresses.end()), out.addresses.end());
    std::sort(places->slots.begin(), places->slots.end());
    places->places = place_set(std::move(ranges));
    const auto* before = keeps_division() ? previous_->parts[part].places.get() : nullptr;
    if (before && before->table == places->table && before->slots == places->slots)
      out.places = previous_->parts[part].places;
    else
      out.places = std::move(places);
    out.patch = make_patch_plan(mine, out.addresses, options_.release);
  }

  const show_state& show_;
  const rig_options& options_;
  const rig* previous_;
  std::size_t parts_;
  std::vector<record_ptr> records_; // whose ids `wanted_` names
  std::vector<patched_fixture> fixtures_;
  std::vector<fixture_extent> extents_;
  std::vector<place_request> wanted_;
  std::vector<std::uint32_t> part_of_, order_;
  std::shared_ptr<rig> made_ = std::make_shared<rig>();
};

} // namespace

std::shared_ptr<const rig> make_rig(const show_state& show, const rig_options& options, const rig* previous) {
  return rig_maker(show, options, previous).run();
}

} // namespace troupe::engine
