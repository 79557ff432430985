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

/// Fixtures in an order, each once.
struct selection {
  std::vector<std::uint32_t> slots;
  std::uint32_t cells = 0;  ///< of all of them
  std::uint32_t domain = 0; ///< the cells as a set
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
  std::vector<std::uint32_t> elements(std::uint32_t inner, std::uint32_t outer) const;

  /// By element of the domain: which cell of the selection it is, -1 for those outside it.
  std::vector<float> indices(std::uint32_t selection, std::uint32_t domain);

 private:
  std::uint32_t named(char kind, const std::vector<std::string_view>& ids);
  template <class Visit>
  void each_cell(const selection& of, Visit&& visit) const;
  void add_fixture(std::vector<std::uint32_t>& slots, std::string_view id);
  std::uint32_t intern(std::vector<std::uint32_t> ascending_places);

  const show_state& show_;
  const rig& rig_;
  std::vector<selection> selections_;
  std::vector<domain> domains_;
  std::unordered_map<std::string, std::uint32_t> by_name_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> by_content_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> joined_;
  std::vector<std::uint32_t> marked_;   // by slot, scratch: all 0 between calls
  std::vector<std::uint32_t> index_of_; // by place, scratch: all `none` between calls; made when needed
};

} // namespace troupe::engine
