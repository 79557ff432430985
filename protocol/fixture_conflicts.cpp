#include "protocol/fixture_conflicts.hpp"

#include "protocol/cell_layout.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <unordered_map>

namespace troupe {

namespace {

/// Channels of one universe that a fixture takes without a gap.
struct patched {
  record_ptr fixture;
  std::uint16_t universe;
  std::uint16_t start, end;
};

class patch_list {
 public:
  void add(const record_ptr& record, const fixture_model& model) {
    const auto& patch = record->as<fixture>();
    const cell_layout layout{model, patch};
    const auto cells = layout.cells();
    size_ = model.footprint();
    const auto gapless = size_ >= model.cell_footprint.value_or(0) ? cells : 1;
    straddles_ = cells > 1 && model.span == span_mode::packed;
    // As many cells at a time as stand behind each other: one, if there are free channels between them.
    for (std::uint32_t cell = 0; cell < cells;) {
      const auto place = layout.at(cell);
      if (place.universe > max_universe) return;
      const auto room =
          straddles_ ? cells : std::max<std::uint32_t>((dmx_channels + 1u - place.channel) / size_, 1);
      const auto run = std::min({gapless, room, cells - cell});
      add(record, place, std::uint64_t{run} * size_);
      cell += run;
    }
  }

  std::vector<patched> take() {
    std::stable_sort(all_.begin(), all_.end(), [](const patched& a, const patched& b) {
      return a.universe != b.universe ? a.universe < b.universe : a.start < b.start;
    });
    return std::move(all_);
  }

 private:
  void add(const record_ptr& record, cell_place from, std::uint64_t channels) {
    while (channels > 0 && from.universe <= max_universe) {
      const auto here = std::min<std::uint64_t>(channels, dmx_channels + 1u - from.channel);
      all_.push_back({record, static_cast<std::uint16_t>(from.universe), from.channel,
                      static_cast<std::uint16_t>(from.channel + here - 1)});
      if (!straddles_) return; // what doesn't fit has no channels
      channels -= here;
      from = {from.universe + 1, 1};
    }
  }

  std::vector<patched> all_;
  std::uint32_t size_ = 0; // of a cell
  bool straddles_ = false;
};

std::vector<patched> patched_fixtures(const show_state& state) {
  patch_list out;
  state.each(entity_kind::fixture, [&](const record_ptr& record) {
    const auto* model = state.find_as<fixture_model>(entity_kind::model, record->as<fixture>().model_id);
    if (model && model->footprint() > 0) out.add(record, *model);
  });
  return out.take();
}

/// Fixtures in order, each of which begins before the ones in front of it have ended.
class cluster {
 public:
  bool takes(const patched& next) const {
    return !members_.empty() && next.universe == conflict_.universe && next.start <= end_;
  }

  void add(const patched& next) {
    if (!members_.empty()) {
      // Whatever lies below the furthest end so far is shared from here to where the shorter one ends.
      if (members_.size() == 1) conflict_.from = next.start;
      conflict_.to = std::max(conflict_.to, std::min(end_, next.end));
    } else {
      conflict_.universe = next.universe;
      conflict_.to = 0;
    }
    end_ = std::max(end_, next.end);
    members_.push_back({next.fixture, next.start, next.end});
  }

  void close(std::vector<fixture_conflict>& out) {
    if (members_.size() > 1) {
      join_cells();
      conflict_.fixtures = std::move(members_);
      out.push_back(std::move(conflict_));
    }
    *this = cluster{};
  }

 private:
  /// Each fixture once, where its first cell begins, up to where its last one ends.
  void join_cells() {
    std::unordered_map<const entity_record*, std::size_t> known;
    std::size_t kept = 0;
    for (auto& each : members_) {
      const auto [at, first] = known.emplace(each.fixture.get(), kept);
      if (first)
        members_[kept++] = each;
      else
        members_[at->second].end_channel = each.end_channel;
    }
    members_.resize(kept);
  }

  fixture_conflict conflict_;
  std::vector<conflicting_fixture> members_;
  std::uint16_t end_ = 0;
};

} // namespace

std::vector<fixture_conflict> fixture_conflicts(const show_state& state) {
  std::vector<fixture_conflict> out;
  cluster current;
  for (const auto& next : patched_fixtures(state)) {
    if (!current.takes(next)) current.close(out);
    current.add(next);
  }
  current.close(out);
  return out;
}

boost::json::array to_json_value(const std::vector<fixture_conflict>& conflicts) {
  boost::json::array out;
  for (const auto& conflict : conflicts) {
    boost::json::array fixtures;
    for (const auto& each : conflict.fixtures)
      fixtures.push_back(boost::json::object{{"id", each.fixture->id},
                                             {"name", each.fixture->as<fixture>().name},
                                             {"startChannel", each.start_channel},
                                             {"endChannel", each.end_channel}});
    out.push_back(boost::json::object{{"universe", conflict.universe},
                                      {"from", conflict.from},
                                      {"to", conflict.to},
                                      {"fixtures", std::move(fixtures)}});
  }
  return out;
}

} // namespace troupe
