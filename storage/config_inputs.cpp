#include "storage/config_inputs.hpp"

#include "protocol/artnet.hpp"
#include "protocol/sacn.hpp"
#include "protocol/utf8.hpp"
#include "storage/config_outputs.hpp"
#include "storage/text_places.hpp"
#include "storage/yaml_reader.hpp"
#include "storage/yaml_scalar.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <boost/json/value.hpp>
#include <charconv>
#include <fmt/format.h>
#include <utility>

namespace troupe::storage {

namespace {

constexpr std::array<std::string_view, 6> sacn_keys{"universes", "name",   "firstUniverse",
                                                    "interface", "onLoss", "fadeSeconds"};
constexpr std::array<std::string_view, 6> artnet_keys{"universes", "name",   "merge",
                                                      "priority",  "onLoss", "fadeSeconds"};
constexpr std::array<std::string_view, 3> merge_keys{"universes", "mode", "showPriority"};
constexpr std::size_t most_universes =
    1'024; ///< of one protocol: what is set aside for their sources is bounded
constexpr double shortest_fade = 0.1, longest_fade = 600;

/// Reads the members of one map; the first complaint stays.
class map_reader {
 public:
  map_reader(const yaml_node& map, std::string_view what, std::span<const std::string_view> keys)
      : map_(map) {
    if (map.shape != yaml_shape::map) {
      wrong_ = fmt::format("{} is a map with {}", what, fmt::join(keys, ", "));
      return;
    }
    for (std::size_t i = 0; i + 1 < map.items.size(); i += 2)
      if (wrong_.empty() && std::find(keys.begin(), keys.end(), map.items[i].text) == keys.end())
        wrong_ = fmt::format("{} has no key {}", what, excerpt(map.items[i].text));
  }

  template <class Number>
  void whole(Number& into, std::string_view key, std::int64_t lowest, std::int64_t highest) {
    const auto* node = value(key);
    if (!node) return;
    const auto read = node->shape == yaml_shape::plain ? resolve_integer(node->text) : std::nullopt;
    const auto* number = read ? read->if_int64() : nullptr;
    if (!number || *number < lowest || *number > highest)
      return complain(fmt::format("{} is an integer from {} to {}", key, lowest, highest));
    into = static_cast<Number>(*number);
  }

  void seconds(double& into, std::string_view key) {
    const auto* node = value(key);
    if (!node) return;
    const auto number = number_of(*node);
    if (!number || *number < shortest_fade || *number > longest_fade)
      return complain(fmt::format("{} is a time from {} to {} seconds", key, shortest_fade, longest_fade));
    into = *number;
  }

  template <class Value, std::size_t N>
  void choice(Value& into, std::string_view key,
              const std::array<std::pair<std::string_view, Value>, N>& of) {
    const auto* node = value(key);
    if (!node) return;
    std::string names;
    for (const auto& [name, meaning] : of) {
      if (node->scalar() && node->text == name) {
        into = meaning;
        return;
      }
      names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
    }
    complain(fmt::format("{} is one of {}", key, names));
  }

  void name(std::string& into) {
    const auto* node = value("name");
    if (!node) return;
    if (!node->scalar() || node->text.size() > 200 || is_blank(node->text) || has_control(node->text))
      return complain("name is a name of 1 to 200 bytes");
    into = node->text;
  }

  void interface(std::string& into) {
    const auto* node = value("interface");
    if (!node) return;
    in_addr parsed{};
    if (!node->scalar() || inet_pton(AF_INET, node->text.c_str(), &parsed) != 1)
      return complain("interface is the IPv4 address of one of this machine's");
    into = node->text;
  }

  /// `[1, 5-8]`; sorted, each once.
  void universes(std::vector<std::uint16_t>& into, std::uint32_t lowest, std::uint32_t highest) {
    const auto* list = value("universes");
    if (!list || list->shape != yaml_shape::sequence || list->items.empty())
      return complain("universes is missing: a list like [1, 5-8]");
    std::vector<std::uint16_t> found;
    for (const auto& item : list->items) {
      const auto range = item.scalar() ? interval_of(item.text) : std::nullopt;
      if (!range || range->first < lowest || range->second > highest || range->first > range->second)
        return complain(
            fmt::format("universes are numbers or ranges from {} to {}, like [1, 5-8]", lowest, highest));
      if (found.size() + (range->second - range->first) >= most_universes)
        return complain(fmt::format("universes: {} at most", most_universes));
      for (auto one = range->first; one <= range->second; ++one)
        found.push_back(static_cast<std::uint16_t>(one));
    }
    std::sort(found.begin(), found.end());
    if (const auto twice = std::adjacent_find(found.begin(), found.end()); twice != found.end())
      return complain(fmt::format("universe {} is listed twice", *twice));
    into = std::move(found);
  }

  void complain(std::string what) {
    if (wrong_.empty()) wrong_ = std::move(what);
  }
  std::string take() && { return std::move(wrong_); }

 private:
  using interval = std::pair<std::uint32_t, std::uint32_t>;

