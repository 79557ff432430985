#include "protocol/node_catalogue.hpp"
#include "tests/engine/oracle.hpp"

#include <cmath>
#include <functional>

namespace troupe::test {
namespace {

namespace json = boost::json;

/// One compilation, stage after stage as in protocol section 4.
class checker {
 public:
  checker(const graph& g, const plain_show& show) : g_(g), show_(show) {}

  compile_result run() {
    node_types();
    if (!failed()) cycle();
    if (failed()) return finish();
    for (const auto& n : g_.nodes) depend(n);
    node_ids();
    edges();
    for (const auto& n : g_.nodes)
      if (live(n)) required_inputs(n);
    for (const auto& n : g_.nodes)
      if (live(n)) params(n);
    for (const auto& n : g_.nodes)
      if (live(n)) references(n);
    return finish();
  }

 private:
  bool failed() const {
    return std::any_of(out_.errors.begin(), out_.errors.end(), [](const auto& e) { return !e.warning; });
  }

  compile_result finish() {
    out_.ok = !failed();
    return std::move(out_);
  }

  void report(compile_code code, std::string node, std::string_view port = {}, bool warning = false) {
    out_.errors.push_back({std::move(node), std::string(port), {}, code, warning});
  }

  const graph_node* node(const std::string& id) const {
    for (const auto& n : g_.nodes)
      if (n.id == id) return &n;
    return nullptr;
  }

  static const node_spec& spec(const graph_node& n) { return *find_node_spec(n.type); }

  static const input_spec* input_of(const graph_node& n, const std::string& port) {
    for (const auto& p : spec(n).inputs)
      if (p.name == port) return &p;
    return nullptr;
  }

  static const output_spec* output_of(const graph_node& n, const std::string& port) {
    for (const auto& p : spec(n).outputs)
      if (p.name == port) return &p;
    return nullptr;
  }

  /// The edge that feeds a port: the first one. Edges belong to the first node with an id.
  const graph_edge* edge_into(const graph_node& n, std::string_view port) const {
    if (node(n.id) != &n) return nullptr;
    for (const auto& e : g_.edges)
      if (e.to.node_id == n.id && e.to.port == port) return &e;
    return nullptr;
  }

  void node_types() {
    for (const auto& n : g_.nodes)
      if (!find_node_spec(n.type)) report(compile_code::unknown_node_type, n.id);
  }

  void cycle() {
    for (const auto& n : g_.nodes) {
      std::set<std::string> seen;
      std::function<bool(const std::string&)> reaches = [&](const std::string& at) {
        for (const auto& e : g_.edges) {
          if (e.from.node_id != at || !node(e.to.node_id)) continue; // the ports may be unknown
          if (e.to.node_id == n.id) return true;
          if (seen.insert(e.to.node_id).second && reaches(e.to.node_id)) return true;
        }
        return false;
      };
      if (reaches(n.id)) return report(compile_code::cycle_detected, n.id);
    }
  }

  void node_ids() {
    for (const auto& n : g_.nodes)
      if (node(n.id) != &n) report(compile_code::invalid_param, n.id);
  }

  void edges() {
    std::set<std::string> ids;
    std::set<std::pair<std::string, std::string>> taken;
    for (const auto& e : g_.edges) {
      const auto *from = node(e.from.node_id), *to = node(e.to.node_id);
      if (!ids.insert(e.id).second) report(compile_code::invalid_param, e.to.node_id, e.to.port);
      // An edge to nowhere is reported at the node that it touches, if it touches one.
      if (!from)
        report(compile_code::invalid_param, to ? e.to.node_id : e.from.node_id, to ? e.to.port : e.from.port);
      if (!to)
        report(compile_code::invalid_param, from ? e.from.node_id : e.to.node_id,
               from ? e.from.port : e.to.port);
      const auto* out = from ? output_of(*from, e.from.port) : nullptr;
      const auto* in = to ? input_of(*to, e.to.port) : nullptr;
      if (from && !out) report(compile_code::invalid_param, e.from.node_id, e.from.port);
      if (to && !in) report(compile_code::invalid_param, e.to.node_id, e.to.port);
      if (in && !taken.insert({e.to.node_id, e.to.port}).second)
        report(compile_code::invalid_param, e.to.node_id, e.to.port);
      if (in && out && !joinable(out->type, in->type))
        report(compile_code::type_mismatch, e.to.node_id, e.to.port);
    }
  }

  /// Whether a write can be reached.
  bool live(const graph_node& n) {
    const auto known = live_.find(&n);
    return known != live_.end() ? known->second : (live_[&n] = reaches_write(n));
  }

  bool reaches_write(const graph_node& n) {
    if (spec(n).type == node_type::write_attributes) return true;
    for (const auto& e : g_.edges)
      if (const auto* to = node(e.to.node_id); node(e.from.node_id) == &n && to)
        if (input_of(*to, e.to.port) && edge_into(*to, e.to.port) == &e && live(*to)) return true;
    return false;
  }

