#include "actors/cli/nodes_command.hpp"

#include "protocol/json_text.hpp"
#include "protocol/node_catalogue.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <memory>
#include <numeric>
#include <vector>

namespace troupe::cli {

namespace {

using std::string_view;

std::string number(double value) {
  std::string out;
  append_json_number(out, value);
  return out;
}

/// `0..1`, `0..`, empty if it is open at both ends.
std::string range_text(const range& limits) {
  if (!limits.min && !limits.max) return {};
  return fmt::format("{}..{}", limits.min ? number(*limits.min) : "", limits.max ? number(*limits.max) : "");
}

std::string fallback_text(const input_spec& in) {
  const auto& value = in.fallback;
  switch (in.type) {
  case port_type::scalar:
    return number(shortest_decimal(value[0]));
  case port_type::boolean:
    return value[0] != 0 ? "true" : "false";
  case port_type::color:
    return fmt::format("({} {} {})", number(value[0]), number(value[1]), number(value[2]));
  case port_type::position:
    return fmt::format("({} {})", number(value[0]), number(value[1]));
  default:
    return {};
  }
}

std::string choices_text(const param_spec& param) {
  return fmt::format("{}", fmt::join(param.choices, " | "));
}

// -- the table ------------------------------------------------------------------------------------------

std::string inputs_text(const node_spec& spec) {
  std::vector<std::string> parts;
  for (const auto& in : spec.inputs) {
    auto part = std::string(in.name);
    if (in.type != port_type::scalar) part += fmt::format(":{}", port_type_name(in.type));
    if (const auto fallback = fallback_text(in); !fallback.empty()) part += '=' + fallback;
    parts.push_back(std::move(part));
  }
  for (const auto& param : spec.params) {
    const bool list = param.type == param_type::group_ids || param.type == param_type::fixture_ids;
    auto part = std::string(param.name) + (list ? "[]" : "");
    if (!param.fallback.empty()) part += fmt::format("={}", param.fallback);
    if (param.type == param_type::integer) part += fmt::format("={}", param.otherwise);
    parts.push_back(std::move(part));
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

std::string outputs_text(const node_spec& spec) {
  std::vector<std::string> parts;
  for (const auto& out : spec.outputs) {
    auto part = std::string(out.name);
    if (out.type != port_type::scalar) part += fmt::format(":{}", port_type_name(out.type));
    parts.push_back(std::move(part));
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

void print_table(std::ostream& out) {
  std::vector<string_view> categories;
  std::size_t widest = 0;
  for (const auto& spec : node_catalogue()) {
    widest = std::max(widest, spec.name.size());
    if (std::find(categories.begin(), categories.end(), spec.category) == categories.end())
      categories.push_back(spec.category);
  }
  for (const auto category : categories) {
    if (category != categories.front()) out << '\n';
    out << category << '\n';
    for (const auto& spec : node_catalogue()) {
      if (spec.category != category) continue;
      auto line = fmt::format("  {:<{}}  {}", spec.name, widest, inputs_text(spec));
      if (!spec.outputs.empty()) {
        if (line.back() != ' ') line += ' ';
        line += "-> " + outputs_text(spec);
      }
      out << line << '\n';
    }
  }
  out << "\nPorts are Scalar unless said otherwise; `troupe nodes TYPE` tells more of one.\n";
}

// -- one type -------------------------------------------------------------------------------------------

using row = std::vector<std::string>;

/// In columns as wide as they need to be.
void print_rows(std::ostream& out, string_view title, const std::vector<row>& rows) {
  if (rows.empty()) return;
  std::vector<std::size_t> widths;
  for (const auto& cells : rows) {
    widths.resize(std::max(widths.size(), cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  out << '\n' << title << '\n';
  for (const auto& cells : rows) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (widths[i] > 0) line += fmt::format("  {:<{}}", cells[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

row describe(const input_spec& in) {
  std::string notes;
  if (in.required) notes = "must be connected";
  if (const auto hard = range_text(in.hard); !hard.empty())
    notes = hard;
  else if (const auto hint = range_text(in.hint); !hint.empty())
    notes = "usually " + hint;
  const auto fallback = fallback_text(in);
  return {std::string(in.name), std::string(port_type_name(in.type)),
          fallback.empty() ? std::string{} : "default " + fallback, std::move(notes), std::string(in.label)};
}

row describe(const param_spec& param) {
  std::string notes = param.required ? "required" : "";
  if (!param.choices.empty()) notes = choices_text(param);
  if (!param.old_name.empty()) notes = fmt::format("old form {}", param.old_name);
  auto otherwise = param.fallback.empty() ? std::string{} : fmt::format("default {}", param.fallback);
  if (param.type == param_type::integer) {
    otherwise = fmt::format("default {}", param.otherwise);
    notes = fmt::format("{}..{}", param.least, param.most);
  }
  return {std::string(param.name), std::string(param_type_name(param.type)), std::move(otherwise),
          std::move(notes), std::string(param.label)};
}

void print_details(const node_spec& spec, std::ostream& out) {
  out << fmt::format("{} ({})\n{}\n", spec.name, spec.category, spec.summary);
  std::vector<row> inputs, params, outputs;
  for (const auto& in : spec.inputs) inputs.push_back(describe(in));
  for (const auto& param : spec.params) params.push_back(describe(param));
  for (const auto& each : spec.outputs)
    outputs.push_back(
        {std::string(each.name), std::string(port_type_name(each.type)), std::string(each.label)});
  print_rows(out, "inputs", inputs);
  print_rows(out, "params", params);
  print_rows(out, "outputs", outputs);
}

// -- unknown types --------------------------------------------------------------------------------------

std::string lower(string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// How many letters to insert, delete or replace; case doesn't count.
std::size_t distance(string_view left, string_view right) {
  const auto a = lower(left), b = lower(right);
  std::vector<std::size_t> last(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::vector<std::size_t> next{i + 1};
    for (std::size_t j = 0; j < b.size(); ++j)
      next.push_back(std::min({last[j + 1] + 1, next[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1)}));
    last = std::move(next);
  }
  return last.back();
}

const node_spec& nearest(string_view type) {
  const auto all = node_catalogue();
  return *std::min_element(all.begin(), all.end(), [&](const node_spec& a, const node_spec& b) {
    return distance(a.name, type) < distance(b.name, type);
  });
}

boost::json::value json_of(const node_spec& spec) {
  return catalogue_json().at(static_cast<std::size_t>(spec.type));
}

} // namespace

int run_nodes(const nodes_options& options, const streams& io) {
  if (options.type.empty()) {
    if (options.json)
      io.out << to_json(catalogue_json()) << '\n';
    else
      print_table(io.out);
    return exit_ok;
  }
  const auto* spec = find_node_spec(options.type);
  if (!spec) {
    constexpr std::size_t longest = 64; // what is longer than any name is near none
    auto message = fmt::format("there is no node type {}", options.type.substr(0, longest));
    if (options.type.size() <= longest)
      message += fmt::format("; did you mean {}?", nearest(options.type).name);
    return report(io, {ec::not_found, std::move(message), {}});
  }
  if (options.json)
    io.out << to_json(json_of(*spec)) << '\n';
  else
    print_details(*spec, io.out);
  return exit_ok;
}

void add_nodes_command(CLI::App& app, const streams& io, int& exit_code) {
  auto options = std::make_shared<nodes_options>();
  auto* command = app.add_subcommand("nodes", "Show the node types that graphs are made of");
  command->add_option("type", options->type, "Only this one, in detail")->type_name("TYPE");
  command->add_flag("--json", options->json, "As GET /api/nodes serves it");
  command->footer("Examples:\n"
                  "  troupe nodes                         all types with their ports and defaults\n"
                  "  troupe nodes Chase                   what one does, its ranges and units\n"
                  "  troupe nodes --json | jq '.[].type'");
  command->callback([options, io, &exit_code] { exit_code = run_nodes(*options, io); });
}

} // namespace troupe::cli
