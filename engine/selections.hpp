#pragma once
// Sets and sequences of fixtures while a graph is compiled. Equal ones are one, so a graph whose thousand
// nodes name one group costs that group once.

#include "engine/program.hpp"
#include "engine/rig.hpp"
#include "protocol/show_state.hpp"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe::engine {

/// Slots in an order, each once.
struct selection {
  std::vector<std::uint32_t> slots;
  std::uint32_t domain = 0; ///< the same as a set
};

class selection_pool {
 public:
  selection_pool(const show_state& show, const rig& where);

  /// The union of groups, or the fixtures named, in order; those that don't exist are skipped.
  std::uint32_t groups(const std::vector<std::string_view>& ids) { return named('g', ids); }
  std::uint32_t fixtures(const std::vector<std::string_view>& ids) { return named('f', ids); }

  const selection& at(std::uint32_t index) const { return selections_[index]; }
  const std::vector<domain>& domains() const noexcept { return domains_; }

  /// @returns the domain of all fixtures of both
  std::uint32_t join(std::uint32_t a, std::uint32_t b);

  /// By element of `inner`, a part of `outer`: where it stands in `outer`.
  std::vector<std::uint32_t> places(std::uint32_t inner, std::uint32_t outer) const;

  /// By element of the domain: the place in the selection, -1 for fixtures outside it.
  std::vector<float> indices(std::uint32_t selection, std::uint32_t domain);

 private:
  std::uint32_t named(char kind, const std::vector<std::string_view>& ids);
  void add_fixture(std::vector<std::uint32_t>& slots, std::string_view id);
  std::uint32_t intern(std::vector<std::uint32_t> ascending_slots);

  const show_state& show_;
  const rig& rig_;
  std::vector<selection> selections_;
  std::vector<domain> domains_;
  std::unordered_map<std::string, std::uint32_t> by_name_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> by_content_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> joined_;
  std::vector<std::uint32_t> place_of_; // by slot, scratch: all `none` between calls
};

} // namespace troupe::engine
