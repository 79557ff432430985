#include "actors/cli/check_command.hpp"

#include "actors/cli/graph_places.hpp"
#include "engine/compiler.hpp"
#include "protocol/json_text.hpp"
#include "storage/check.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <memory>

namespace troupe::cli {

namespace {

namespace json = boost::json;
using storage::problem;

/// Adds the compile errors of a show's graphs, and remembers for each what a program wants to know of it.
class graph_inspection {
 public:
  explicit graph_inspection(std::filesystem::path data) : data_(std::move(data)) {}

  void operator()(const storage::loaded_show& show, std::vector<problem>& found) {
    ++shows_;
    const auto file = storage::file_of(entity_kind::graph, show.state.show());
    std::optional<graph_places> places; // most shows need none
    show.state.each(entity_kind::graph, [&](const record_ptr& graph) {
      for (const auto& each : engine::check_graph(*graph, show.state).errors) {
        if (!places) places.emplace(data_ / file);
        add(file, places->of(*graph, each), *graph, each, found);
      }
    });
  }

  std::size_t shows() const noexcept { return shows_; }

  json::object details_of(const problem& each) const {
    const auto known = details_.find(key(each));
    return known == details_.end() ? json::object{} : known->second;
  }

 private:
  static std::string key(const problem& each) { return to_string(each); }

  void add(const std::string& file, file_place place, const entity_record& graph, const compile_error& each,
           std::vector<problem>& found) {
    problem out;
    out.file = file;
    out.line = place.line;
    out.column = place.column;
    out.error = !each.warning;
    out.reason = fmt::format("graph {}", graph.id);
    if (!each.node_id.empty()) out.reason += fmt::format(", node {}", each.node_id);
    if (!each.port.empty()) out.reason += fmt::format(", port {}", each.port);
    out.reason += fmt::format(": {} ({})", each.message, compile_code_name(each.code));
    json::object details{{"graphId", graph.id}};
    if (!each.node_id.empty()) details["nodeId"] = each.node_id;
    if (!each.port.empty()) details["port"] = each.port;
    details["code"] = compile_code_name(each.code);
    details_.emplace(key(out), std::move(details));
    found.push_back(std::move(out));
  }

  std::filesystem::path data_;
  std::size_t shows_ = 0;
  std::map<std::string, json::object> details_;
};

std::string_view severity(const problem& each) {
  return each.error ? "error" : "warning";
}

std::string counted(std::size_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

/// Names and reasons come from files: what they hold must not steer the terminal.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

void print_lines(const check_options& options, const std::vector<problem>& found, std::ostream& out) {
  for (const auto& each : found) {
    const auto file = (std::filesystem::path(options.data) / each.file).lexically_normal().string();
    const auto place = each.line == 0 ? std::string{} : fmt::format(":{}:{}", each.line, each.column);
    out << printable(fmt::format("{}{}: {}: {}", file, place, severity(each), each.reason)) << '\n';
  }
}

void print_json(const std::vector<problem>& found, std::size_t errors, const graph_inspection& graphs,
                std::ostream& out) {
  json::array problems;
  for (const auto& each : found) {
    auto one = storage::to_json_value(each);
    one["severity"] = severity(each);
    for (auto& [name, value] : graphs.details_of(each)) one[name] = value;
    problems.push_back(std::move(one));
  }
  const json::object all{
      {"errors", errors}, {"warnings", found.size() - errors}, {"problems", std::move(problems)}};
  out << to_json(all) << '\n';
}

} // namespace

int run_check(const check_options& options, const streams& io) {
  graph_inspection graphs(options.data);
  const auto found = storage::check_show(options.data, options.show, std::ref(graphs));
  if (!found) {
    report(io, found.error());
    return exit_usage;
  }
  const auto errors = static_cast<std::size_t>(
      std::count_if(found->begin(), found->end(), [](const problem& each) { return each.error; }));
  if (options.json)
    print_json(*found, errors, graphs, io.out);
  else
    print_lines(options, *found, io.out);
  io.err << fmt::format("{} and {} in {}\n", counted(errors, "error"),
                        counted(found->size() - errors, "warning"), counted(graphs.shows(), "show"));
  return errors > 0 ? exit_failed : exit_ok;
}

void add_check_command(CLI::App& app, const streams& io, int& exit_code) {
  auto options = std::make_shared<check_options>();
  auto* command = app.add_subcommand("check", "Find every mistake in the files of shows, changing nothing");
  command->add_option("dir", options->data, "The data folder")->type_name("DIR")->required();
  command->add_option("--show", options->show, "Only this show")->type_name("NAME");
  command->add_flag("--json", options->json, "One JSON object instead of lines");
  command->footer(
      "Told are entities that can't be loaded, references to nothing, graphs that don't compile,\n"
      "and (as warnings) fixtures that share channels. May run beside a server.\n\n"
      "Exit code: 0 without errors, 1 with errors, 2 if there is nothing to check.\n\n"
      "Examples:\n"
      "  troupe check data                    all shows in ./data\n"
      "  troupe check data --show tour        one of them\n"
      "  troupe check data --json | jq '.problems[].reason'");
  command->callback([options, io, &exit_code] { exit_code = run_check(*options, io); });
}

} // namespace troupe::cli