  static std::optional<interval> interval_of(std::string_view text) {
    const auto number = [](std::string_view digits) -> std::optional<std::uint32_t> {
      std::uint32_t out = 0;
      const auto* end = digits.data() + digits.size();
      const auto [at, failed] = std::from_chars(digits.data(), end, out);
      if (failed != std::errc{} || at != end) return std::nullopt;
      return out;
    };
    const auto dash = text.find('-');
    const auto first = number(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number(text.substr(dash + 1));
    if (!first || !last) return std::nullopt;
    return interval{*first, *last};
  }

  /// Null if it isn't there, has no value, or something is wrong already.
  const yaml_node* value(std::string_view key) const {
    if (!wrong_.empty()) return nullptr;
    const auto* found = find_member(map_, key);
    return found && found->shape != yaml_shape::null ? found : nullptr;
  }

  const yaml_node& map_;
  std::string wrong_;
};

constexpr std::array<std::pair<std::string_view, input_loss>, 3> losses{
    {{"hold", input_loss::hold}, {"fade", input_loss::fade}, {"zero", input_loss::zero}}};
constexpr std::array<std::pair<std::string_view, artnet_merge>, 2> artnet_merges{
    {{"htp", artnet_merge::htp}, {"ltp", artnet_merge::ltp}}};
constexpr std::array<std::pair<std::string_view, merge_settings::rule>, 3> merge_modes{
    {{"htp", merge_settings::rule::htp},
     {"ltp", merge_settings::rule::ltp},
     {"priority", merge_settings::rule::priority}}};

std::string read_input(sacn_input_settings& into, const yaml_node& node) {
  map_reader read(node, "an input", sacn_keys);
  read.universes(into.universes, sacn::universe::lowest, sacn::universe::highest);
  read.name(into.name);
  read.whole(into.first_universe, "firstUniverse", sacn::universe::lowest, sacn::universe::highest);
  read.interface(into.interface);
  read.choice(into.on_loss, "onLoss", losses);
  read.seconds(into.fade_seconds, "fadeSeconds");
  if (!into.universes.empty() && into.universes.front() < into.first_universe)
    read.complain(fmt::format("universe {} comes before firstUniverse, {}", into.universes.front(),
                              into.first_universe));
  if (!into.universes.empty() && into.universes.back() - into.first_universe > artnet::port_address::highest)
    read.complain(fmt::format("universe {} is more than {} above firstUniverse", into.universes.back(),
                              artnet::port_address::highest));
  return std::move(read).take();
}

std::string read_input(artnet_input_settings& into, const yaml_node& node) {
  map_reader read(node, "an input", artnet_keys);
  read.universes(into.universes, 0, artnet::port_address::highest);
  read.name(into.name);
  read.choice(into.merge, "merge", artnet_merges);
  read.whole(into.priority, "priority", 0, sacn::highest_priority);
  read.choice(into.on_loss, "onLoss", losses);
  read.seconds(into.fade_seconds, "fadeSeconds");
  return std::move(read).take();
}

/// The Port-Address that a universe of this input becomes.
std::uint16_t address_of(const sacn_input_settings& input, std::uint16_t universe) {
  return static_cast<std::uint16_t>(universe - input.first_universe);
}
std::uint16_t address_of(const artnet_input_settings&, std::uint16_t universe) {
  return universe;
}

template <class Input>
std::string read_inputs(std::vector<Input>& into, const yaml_node& node) {
  if (node.shape != yaml_shape::sequence) return "a list of inputs is wanted";
  std::vector<Input> inputs(node.items.size());
  std::vector<std::pair<std::uint16_t, std::uint16_t>> taken; // Port-Address, universe
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (auto wrong = read_input(inputs[i], node.items[i]); !wrong.empty()) return wrong;
    for (const auto universe : inputs[i].universes)
      taken.emplace_back(address_of(inputs[i], universe), universe);
  }
  if (taken.size() > most_universes) return fmt::format("{} universes at most", most_universes);
  std::sort(taken.begin(), taken.end());
  const auto twice = std::adjacent_find(taken.begin(), taken.end(),
                                        [](const auto& a, const auto& b) { return a.first == b.first; });
  if (twice != taken.end())
    return fmt::format("two universes become universe {}: {} and {}", twice->first, twice->second,
                       std::next(twice)->second);
  into = std::move(inputs);
  return {};
}

} // namespace

std::string read_sacn_inputs(std::vector<sacn_input_settings>& into, const yaml_node& node) {
  std::vector<sacn_input_settings> made;
  if (auto wrong = read_inputs(made, node); !wrong.empty()) return wrong;
  std::vector<std::uint16_t> numbers;
  for (const auto& one : made) numbers.insert(numbers.end(), one.universes.begin(), one.universes.end());
  std::sort(numbers.begin(), numbers.end());
  if (const auto twice = std::adjacent_find(numbers.begin(), numbers.end()); twice != numbers.end())
    return fmt::format("universe {} is listed twice", *twice);
  into = std::move(made);
  return {};
}

std::string read_artnet_inputs(std::vector<artnet_input_settings>& into, const yaml_node& node) {
  return read_inputs(into, node);
}

std::string read_merge(merge_settings& into, const yaml_node& output) {
  const auto* node = find_member(output, "merge");
  if (!node || node->shape == yaml_shape::null) return {};
  map_reader read(*node, "merge", merge_keys);
  read.universes(into.universes, 0, artnet::port_address::highest);
  read.choice(into.mode, "mode", merge_modes);
  read.whole(into.show_priority, "showPriority", 0, sacn::highest_priority);
  return std::move(read).take();
}

std::span<const std::string_view> sacn_input_keys() noexcept {
  return sacn_keys;
}

std::span<const std::string_view> artnet_input_keys() noexcept {
  return artnet_keys;
}

} // namespace troupe::storage
