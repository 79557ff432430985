#include "protocol/node_catalogue.hpp"
#include "tests/engine/random_show.hpp"

#include <array>

namespace troupe::test {
namespace {

namespace json = boost::json;

double extreme(dice& roll) {
  static constexpr std::array values{0.0,  -0.0,  1.0,    -1.0,  1e-30, -1e-30, 1e6,   -1e6,
                                     1e30, -1e30, 3.4e38, 1e300, 0.5,   2.0,    1e-45, 16'777'217.0};
  return values[roll.below(values.size())];
}

/// Within the hard range, mostly within the hint, with the corners often.
double number(dice& roll, const input_spec& port, bool wild) {
  if (wild && roll.chance(40) && !port.hard.min && !port.hard.max) return extreme(roll);
  const double least = port.hard.min ? *port.hard.min : port.hint.min.value_or(-2);
  const double most = port.hard.max ? *port.hard.max : port.hint.max.value_or(3);
  switch (roll.below(7)) {
  case 0:
    return wild ? least : std::max(least, 0.0);
  case 1:
    return wild ? most : std::min(most, 1.0);
  case 2:
    return port.fallback[0];
  case 3:
    return roll.real(least, most);
  default:
    return roll.real(std::max(least, -1.0), std::min(most, 2.0));
  }
}

std::string pool_id(dice& roll, std::string_view prefix, int count) {
  return std::string(prefix) + std::to_string(roll.below(static_cast<std::size_t>(count)));
}

class graph_builder {
 public:
  graph_builder(dice& roll, const plain_show& show)
      : roll_(roll), show_(show), wild_(roll.chance(15)), focus_(roll.chance(45)) {}

  graph make() {
    out_.name = "any";
    const int loose = roll_.between(2, 16);
    for (int i = 0; i < loose; ++i) add(random_type());
    for (int i = roll_.between(1, 4); i-- > 0;) add(node_type::write_attributes);
    roll_.shuffle(out_.nodes);
    if (roll_.chance(50)) roll_.shuffle(out_.edges);
    return std::move(out_);
  }

 private:
  struct source {
    std::string node;
    std::string_view port;
    port_type type;
    bool varying;
  };

  node_type random_type() {
    if (focus_ && roll_.chance(50)) {
      static constexpr std::array stateful{
          node_type::smooth,     node_type::sine_lfo, node_type::triangle_lfo,
          node_type::saw_lfo,    node_type::noise,    node_type::chase,
          node_type::square_lfo, node_type::flash,    node_type::envelope};
      return roll_.pick(stateful);
    }
    if (roll_.chance(20)) return roll_.chance(50) ? node_type::chase : node_type::spread;
    for (;;) {
      const auto type = static_cast<node_type>(roll_.below(node_type_count));
      if (type != node_type::write_attributes) return type;
    }
  }

  void add(node_type type) {
    const auto& spec = spec_of(type);
    graph_node n;
    n.id = "n" + std::to_string(out_.nodes.size());
    n.type = spec.name;
    n.x = 10.0 * static_cast<double>(out_.nodes.size());
    // The suppliers come first, so the id of this node is fixed only afterwards.
    std::vector<std::pair<source, std::string_view>> links;
    const bool leave_base = type == node_type::merge_bundle && roll_.chance(15);
    const bool leave_override = type == node_type::merge_bundle && !leave_base && roll_.chance(15);
    for (const auto& port : spec.inputs) {
      if ((leave_base && port.name == "base") || (leave_override && port.name == "override")) continue;
      const bool needed = !has_constant(port.type);
      if (needed || roll_.chance(focus_ ? 65 : 45))
        if (const auto from = supplier(port.type, needed)) links.emplace_back(*from, port.name);
      if (has_constant(port.type) && roll_.chance(65))
        n.params[port.name] = random_constant(roll_, port, wild_);
    }
    add_params(spec, n);
    n.id = "n" + std::to_string(out_.nodes.size());
    for (const auto& [from, port] : links)
      out_.edges.push_back(make_edge("e" + std::to_string(out_.edges.size()),
                                     {from.node, std::string(from.port)}, {n.id, std::string(port)}));
    const bool varying =
        type == node_type::chase || type == node_type::spread ||
        std::any_of(links.begin(), links.end(), [](const auto& link) { return link.first.varying; });
    for (const auto& port : spec.outputs) sources_.push_back({n.id, port.name, port.type, varying});
    out_.nodes.push_back(std::move(n));
  }

