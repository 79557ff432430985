#include "storage/config_reader.hpp"

#include "protocol/sacn.hpp"
#include "protocol/utf8.hpp"
#include "storage/config_inputs.hpp"
#include "storage/config_outputs.hpp"
#include "storage/show_files.hpp"
#include "storage/text_places.hpp"
#include "storage/yaml_reader.hpp"
#include "storage/yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <limits>

namespace troupe::storage {

namespace {

/// Takes one value; complains through the return value, empty if all is well.
using setter = std::function<std::string(config&, const yaml_node&)>;

struct setting {
  std::string_view key;
  setter set;
};

// -- values -------------------------------------------------------------------------------------------

template <class Part>
setter whole(Part part, std::uint64_t lowest, std::uint64_t highest) {
  return [=](config& c, const yaml_node& node) -> std::string {
    const auto value = node.shape == yaml_shape::plain ? resolve_integer(node.text) : std::nullopt;
    const auto* number = value ? value->if_int64() : nullptr;
    if (!number || *number < 0 || static_cast<std::uint64_t>(*number) < lowest ||
        static_cast<std::uint64_t>(*number) > highest)
      return fmt::format("an integer from {} to {} is wanted", lowest, highest);
    auto& field = part(c);
    field = static_cast<std::decay_t<decltype(field)>>(*number);
    return {};
  };
}

template <class Part>
setter real(Part part, double lowest, double highest) {
  return [=](config& c, const yaml_node& node) -> std::string {
    const auto number = number_of(node);
    if (!number || *number < lowest || *number > highest)
      return fmt::format("a number from {} to {} is wanted", lowest, highest);
    part(c) = *number;
    return {};
  };
}

/// In the file in seconds.
template <class Part>
setter seconds(Part part) {
  constexpr double shortest = 0.1;
  constexpr double longest = 3600;
  return [=](config& c, const yaml_node& node) -> std::string {
    const auto number = number_of(node);
    if (!number || *number < shortest || *number > longest)
      return fmt::format("a time from {} to {} seconds is wanted", shortest, longest);
    part(c) = std::chrono::milliseconds(std::llround(*number * 1000));
    return {};
  };
}

template <class Part>
setter truth(Part part) {
  return [=](config& c, const yaml_node& node) -> std::string {
    const auto value = node.shape == yaml_shape::plain ? resolve_boolean(node.text) : std::nullopt;
    if (!value) return "true or false is wanted";
    part(c) = value->get_bool();
    return {};
  };
}

bool printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; });
}

template <class Part>
setter text(Part part, bool may_be_empty = false) {
  return [=](config& c, const yaml_node& node) -> std::string {
    if (!node.scalar()) return "a string is wanted";
    if (node.text.empty() && !may_be_empty) return "a string that isn't empty is wanted";
    part(c) = node.text;
    return {};
  };
}

/// Without blanks and control characters: it goes into headers or to the resolver.
template <class Part>
setter word(Part part, bool may_be_empty = false) {
  return [=, any = text(part, may_be_empty)](config& c, const yaml_node& node) -> std::string {
    if (node.scalar() && !printable(node.text)) return "a string without blanks is wanted";
    return any(c, node);
  };
}

template <class Part>
setter words(Part part) {
  return [=](config& c, const yaml_node& node) -> std::string {
    std::vector<std::string> list;
    if (node.shape != yaml_shape::sequence) return "a list of strings is wanted";
    for (const auto& item : node.items) {
      if (!item.scalar() || item.text.empty() || !printable(item.text)) return "a list of strings is wanted";
      list.push_back(item.text);
    }
    part(c) = std::move(list);
    return {};
  };
}

/// As browsers send it: scheme, host and port, nothing behind.
bool is_origin(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (text.starts_with(scheme)) {
      const auto host = text.substr(scheme.size());
      return !host.empty() && host.find_first_of("/?#@") == std::string_view::npos;
    }
  return false;
}

