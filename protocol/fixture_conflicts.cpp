#include "protocol/fixture_conflicts.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

namespace troupe {

namespace {

struct patched {
  record_ptr fixture;
  std::uint16_t universe;
  std::uint16_t start, end;
};

std::vector<patched> patched_fixtures(const show_state& state) {
  std::vector<patched> out;
  out.reserve(state.count(entity_kind::fixture));
  state.each(entity_kind::fixture, [&](const record_ptr& record) {
    const auto& value = record->as<fixture>();
    const auto* model = state.find_as<fixture_model>(entity_kind::model, value.model_id);
    if (!model || model->footprint() == 0) return;
    const auto end = std::min<std::uint32_t>(value.start_channel + model->footprint() - 1U, dmx_channels);
    out.push_back({record, value.universe, value.start_channel, static_cast<std::uint16_t>(end)});
  });
  std::stable_sort(out.begin(), out.end(), [](const patched& a, const patched& b) {
    return a.universe != b.universe ? a.universe < b.universe : a.start < b.start;
  });
  return out;
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
      conflict_.fixtures = std::move(members_);
      out.push_back(std::move(conflict_));
    }
    *this = cluster{};
  }

 private:
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
