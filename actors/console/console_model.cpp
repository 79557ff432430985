#include "actors/console/console_model.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace troupe::console {

void console_model::apply_link(link next) {
  if (next.state != link_state::connected && next.state != link_state::local) {
    last_number_ = 0; // frames missed while away weren't dropped on the way
    ticks_.clear();
  }
  link_ = std::move(next);
}

void console_model::apply_fixtures(std::vector<patched_fixture> fixtures, std::vector<fixture_group> groups) {
  std::map<std::string_view, std::size_t> home; // fixture id -> group
  for (std::size_t i = 0; i < groups.size(); ++i)
    for (const auto& id : groups[i].fixture_ids) {
      const auto [known, fresh] = home.emplace(id, i);
      if (!fresh && groups[i].fixture_ids.size() < groups[known->second].fixture_ids.size())
        known->second = i;
    }
  std::map<std::string_view, const patched_fixture*> patched;
  for (const auto& each : fixtures) patched.emplace(each.id, &each);

  sections_.clear();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    section next{groups[i].name, {}};
    for (const auto& id : groups[i].fixture_ids)
      if (const auto found = patched.find(id); found != patched.end() && home.at(id) == i)
        next.members.push_back({found->second->id, found->second->name});
    if (!next.members.empty()) sections_.push_back(std::move(next));
  }
  section rest{sections_.empty() ? "fixtures" : "in no group", {}};
  for (auto& each : fixtures)
    if (!home.contains(each.id)) rest.members.push_back({each.id, each.name});
  if (!rest.members.empty()) sections_.push_back(std::move(rest));
}

void console_model::apply_status(shown_status status, time now) {
  if (last_number_ == 0) ticks_.add(status.frame_number, now); // else frames tell, and a status may trail
  status_ = std::move(status);
}

void console_model::count_frame(std::uint64_t number, time now) {
  ++received_;
  const bool every_frame_comes = link_.state != link_state::local; // in this process frames are asked for
  if (every_frame_comes && last_number_ != 0 && number > last_number_ + 1)
    dropped_ += number - last_number_ - 1;
  last_number_ = number;
  ticks_.add(number, now);
}

std::vector<group_rows> console_model::rows() const {
  std::vector<group_rows> out;
  std::set<std::string_view> known;
  const auto values_of = [&](const std::string& id) -> std::optional<bundle> {
    if (!frame_) return std::nullopt;
    const auto found = frame_->fixtures.find(id);
    return found == frame_->fixtures.end() ? std::nullopt : std::optional(found->second);
  };
  for (const auto& each : sections_) {
    group_rows rows{each.name, {}};
    for (const auto& fixture : each.members) {
      known.insert(fixture.id);
      rows.fixtures.push_back({fixture.id, fixture.name, values_of(fixture.id)});
    }
    out.push_back(std::move(rows));
  }
  group_rows strangers{"not in the rig", {}};
  if (frame_)
    for (const auto& [id, values] : frame_->fixtures)
      if (!known.contains(id)) strangers.fixtures.push_back({id, id, values});
  if (!strangers.fixtures.empty()) out.push_back(std::move(strangers));
  return out;
}

} // namespace troupe::console
