#include "actors/cli/render_script.hpp"

#include "storage/text_places.hpp"
#include "storage/yaml_json.hpp"
#include "storage/yaml_reader.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace troupe::cli {

namespace {

namespace json = boost::json;
using std::string_view;
using storage::yaml_fault;
using storage::yaml_node;

template <class T>
using parsed = tl::expected<T, yaml_fault>;

tl::unexpected<yaml_fault> wrong(const yaml_node& node, std::string reason) {
  return tl::unexpected(yaml_fault{node.offset, std::move(reason)});
}

/// Ids and actions are text whatever they look like.
const storage::text_fields& event_fields() {
  static const storage::text_fields any_text{true, nullptr, {}};
  const auto* text = &any_text;
  static const storage::text_fields fields{
      false, nullptr, {{"fader", text}, {"button", text}, {"action", text}, {"graph", text}}};
  return fields;
}

/// One event as a map whose values are known to be JSON.
class event_reader {
 public:
  event_reader(const yaml_node& node, const json::object& members, const script_names& names)
      : node_(node), members_(members), names_(names) {}

  parsed<script_event> read() const {
    auto at = time();
    if (!at) return tl::unexpected(at.error());
    const std::array<bool, 4> subjects{has("fader"), has("button"), has("graph"), has("universe")};
    if (std::count(subjects.begin(), subjects.end(), true) != 1)
      return wrong(node_, "an event has one of fader, button, graph and universe");
    auto what = subjects[0] ? fader() : subjects[1] ? button() : subjects[2] ? graph() : dmx();
    if (!what) return tl::unexpected(what.error());
    return script_event{*at, std::move(*what)};
  }

 private:
  using change = decltype(script_event::what);

  bool has(string_view key) const { return members_.contains(key); }

  /// The node of a member that is there.
  const yaml_node& place(string_view key) const { return *storage::find_member(node_, key); }

  parsed<void> only(string_view subject, std::initializer_list<string_view> details) const {
    for (std::size_t i = 0; i + 1 < node_.items.size(); i += 2) {
      const string_view key = node_.items[i].text;
      if (key != "at" && key != subject && std::find(details.begin(), details.end(), key) == details.end())
        return wrong(node_.items[i], fmt::format("{} is no field of a {} event", key, subject));
    }
    for (const auto detail : details)
      if (!has(detail)) return wrong(node_, fmt::format("{} is missing", detail));
    return {};
  }

  parsed<int> whole(string_view key, int least, int most) const {
    const auto read = number(key, least, most);
    if (!read) return tl::unexpected(read.error());
    if (std::floor(*read) != *read) return wrong(place(key), fmt::format("{} must be a whole number", key));
    return static_cast<int>(*read);
  }

  parsed<double> number(string_view key, double least, double most) const {
    const auto& value = members_.at(key);
    const double read = value.is_number() ? value.to_number<double>() : NAN;
    if (!(read >= least && read <= most))
      return wrong(place(key), fmt::format("{} must be a number from {} to {}", key, least, most));
    return read;
  }

  parsed<std::int64_t> time() const {
    if (!has("at")) return wrong(node_, "at is missing: the time of the event in seconds");
    const auto seconds = number("at", 0, latest_event);
    if (!seconds) return tl::unexpected(seconds.error());
    return static_cast<std::int64_t>(std::floor(*seconds * 1e9 + 0.5));
  }

  parsed<std::string> text(string_view key) const {
    const auto* value = members_.at(key).if_string();
    if (!value) return wrong(place(key), fmt::format("{} must be a string", key));
    return std::string(value->data(), value->size());
  }

  parsed<std::string> known(string_view key, const std::vector<std::string>& ids) const {
    auto id = text(key);
    if (id && !std::binary_search(ids.begin(), ids.end(), *id))
      return wrong(place(key), fmt::format("there is no {} {}", key, *id));
    return id;
  }

