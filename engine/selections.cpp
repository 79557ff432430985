#include "engine/selections.hpp"

#include "engine/graph_check.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::engine {

namespace {

std::uint64_t content_hash(const std::vector<std::uint32_t>& places) {
  std::uint64_t hash = places.size();
  for (const auto place : places) hash = (hash ^ place) * 0x9e3779b97f4a7c15u ^ (hash >> 29);
  return hash;
}

} // namespace

selection_pool::selection_pool(const show_state& show, const rig& where)
    : show_(show), rig_(where), marked_(where.places->by_slot().size(), 0) {}

void selection_pool::add_fixture(std::vector<std::uint32_t>& slots, std::string_view id) {
  const auto slot = rig_.slot_of(id);
  if (!slot || marked_[*slot]) return;
  marked_[*slot] = 1;
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
  for (const auto slot : made.slots) {
    marked_[slot] = 0;
    made.cells += rig_.places->by_slot()[slot].cells;
  }
  std::vector<std::uint32_t> ascending;
  ascending.reserve(made.cells);
  each_cell(made, [&](std::uint32_t place) { ascending.push_back(place); });
  std::sort(ascending.begin(), ascending.end());
  made.domain = intern(std::move(ascending));
  selections_.push_back(std::move(made));
  return known->second;
}

template <class Visit>
void selection_pool::each_cell(const selection& of, Visit&& visit) const {
  for (const auto slot : of.slots) {
    const auto& where = rig_.places->by_slot()[slot];
    for (std::uint32_t cell = 0; cell < where.cells; ++cell) visit(where.first + cell);
  }
}

std::uint32_t selection_pool::intern(std::vector<std::uint32_t> ascending_places) {
  const auto hash = content_hash(ascending_places);
  const auto [begin, end] = by_content_.equal_range(hash);
  for (auto at = begin; at != end; ++at)
    if (domains_[at->second].places == ascending_places) return at->second;
  const auto index = static_cast<std::uint32_t>(domains_.size());
  by_content_.emplace(hash, index);
  domains_.emplace_back(std::move(ascending_places));
  return index;
}

std::uint32_t selection_pool::join(std::uint32_t a, std::uint32_t b) {
  if (a == b) return a;
  const auto [known, fresh] = joined_.try_emplace(std::minmax(a, b), 0);
  if (!fresh) return known->second;
  std::vector<std::uint32_t> both;
  const auto& x = domains_[a].places;
  const auto& y = domains_[b].places;
  both.reserve(x.size() + y.size());
  std::set_union(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(both));
  known->second = intern(std::move(both));
  return known->second;
}

std::vector<std::uint32_t> selection_pool::elements(std::uint32_t inner, std::uint32_t outer) const {
  return elements_in(domains_[inner], domains_[outer]);
}

std::vector<float> selection_pool::indices(std::uint32_t selection, std::uint32_t domain) {
  index_of_.resize(rig_.places->places(), none);
  const auto& chosen = selections_[selection];
  std::uint32_t next = 0;
  each_cell(chosen, [&](std::uint32_t place) { index_of_[place] = next++; });
  std::vector<float> out;
  out.reserve(domains_[domain].places.size());
  for (const auto place : domains_[domain].places)
    out.push_back(index_of_[place] == none ? -1.0f : static_cast<float>(index_of_[place]));
  each_cell(chosen, [&](std::uint32_t place) { index_of_[place] = none; });
  return out;
}

} // namespace troupe::engine
