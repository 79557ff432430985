#include "actors/cli/render_command.hpp"

#include "actors/cli/renderer.hpp"
#include "storage/check.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <system_error>

namespace troupe::cli {

namespace {

constexpr double default_seconds = 10;

std::string reason_of_errno() {
  return std::generic_category().message(errno);
}

/// Reads the show as `troupe check` does: without a lock, changing nothing.
result<show_state> read_show(const render_options& options, const streams& io) {
  std::optional<show_state> state;
  const auto take = [&](const storage::loaded_show& loaded, std::vector<storage::problem>&) {
    state = loaded.state;
  };
  const auto found = storage::check_show(options.data, options.show, take);
  if (!found) return tl::unexpected(found.error());
  for (const auto& each : *found)
    if (each.error) io.err << "warning: " << to_string(each) << '\n';
  return std::move(*state);
}

void tell_findings(const offline_show& show, const streams& io) {
  for (const auto& [graph, each] : show.findings())
    if (!each.warning)
      io.err << fmt::format("warning: graph {} doesn't compile and stands still: {}\n", graph, each.message);
}

result<std::string> read_text(const std::string& path) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed))
    return invalid("script", fmt::format("{} is a folder", path));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (!file.is_open() || file.bad())
    return invalid("script", fmt::format("{} can't be read: {}", path, reason_of_errno()));
  return text.str();
}

/// Nothing if there were problems, which are printed then.
std::optional<std::vector<script_event>> read_script(const std::string& path, const offline_show& show,
                                                     const streams& io, int& exit_code) {
  const auto text = read_text(path);
  if (!text) {
    exit_code = report(io, text.error());
    return std::nullopt;
  }
  auto events =
      parse_script(*text, path, {*show.controls(), [&](std::string_view id) { return show.has_graph(id); }});
  if (events) return std::move(*events);
  for (const auto& each : events.error()) {
    auto place = each;
    place.reason = "error: " + each.reason;
    io.err << to_string(place) << '\n';
  }
  exit_code = exit_failed;
  return std::nullopt;
}

/// Where frames go; nowhere if none was asked for.
class frame_file {
 public:
  frame_file(const render_options& options, const streams& io) : format_(options.format) {
    if (!options.out) return;
    name_ = *options.out;
    if (to_stdout(options)) {
      name_ = "the output";
      stream_ = &io.out;
      return;
    }
    errno = 0;
    file_.open(name_, std::ios::binary | std::ios::trunc);
    if (!file_) failure_ = reason_of_errno();
    stream_ = &file_;
  }

  static bool to_stdout(const render_options& options) { return options.out == "-"; }

  bool write(const rendered_frame& frame) {
    if (!stream_) return true;
    errno = 0;
    if (format_ == render_format::jsonl)
      *stream_ << frame.json << '\n';
    else
      *stream_ << frame.binary;
    return good();
  }

  /// @returns STORAGE_UNAVAILABLE if not everything arrived
  result<void> finish() {
    if (stream_ && failure_.empty()) {
      errno = 0;
      stream_->flush();
      good();
    }
    if (failure_.empty()) return {};
    return fail(ec::storage_unavailable, fmt::format("{} can't be written: {}", name_, failure_));
  }

  bool good() {
    if (*stream_) return true;
    if (failure_.empty()) failure_ = reason_of_errno();
    return false;
  }

  bool failed() const noexcept { return !failure_.empty(); }

 private:
  render_format format_;
  std::string name_;
  std::ofstream file_;
  std::ostream* stream_ = nullptr;
  std::string failure_;
};

result<void> check_options_of(const render_options& options) {
  if (!(options.hz >= 1 && options.hz <= 240)) return invalid("hz", "--hz is 1 to 240");
  if (options.seconds && options.frames) return invalid("frames", "give --seconds or --frames, not both");
  if (options.seconds && !(*options.seconds > 0 && *options.seconds <= latest_event))
    return invalid("seconds", fmt::format("--seconds is more than 0 and at most {}", latest_event));
  const auto most = frames_in(latest_event, options.hz);
  if (options.frames && (*options.frames < 1 || *options.frames > most))
    return invalid("frames", fmt::format("--frames is 1 to {}", most));
  return {};
}