  parsed<change> fader() const {
    if (auto fine = only("fader", {"value"}); !fine) return tl::unexpected(fine.error());
    auto id = known("fader", names_.controls.faders);
    if (!id) return tl::unexpected(id.error());
    const auto value = number("value", 0, 1);
    if (!value) return tl::unexpected(value.error());
    return change{fader_event{std::move(*id), static_cast<float>(*value)}};
  }

  parsed<change> button() const {
    if (auto fine = only("button", {"action"}); !fine) return tl::unexpected(fine.error());
    auto id = known("button", names_.controls.buttons);
    if (!id) return tl::unexpected(id.error());
    const auto word = text("action");
    if (!word) return tl::unexpected(word.error());
    for (const auto& [name, action] : {std::pair<string_view, button_action>{"down", button_action::down},
                                       {"up", button_action::up},
                                       {"press", button_action::press}})
      if (*word == name) return change{button_event{std::move(*id), action}};
    return wrong(place("action"), "action must be down, up or press");
  }

  parsed<change> graph() const {
    if (auto fine = only("graph", {"enabled"}); !fine) return tl::unexpected(fine.error());
    auto id = text("graph");
    if (!id) return tl::unexpected(id.error());
    if (!names_.has_graph(*id)) return wrong(place("graph"), fmt::format("there is no graph {}", *id));
    const auto* enabled = members_.at("enabled").if_bool();
    if (!enabled) return wrong(place("enabled"), "enabled must be true or false");
    return change{graph_event{std::move(*id), *enabled}};
  }

  parsed<change> dmx() const {
    if (auto fine = only("universe", {"channel", "level"}); !fine) return tl::unexpected(fine.error());
    const auto universe = whole("universe", 0, 32'767);
    if (!universe) return tl::unexpected(universe.error());
    const auto channel = whole("channel", 1, 512);
    if (!channel) return tl::unexpected(channel.error());
    const auto level = whole("level", 0, 255);
    if (!level) return tl::unexpected(level.error());
    return change{dmx_event{static_cast<std::uint16_t>(*universe), static_cast<std::uint16_t>(*channel),
                            static_cast<std::uint8_t>(*level)}};
  }

  const yaml_node& node_;
  const json::object& members_;
  const script_names& names_;
};

parsed<script_event> read_event(const storage::yaml_item& item, const script_names& names) {
  if (!item.faults.empty()) return tl::unexpected(item.faults.front());
  if (item.node.shape != storage::yaml_shape::map)
    return wrong(item.node, "an event is a map like {at: 1.5, fader: A, value: 0.5}");
  const auto value = storage::to_json(item.node, event_fields());
  if (!value) return tl::unexpected(value.error());
  return event_reader(item.node, value->get_object(), names).read();
}

} // namespace

script_result parse_script(string_view text, string_view file, const script_names& names) {
  text = storage::without_bom(text);
  const storage::text_places places(text);
  std::vector<storage::problem> problems;
  const auto complain = [&](const yaml_fault& fault) {
    const auto place = places.at(fault.offset);
    problems.push_back({std::string(file), place.line, place.column, fault.reason, {}, true});
  };
  const auto refuse = [&](const yaml_fault& fault) {
    problems.clear(); // what was read before the file turned out not to parse is void
    complain(fault);
    return tl::unexpected(std::move(problems));
  };
  if (const auto flaw = storage::find_text_flaw(text))
    return refuse({static_cast<std::uint32_t>(flaw->offset), flaw->reason});
  std::vector<script_event> events;
  const auto root = storage::read_yaml(text, [&](const storage::yaml_item& item) {
    auto event = read_event(item, names);
    if (event)
      events.push_back(std::move(*event));
    else
      complain(event.error());
  });
  if (!root) return refuse(root.error());
  if (!root->empty && root->node.shape != storage::yaml_shape::sequence)
    return refuse({root->node.offset, "a script is a list of events"});
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  std::stable_sort(events.begin(), events.end(),
                   [](const script_event& a, const script_event& b) { return a.at_ns < b.at_ns; });
  return events;
}

} // namespace troupe::cli