  static bool has_constant(port_type type) {
    return type != port_type::selection && type != port_type::bundle && type != port_type::trigger;
  }

  std::optional<source> supplier(port_type wanted, bool needed) {
    std::vector<source> fitting;
    for (const auto& s : sources_)
      if (joinable(s.type, wanted)) fitting.push_back(s);
    if (needed && (fitting.empty() || roll_.chance(25))) {
      add(maker(wanted));
      for (auto s = sources_.rbegin(); s != sources_.rend(); ++s)
        if (joinable(s->type, wanted)) return *s;
    }
    if (fitting.empty()) return std::nullopt;
    if (focus_ && roll_.chance(60)) {
      std::vector<source> varying;
      for (const auto& f : fitting)
        if (f.varying) varying.push_back(f);
      if (!varying.empty()) fitting = std::move(varying);
    }
    // Late sources make deep chains, early ones share.
    if (roll_.chance(50))
      return fitting[fitting.size() - 1 - roll_.below(std::min<std::size_t>(3, fitting.size()))];
    return fitting[roll_.below(fitting.size())];
  }

  node_type maker(port_type wanted) {
    switch (wanted) {
    case port_type::selection:
      return roll_.chance(50) ? node_type::select_group : node_type::select_fixture;
    case port_type::trigger:
      return node_type::button;
    default:
      return roll_.pick(std::array{node_type::color_to_bundle, node_type::scalar_to_bundle,
                                   node_type::position_to_bundle, node_type::preset,
                                   node_type::scale_bundle});
    }
  }

  void add_params(const node_spec& spec, graph_node& n) {
    for (const auto& p : spec.params) {
      switch (p.type) {
      case param_type::fader_id:
        n.params[p.name] = pool_id(roll_, "A", 4);
        break;
      case param_type::button_id:
        n.params[p.name] = pool_id(roll_, "B", 3);
        break;
      case param_type::preset_id:
        n.params[p.name] = pool_id(roll_, "p", 4);
        break;
      case param_type::choice:
        if (roll_.chance(80)) n.params[p.name] = roll_.pick(p.choices);
        break;
      case param_type::integer: // few values, so that what the network sends is met
        if (roll_.chance(80))
          n.params[p.name] = roll_.chance(10) ? p.most : roll_.between(p.least, p.least + 3);
        break;
      case param_type::group_ids:
        add_ids(p, n, groups());
        break;
      case param_type::fixture_ids:
        add_ids(p, n, fixtures());
        break;
      }
    }
  }

  std::vector<std::string> groups() {
    std::vector<std::string> ids;
    if (focus_ && !show_.groups.empty()) return {roll_.pick(show_.groups).id};
    for (int i = roll_.between(0, 3); i-- > 0;) ids.push_back(pool_id(roll_, "g", 5));
    return ids;
  }

  std::vector<std::string> fixtures() {
    auto ids = random_fixture_ids(roll_, show_);
    if (!ids.empty() && roll_.chance(15)) ids.push_back(ids.front());
    return ids;
  }

  void add_ids(const param_spec& p, graph_node& n, const std::vector<std::string>& ids) {
    if (roll_.chance(5)) return; // no param at all: an empty selection
    if (!p.old_name.empty() && ids.size() == 1 && roll_.chance(50)) {
      n.params[p.old_name] = ids.front();
      return;
    }
    n.params[p.name] = json::array(ids.begin(), ids.end());
  }