std::string read_origins(config& c, const yaml_node& node) {
  const auto read = words([](config & into) -> auto& { return into.http.allowed_origins; });
  if (auto complaint = read(c, node); !complaint.empty()) return complaint;
  const auto& origins = c.http.allowed_origins;
  return std::all_of(origins.begin(), origins.end(), is_origin)
             ? ""
             : "a list of origins (https://host:port) is wanted";
}

template <class Value>
using choices = std::vector<std::pair<std::string_view, Value>>;

template <class Part, class Value>
setter choice(Part part, choices<Value> of) {
  return [=](config& c, const yaml_node& node) -> std::string {
    std::string names;
    for (const auto& [name, value] : of) {
      if (node.scalar() && node.text == name) {
        part(c) = value;
        return {};
      }
      names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
    }
    return fmt::format("one of {} is wanted", names);
  };
}

// -- single settings ----------------------------------------------------------------------------------

std::string read_source_name(config& c, const yaml_node& node) {
  const bool fits = node.scalar() && node.text.size() < sacn::name_size;
  if (!fits || is_blank(node.text) || has_control(node.text)) return "a name of 1 to 63 bytes is wanted";
  c.sacn.source_name = node.text;
  return {};
}

std::string read_stages(config& c, const yaml_node& node) {
  if (node.scalar() && node.text == "auto") {
    c.stages.reset();
    return {};
  }
  const auto number = number_of(node);
  if (!number || *number != std::floor(*number) || *number < 1 || *number > max_stages)
    return "auto or a number from 1 to " + std::to_string(max_stages) + " is wanted";
  c.stages = static_cast<std::uint16_t>(*number);
  return {};
}

std::string read_journal_url(config& c, const yaml_node& node) {
  if (!node.scalar()) return "a string is wanted";
  return set_journal_url(c, node.text);
}

std::string read_realtime(config& c, const yaml_node& node) {
  if (const auto value = resolve_boolean(node.text); value && node.shape == yaml_shape::plain)
    c.realtime = value->get_bool() ? realtime_mode::on : realtime_mode::off;
  else if (node.scalar() && node.text == "auto")
    c.realtime = realtime_mode::automatic;
  else
    return "auto, true or false is wanted";
  return {};
}

std::string read_answer_polls(config& c, const yaml_node& node) {
  if (const auto value = resolve_boolean(node.text); value && node.shape == yaml_shape::plain)
    c.artnet.answer_polls = value->get_bool();
  else if (node.scalar() && node.text == "auto")
    c.artnet.answer_polls.reset();
  else
    return "auto, true or false is wanted";
  return {};
}

std::string read_show(config& c, const yaml_node& node) {
  if (!node.scalar() || !is_show_name(node.text)) return "the name of a show is wanted";
  c.show = node.text;
  return {};
}

// -- the table ----------------------------------------------------------------------------------------

constexpr std::uint64_t mebibyte = 1024 * 1024;