/// An option that takes one of a few words; help then lists them.
template <class Value>
void add_choice(CLI::App& command, const std::string& name, Value& into, const std::string& fallback,
                const std::map<std::string, Value>& choices, const std::string& help) {
  std::vector<std::string> words;
  for (const auto& choice : choices) words.push_back(choice.first);
  command
      .add_option_function<std::string>(
          name, [&into, choices](const std::string& word) { into = choices.at(word); }, help)
      ->check(CLI::IsMember(words))
      ->type_name("WORD")
      ->default_str(fallback);
}

} // namespace

int run_render(const render_options& options, const streams& io) {
  if (const auto fine = check_options_of(options); !fine) return report(io, fine.error());
  const auto state = read_show(options, io);
  if (!state) return report(io, state.error());
  offline_show show(*state, options.release);
  tell_findings(show, io);
  std::optional<std::vector<script_event>> events{std::in_place};
  int exit_code = exit_ok;
  if (options.script) events = read_script(*options.script, show, io, exit_code);
  if (!events) return exit_code;

  const auto frames =
      options.frames.value_or(frames_in(options.seconds.value_or(default_seconds), options.hz));
  frame_file file(options, io);
  if (file.failed()) return report(io, file.finish().error());
  const auto made = render(show, *events, {options.hz, frames},
                           [&](const rendered_frame& each) { return file.write(each); });
  if (const auto written = file.finish(); !written) return report(io, written.error());
  if (made.unused_events > 0)
    io.err << fmt::format("warning: the script goes on for {} more event{} after the last frame\n",
                          made.unused_events, made.unused_events == 1 ? "" : "s");
  (frame_file::to_stdout(options) ? io.err : io.out)
      << fmt::format("frames {}\nsha256 {}\n", made.frames, made.sha256);
  return exit_ok;
}

void add_render_command(CLI::App& app, const streams& io, int& exit_code) {
  auto options = std::make_shared<render_options>();
  auto* command = app.add_subcommand("render", "Compute a show's frames without running it");
  command->add_option("--data", options->data, "The data folder")
      ->type_name("DIR")
      ->envname("DATA_DIR")
      ->capture_default_str();
  command->add_option("--show", options->show, "The show")
      ->type_name("NAME")
      ->envname("SHOW")
      ->capture_default_str();
  command->add_option("--script", options->script, "What operators do meanwhile: a YAML file")
      ->type_name("FILE");
  command->add_option("--hz", options->hz, "Frames per second, 1 to 240")->capture_default_str();
  auto* seconds = command->add_option("--seconds", options->seconds, "How long; 10 unless told otherwise");
  command->add_option("--frames", options->frames, "How many frames instead")->excludes(seconds);
  command->add_option("--out", options->out, "Write the frames here; - is the standard output")
      ->type_name("FILE");
  add_choice(*command, "--format", options->format, "jsonl",
             {{"jsonl", render_format::jsonl}, {"dmx", render_format::dmx}},
             "jsonl: frame/full messages, one per line; dmx: TRF1 messages");
  add_choice(*command, "--release", options->release, "dark",
             {{"dark", release_mode::dark}, {"hold", release_mode::hold}, {"zero", release_mode::zero}},
             "What unwritten attributes do, of models that don't say");
  command->footer(
      "Prints the number of frames and one SHA-256 over all of them. The same show and script give the same\n"
      "hash on every machine, so a hash kept in a repository tells when a show, or Troupe, changes.\n\n"
      "A script is a list of events; `at` is in seconds:\n"
      "  - {at: 0, fader: A, value: 0.75}\n"
      "  - {at: 2.5, button: X, action: press}      down, up or press\n"
      "  - {at: 4, graph: pulse, enabled: false}\n"
      "  - {at: 5, universe: 0, channel: 1, level: 255}   what the network sends, for DmxIn\n\n"
      "Examples:\n"
      "  troupe render --data data --show tour --seconds 60\n"
      "  troupe render --show tour --script cues.yaml --out frames.jsonl\n"
      "  troupe render --show tour --frames 1 --out - | jq .fixtures");
  command->callback([options, io, &exit_code] { exit_code = run_render(*options, io); });
}

} // namespace troupe::cli