  dice& roll_;
  const plain_show& show_;
  bool wild_;
  bool focus_; ///< on varying state, and on groups that exist and change
  graph out_;
  std::vector<source> sources_;
};

} // namespace

json::value random_constant(dice& roll, const input_spec& port, bool wild) {
  const auto level = [&](double least) {
    return roll.chance(30) ? static_cast<double>(roll.between(static_cast<int>(least), 1))
                           : roll.real(least, 1);
  };
  switch (port.type) {
  case port_type::boolean:
    return roll.chance(50);
  case port_type::color:
    return json::object{{"r", level(0)}, {"g", level(0)}, {"b", level(0)}};
  case port_type::position:
    return json::object{{"pan", level(-1)}, {"tilt", level(-1)}};
  default: {
    const double value = number(roll, port, wild);
    // Whole numbers come as JSON integers as often as not.
    if (value == static_cast<double>(static_cast<std::int64_t>(std::clamp(value, -1e6, 1e6))) &&
        roll.chance(50))
      return static_cast<std::int64_t>(value);
    return value;
  }
  }
}

graph random_graph(dice& roll, const plain_show& show) {
  return graph_builder(roll, show).make();
}

void break_graph(dice& roll, graph& value) {
  const auto some_node = [&]() -> graph_node& { return value.nodes[roll.below(value.nodes.size())]; };
  const auto some_edge = [&]() -> graph_edge& { return value.edges[roll.below(value.edges.size())]; };
  if (value.nodes.empty()) {
    value.nodes.push_back(make_node("odd", "Nonsense"));
    return;
  }
  const auto spec = [](const graph_node& n) { return find_node_spec(n.type); };
  switch (roll.below(value.edges.empty() ? 8 : 14)) {
  case 0:
    some_node().type = "Nonsense";
    break;
  case 1:
    value.nodes.push_back(some_node());
    break;  // the id twice
  case 2: { // a constant out of range, or of the wrong JSON type
    auto& n = some_node();
    static const std::array<json::value, 9> wrong{json::value("red"),
                                                  json::value(1e9),
                                                  json::value(-1e9),
                                                  json::value(nullptr),
                                                  json::value(json::array{1, 2}),
                                                  json::value(true),
                                                  json::value(json::object{{"r", 1}}),
                                                  json::value(json::object{{"r", 2}, {"g", 0}, {"b", 0}}),
                                                  json::value(json::object{{"pan", 0}, {"tilt", "x"}})};
    if (spec(n))
      for (const auto& port : spec(n)->inputs)
        if (roll.chance(60)) n.params[port.name] = wrong[roll.below(wrong.size())];
    break;
  }
  case 3: { // a param of the wrong JSON type, empty or unknown
    auto& n = some_node();
    static const std::array<json::value, 7> wrong{json::value(""),
                                                  json::value(3),
                                                  json::value("nonsense"),
                                                  json::value(json::array{"g0", 3}),
                                                  json::value(json::object{}),
                                                  json::value(nullptr),
                                                  json::value(json::array{""})};
    if (spec(n))
      for (const auto& p : spec(n)->params) n.params[p.name] = wrong[roll.below(wrong.size())];
    break;
  }
  case 4: { // an id that is missing
    auto& n = some_node();
    if (spec(n))
      for (const auto& p : spec(n)->params) n.params.erase(p.name);
    break;
  }
  case 5: { // an edge between any two ports
    const auto &a = some_node(), &b = some_node();
    if (spec(a) && spec(b) && !spec(a)->outputs.empty() && !spec(b)->inputs.empty())
      value.edges.push_back(make_edge("odd" + std::to_string(value.edges.size()),
                                      port_ref{a.id, std::string(roll.pick(spec(a)->outputs).name)},
                                      port_ref{b.id, std::string(spec(b)->inputs[0].name)}));
    break;
  }
  case 6:
    value.edges.push_back(make_edge("odd", {some_node().id, "value"}, {"n-gone", "value"}));
    break;
  case 7: {
    const auto from = some_node().id;
    value.edges.push_back(make_edge("odd", {from, "nonsense"}, {some_node().id, "value"}));
    break;
  }
  case 8:
    some_edge().to.port = "nonsense";
    break;
  case 9:
    some_edge().from.node_id = "n-gone";
    break;
  case 10:
    value.edges.push_back(some_edge());
    break;   // the id twice, and the port
  case 11: { // a second edge into one port
    auto copy = some_edge();
    copy.id = "odd" + std::to_string(value.edges.size());
    value.edges.push_back(copy);
    break;
  }
  case 12:
    value.edges.erase(value.edges.begin() + roll.below(value.edges.size()));
    break;
  default: { // backwards: most often a cycle
    auto& e = some_edge();
    for (const auto& n : value.nodes)
      if (n.id == e.to.node_id && spec(n) && !spec(n)->outputs.empty())
        for (const auto& m : value.nodes)
          if (m.id == e.from.node_id && spec(m) && !spec(m)->inputs.empty()) {
            value.edges.push_back(make_edge("back" + std::to_string(value.edges.size()),
                                            {n.id, std::string(spec(n)->outputs[0].name)},
                                            {m.id, std::string(roll.pick(spec(m)->inputs).name)}));
            return;
          }
  }
  }
}

} // namespace troupe::test