const std::vector<setting>& settings() {
  using std::numeric_limits;
  static const std::vector<setting> all{
      {"http.host", word([](config & c) -> auto& { return c.http.host; })},
      {"http.port", whole(
                        [](config & c) -> auto& { return c.http.port; }, 0, 65'535)},
      {"http.token", word(
                         [](config & c) -> auto& { return c.http.token; }, true)},
      {"http.open", truth([](config & c) -> auto& { return c.http.open; })},
      {"http.allowedHosts", words([](config & c) -> auto& { return c.http.allowed_hosts; })},
      {"http.allowedOrigins", read_origins},
      {"http.threads", whole(
                           [](config & c) -> auto& { return c.http.threads; }, 0, 64)},
      {"http.limits.bodyBytes",
       whole(
           [](config & c) -> auto& { return c.http.limits.body_bytes; }, 1024, 1024 * mebibyte)},
      {"http.limits.headerBytes",
       whole(
           [](config & c) -> auto& { return c.http.limits.header_bytes; }, 1024, mebibyte)},
      {"http.limits.uriBytes",
       whole(
           [](config & c) -> auto& { return c.http.limits.uri_bytes; }, 256, mebibyte)},
      {"http.limits.requestTimeout",
       seconds([](config & c) -> auto& { return c.http.limits.request_timeout; })},
      {"http.limits.idleTimeout", seconds([](config & c) -> auto& { return c.http.limits.idle_timeout; })},
      {"http.limits.writeTimeout", seconds([](config & c) -> auto& { return c.http.limits.write_timeout; })},
      {"http.limits.maxConnections",
       whole(
           [](config & c) -> auto& { return c.http.limits.max_connections; }, 1, 1'000'000)},
      {"http.limits.maxClients",
       whole(
           [](config & c) -> auto& { return c.http.limits.max_clients; }, 1, 1'000'000)},
      {"http.limits.maxEventStreams",
       whole(
           [](config & c) -> auto& { return c.http.limits.max_event_streams; }, 1, 1'000'000)},
      {"ticker.hz", real(
                        [](config & c) -> auto& { return c.ticker.hz; }, 1, 240)},
      {"ticker.immediate", truth([](config & c) -> auto& { return c.ticker.immediate; })},
      {"artnet.enabled", truth([](config & c) -> auto& { return c.artnet.enabled; })},
      {"artnet.blackout", choice(
                              [](config & c) -> auto& { return c.artnet.blackout; },
                              choices<exit_mode>{{"zero", exit_mode::zero}, {"hold", exit_mode::hold}})},
      {"artnet.answerPolls", read_answer_polls},
      {"artnet.outputs",
       [](config& c, const yaml_node& node) { return read_artnet_outputs(c.artnet.outputs, node); }},
      {"sacn.enabled", truth([](config & c) -> auto& { return c.sacn.enabled; })},
      {"sacn.sourceName", read_source_name},
      {"sacn.blackout", choice(
                            [](config & c) -> auto& { return c.sacn.blackout; },
                            choices<exit_mode>{{"zero", exit_mode::zero}, {"hold", exit_mode::hold}})},
      {"sacn.outputs",
       [](config& c, const yaml_node& node) { return read_sacn_outputs(c.sacn.outputs, node); }},
      {"inputs.sacn", [](config& c, const yaml_node& node) { return read_sacn_inputs(c.inputs.sacn, node); }},
      {"inputs.artnet",
       [](config& c, const yaml_node& node) { return read_artnet_inputs(c.inputs.artnet, node); }},
      {"inputs.timecode", truth([](config & c) -> auto& { return c.inputs.timecode; })},
      {"inputs.sacnPort", whole(
                              [](config & c) -> auto& { return c.inputs.sacn_port; }, 1, 65'535)},
      {"inputs.artnetPort", whole(
                                [](config & c) -> auto& { return c.inputs.artnet_port; }, 1, 65'535)},
      {"data", text([](config & c) -> auto& { return c.data; })},
      {"show", read_show},
      {"limits.maxEntities", whole(
                                 [](config & c) -> auto& { return c.max_entities; }, 1, 10'000'000)},
      {"release",
       choice(
           [](config & c) -> auto& { return c.release; },
           choices<release_mode>{
               {"dark", release_mode::dark}, {"hold", release_mode::hold}, {"zero", release_mode::zero}})},
      {"log.level", choice(
                        [](config & c) -> auto& { return c.log.level; },
                        choices<log_level>{{"trace", log_level::trace},
                                           {"debug", log_level::debug},
                                           {"info", log_level::info},
                                           {"warn", log_level::warn},
                                           {"error", log_level::error},
                                           {"off", log_level::off}})},
      {"log.format", choice(
                         [](config & c) -> auto& { return c.log.format; },
                         choices<log_format>{{"text", log_format::text}, {"json", log_format::json}})},
      {"realtime", read_realtime},
      {"stages", read_stages},
      {"metrics.enabled", truth([](config & c) -> auto& { return c.metrics; })},
      {"journal.url", read_journal_url},
      {"runLog.enabled", truth([](config & c) -> auto& { return c.run_log.enabled; })},
      {"runLog.folder", text(
                            [](config & c) -> auto& { return c.run_log.folder; }, true)},
      {"runLog.maxMegabytes", whole(
                                  [](config & c) -> auto& { return c.run_log.max_megabytes; }, 16, mebibyte)},
      {"runLog.maxDays", whole(
                             [](config & c) -> auto& { return c.run_log.max_days; }, 0, 3'650)},
      {"runLog.maxSegments", whole(
                                 [](config & c) -> auto& { return c.run_log.max_segments; }, 10, 100'000)},
  };
  return all;
}

class reader {
 public:
  reader(config& into, std::string_view yaml, std::string_view file_name)
      : into_(into), file_(file_name), text_(without_bom(yaml)), places_(text_) {}

  std::vector<problem> run() {
    if (const auto flaw = find_text_flaw(text_)) complain(flaw->offset, flaw->reason);
    if (!problems_.empty()) return std::move(problems_);
    const auto root = read_yaml(text_, [](yaml_item&&) {});
    if (!root) {
      complain(root.error().offset, root.error().reason);
    } else if (!root->empty) {
      for (const auto& fault : root->faults) complain(fault.offset, fault.reason);
      if (root->node.shape == yaml_shape::map)
        section(root->node, "");
      else
        complain(root->node.offset, "a map of settings is wanted");
    }
    return std::move(problems_);
  }

 private:
  void section(const yaml_node& map, const std::string& prefix) {
    for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
      const auto& key = map.items[i];
      if (key.scalar()) member(key, prefix + key.text, map.items[i + 1]);
    }
  }

  void member(const yaml_node& key, const std::string& path, const yaml_node& value) {
    for (const auto& each : settings()) {
      if (each.key == path) return apply(each, value);
      if (!each.key.starts_with(path + '.')) continue;
      if (value.shape == yaml_shape::map) return section(value, path + '.');
      if (value.shape != yaml_shape::null)
        complain(value.offset, fmt::format("{}: a map of settings is wanted", path));
      return;
    }
    complain(key.offset, fmt::format("{}: there is no such setting", excerpt(path)));
  }

  void apply(const setting& each, const yaml_node& value) {
    if (value.shape == yaml_shape::null) return; // a key without a value keeps its default
    auto complaint = value.tag == yaml_tag::foreign ? "a plain value is wanted" : each.set(into_, value);
    if (!complaint.empty()) complain(value.offset, fmt::format("{}: {}", each.key, complaint));
  }

  void complain(std::size_t offset, std::string reason) {
    const auto place = places_.at(offset);
    problems_.push_back({file_, place.line, place.column, std::move(reason), {}, true});
  }

  config& into_;
  std::string file_;
  std::string_view text_;
  text_places places_;
  std::vector<problem> problems_;
};

} // namespace

std::vector<problem> read_config(config& into, std::string_view yaml, std::string_view file_name) {
  return reader(into, yaml, file_name).run();
}

std::vector<std::string> config_keys() {
  std::vector<std::string> keys;
  for (const auto& each : settings()) {
    const auto of_each_item = each.key == "artnet.outputs"  ? artnet_output_keys()
                              : each.key == "sacn.outputs"  ? sacn_output_keys()
                              : each.key == "inputs.sacn"   ? sacn_input_keys()
                              : each.key == "inputs.artnet" ? artnet_input_keys()
                                                            : std::span<const std::string_view>{};
    if (of_each_item.empty()) keys.emplace_back(each.key);
    for (const auto key : of_each_item) keys.push_back(fmt::format("{}[].{}", each.key, key));
  }
  return keys;
}

} // namespace troupe::storage
