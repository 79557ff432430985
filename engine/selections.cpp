#include "engine/selections.hpp"

#include "engine/graph_check.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::engine {

namespace {

std::uint64_t content_hash(const std::vector<std::uint32_t>& slots) {
  std::uint64_t hash = slots.size();
  for (const auto slot : slots) hash = (hash ^ slot) * 0x9e3779b97f4a7c15u ^ (hash >> 29);
  return hash;
}

std::vector<domain::span> spans_of(const std::vector<std::uint32_t>& slots) {
  std::vector<domain::span> spans;
  for (std::uint32_t i = 0; i < slots.size(); ++i) {
    if (i > 0 && slots[i] == slots[i - 1] + 1)
      ++spans.back().count;
    else
      spans.push_back({slots[i], i, 1});
  }
  return spans;
}

} // namespace

selection_pool::selection_pool(const show_state& show, const rig& where)
    : show_(show), rig_(where), place_of_(where.slots->ids().size(), none) {}

void selection_pool::add_fixture(std::vector<std::uint32_t>& slots, std::string_view id) {
  const auto slot = rig_.slot_of(id);
  if (!slot || place_of_[*slot] != none) return;
  place_of_[*slot] = 0;
  slots.push_back(*slot);
}

std::uint32_t selection_pool::named(char kind, const std::vector<std::string_view>& ids) {
  std::string key(1, kind);
  for (const auto id : ids) key.append(std::to_string(id.size())).append(1, ':').append(id);
  const auto [known, fresh] =
      by_name_.try_emplace(std::move(key), static_cast<std::uint32_t>(selections_.size()));
  if (!fresh) return known->second;

  selection made;
  for (const auto id : ids) {
    if (kind == 'f') {
      add_fixture(made.slots, id);
    } else if (const auto* members = show_.find_as<group>(entity_kind::group, id)) {
      for (const auto& fixture_id : members->fixture_ids) add_fixture(made.slots, fixture_id);
    }
  }
  for (const auto slot : made.slots) place_of_[slot] = none;
  auto ascending = made.slots;
  std::sort(ascending.begin(), ascending.end());
  made.domain = intern(std::move(ascending));
  selections_.push_back(std::move(made));
  return known->second;
}

std::uint32_t selection_pool::intern(std::vector<std::uint32_t> ascending_slots) {
  const auto hash = content_hash(ascending_slots);
  const auto [begin, end] = by_content_.equal_range(hash);
  for (auto at = begin; at != end; ++at)
    if (domains_[at->second].slots == ascending_slots) return at->second;
  const auto index = static_cast<std::uint32_t>(domains_.size());
  by_content_.emplace(hash, index);
  auto spans = spans_of(ascending_slots);
  domains_.push_back({std::move(ascending_slots), std::move(spans)});
  return index;
}

std::uint32_t selection_pool::join(std::uint32_t a, std::uint32_t b) {
  if (a == b) return a;
  const auto [known, fresh] = joined_.try_emplace(std::minmax(a, b), 0);
  if (!fresh) return known->second;
  std::vector<std::uint32_t> both;
  const auto& x = domains_[a].slots;
  const auto& y = domains_[b].slots;
  both.reserve(x.size() + y.size());
  std::set_union(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(both));
  known->second = intern(std::move(both));
  return known->second;
}

std::vector<std::uint32_t> selection_pool::places(std::uint32_t inner, std::uint32_t outer) const {
  const auto& part = domains_[inner].slots;
  const auto& all = domains_[outer].slots;
  std::vector<std::uint32_t> out;
  out.reserve(part.size());
  std::uint32_t at = 0;
  for (const auto slot : part) {
    while (all[at] != slot) ++at;
    out.push_back(at);
  }
  return out;
}

std::vector<float> selection_pool::indices(std::uint32_t selection, std::uint32_t domain) {
  const auto& slots = selections_[selection].slots;
  for (std::uint32_t i = 0; i < slots.size(); ++i) place_of_[slots[i]] = i;
  std::vector<float> out;
  out.reserve(domains_[domain].slots.size());
  for (const auto slot : domains_[domain].slots)
    out.push_back(place_of_[slot] == none ? -1.0f : static_cast<float>(place_of_[slot]));
  for (const auto slot : slots) place_of_[slot] = none;
  return out;
}

} // namespace troupe::engine