  void required_inputs(const graph_node& n) {
    if (spec(n).type == node_type::merge_bundle) {
      if (!edge_into(n, "base") && !edge_into(n, "override"))
        report(compile_code::missing_connection, n.id, "base");
      return;
    }
    for (const auto& p : spec(n).inputs) {
      const bool constant =
          p.type != port_type::selection && p.type != port_type::bundle && p.type != port_type::trigger;
      if (!constant && !edge_into(n, p.name)) report(compile_code::missing_connection, n.id, p.name);
    }
  }

  static bool within(const json::value* value, const range& hard) {
    if (!value || !value->is_number()) return false;
    const double x = value->to_number<double>();
    return std::isfinite(x) && !(hard.min && x < *hard.min) && !(hard.max && x > *hard.max);
  }

  static bool constant_fits(const json::value& value, const input_spec& port) {
    switch (port.type) {
    case port_type::scalar:
      return within(&value, port.hard);
    case port_type::boolean:
      return value.is_bool();
    case port_type::color: {
      const auto* c = value.if_object();
      const range hard{0.0, 1.0};
      return c && within(c->if_contains("r"), hard) && within(c->if_contains("g"), hard) &&
             within(c->if_contains("b"), hard);
    }
    case port_type::position: {
      const auto* c = value.if_object();
      const range hard{-1.0, 1.0};
      return c && within(c->if_contains("pan"), hard) && within(c->if_contains("tilt"), hard);
    }
    default:
      return true;
    }
  }

  void params(const graph_node& n) {
    for (const auto& p : spec(n).inputs)
      if (const auto* value = n.params.if_contains(p.name); value && !constant_fits(*value, p))
        report(compile_code::invalid_param, n.id, p.name);
    for (const auto& p : spec(n).params)
      if (!param_fits(n, p)) report(compile_code::invalid_param, n.id, p.name);
  }

  static bool strings(const json::value& value) {
    if (!value.is_array()) return false;
    for (const auto& x : value.get_array())
      if (!x.is_string()) return false;
    return true;
  }

  static bool param_fits(const graph_node& n, const param_spec& p) {
    const auto* value = n.params.if_contains(p.name);
    switch (p.type) {
    case param_type::fader_id:
    case param_type::button_id:
    case param_type::preset_id:
      return value && value->is_string() && !value->get_string().empty();
    case param_type::choice:
      if (!value) return true;
      if (!value->is_string()) return false;
      for (const auto choice : p.choices)
        if (value->get_string() == choice) return true;
      return false;
    case param_type::integer: {
      if (!value) return true;
      if (!value->is_number()) return false;
      const auto number = value->to_number<double>();
      return number >= p.least && number <= p.most && number == std::floor(number);
    }
    default: {
      const auto* old = n.params.if_contains(p.old_name);
      return (!value || strings(*value)) && (!old || old->is_string());
    }
    }
  }

  static void add(std::vector<std::string>& list, const std::string& id) {
    if (!id.empty() && std::find(list.begin(), list.end(), id) == list.end()) list.push_back(id);
  }

  /// What a param names, also where it is of the wrong type: one id or a list of them.
  static std::vector<std::string> ids(const graph_node& n, const param_spec& p) {
    std::vector<std::string> out;
    const auto* value = n.params.if_contains(p.name);
    if (!value) value = n.params.if_contains(p.old_name);
    if (value && value->is_string()) out.emplace_back(value->get_string());
    if (value && value->is_array() && n.params.contains(p.name))
      for (const auto& x : value->get_array())
        if (x.is_string()) out.emplace_back(x.get_string());
    return out;
  }

  void depend(const graph_node& n) {
    for (const auto& p : spec(n).params)
      for (const auto& id : ids(n, p)) switch (p.type) {
        case param_type::fader_id:
          add(out_.dependencies.fader_ids, id);
          break;
        case param_type::button_id:
          add(out_.dependencies.button_ids, id);
          break;
        case param_type::preset_id:
          add(out_.dependencies.preset_ids, id);
          break;
        case param_type::group_ids:
          add(out_.dependencies.group_ids, id);
          break;
        case param_type::fixture_ids:
          add(out_.dependencies.fixture_ids, id);
          break;
        case param_type::choice:
        case param_type::integer:
          break;
        }
  }

  bool known(param_type type, const std::string& id) const {
    const auto input_is = [&](input_type wanted) {
      const auto* found = find(show_.inputs, id);
      return found && found->type == wanted;
    };
    switch (type) {
    case param_type::fader_id:
      return input_is(input_type::fader);
    case param_type::button_id:
      return input_is(input_type::button);
    case param_type::preset_id:
      return find(show_.presets, id);
    case param_type::group_ids:
      return find(show_.groups, id);
    case param_type::fixture_ids:
      return find(show_.fixtures, id);
    case param_type::choice:
    case param_type::integer:
      return true;
    }
    return true;
  }

  void references(const graph_node& n) {
    for (const auto& p : spec(n).params) {
      if (p.type == param_type::choice || p.type == param_type::integer) continue;
      for (const auto& id : ids(n, p))
        if (!id.empty() && !known(p.type, id)) report(compile_code::unknown_reference, n.id, p.name, true);
    }
  }

  const graph& g_;
  const plain_show& show_;
  std::map<const graph_node*, bool> live_; // only looked up
  compile_result out_;
};

} // namespace

compile_result expected_compile(const graph& value, const plain_show& show) {
  return checker(value, show).run();
}

} // namespace troupe::test
