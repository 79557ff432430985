#include "actors/console/console_view.hpp"

#include "actors/console/screen_text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>
#include <vector>

namespace troupe::console {

namespace {

using std::string_view;

// -- what the head says ---------------------------------------------------------------------------------

std::string connection_text(const link& connection) {
  switch (connection.state) {
  case link_state::local:
    return "running";
  case link_state::connecting:
    return "connecting";
  case link_state::connected:
    return "connected";
  case link_state::lost:
    break;
  }
  return connection.detail.empty() ? "not connected" : "not connected: " + harmless(connection.detail);
}

std::string title_text(const console_model& model) {
  std::string out = "Troupe";
  for (const auto& part : {model.show(), model.connection().where})
    if (!part.empty()) out += "  " + harmless(part);
  return out + "  " + connection_text(model.connection());
}

std::string numbers_text(const console_model& model, console_model::time now) {
  const auto& status = model.status();
  const auto measured = model.measured_hz(now);
  std::string out = "tick ";
  out += status ? fmt::format("{:g} Hz", status->tick_hz) : "-";
  out += measured ? fmt::format(" (measured {:.1f})", *measured) : "";
  const auto number = std::max(status ? status->frame_number : 0, model.frame() ? model.frame()->number : 0);
  out += number > 0 ? fmt::format("  frame {}", number) : "  frame -";
  const auto t = std::max(status ? status->t : 0, model.frame() ? model.frame()->t : 0);
  out += fmt::format("  t {:.1f} s", t);
  if (model.connection().state != link_state::local) out += fmt::format("  dropped {}", model.dropped());
  if (!status) return out;
  out += fmt::format("  graphs {}/{}", status->enabled, status->graphs);
  if (!status->broken.empty()) out += fmt::format("  broken {}", status->broken.size());
  return out;
}

std::string broken_text(const broken_graph& graph) {
  return fmt::format("! {}: {}", harmless(graph.id), harmless(graph.reason));
}

// -- one fixture ----------------------------------------------------------------------------------------

/// What the fixtures of one group need room for.
struct cell_form {
  std::size_t name_width = 0;
  bool position = false;
  bool zoom = false;
};

constexpr std::size_t bar_width = 5;

/// Full cells and one that is partly full, in eighths.
std::string bar(float level) {
  static constexpr std::array<string_view, 8> parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(level * static_cast<float>(bar_width) * 8.0f + 0.5f);
  std::string out;
  for (std::size_t i = 0; i < eighths / 8; ++i) out += "█";
  out += parts[eighths % 8];
  return fit(out, bar_width);
}

std::size_t swatch_width(colour_depth depth) {
  return depth == colour_depth::none ? 6 : 4; // without colours it is the number of the colour
}

std::string hex(shade colour) {
  return fmt::format("{:02x}{:02x}{:02x}", colour.r, colour.g, colour.b);
}

std::string swatch(const fixture_row& row, colour_depth depth) {
  const auto width = swatch_width(depth);
  if (!row.values) return dim(depth) + fit(std::string(width, '.'), width) + plain(depth);
  const auto light = light_of(*row.values);
  if (depth == colour_depth::none) return hex(light);
  return background(light, depth) + std::string(width, ' ') + plain(depth);
}

std::string signed_number(const std::optional<float>& value) {
  return value ? fmt::format("{:+.2f}", std::clamp(*value, -9.0f, 9.0f)) : "    -";
}

std::size_t cell_width(const cell_form& form, colour_depth depth) {
  return swatch_width(depth) + 1 + form.name_width + 1 + bar_width + 1 + 4 + (form.position ? 14 : 0) +
         (form.zoom ? 7 : 0);
}

/// Exactly as wide as `cell_width` says.
std::string cell(const fixture_row& row, const cell_form& form, colour_depth depth) {
  auto out = swatch(row, depth) + ' ' + fit(harmless(row.name), form.name_width) + ' ';
  const auto values = row.values.value_or(bundle{});
  if (const auto level = brightness_of(values))
    out += bar(*level) + fmt::format(" {:3.0f}%", *level * 100.0f);
  else
    out += std::string(bar_width + 5, ' ');
  if (form.position) out += fmt::format(" p{} t{}", signed_number(values.pan), signed_number(values.tilt));
  if (form.zoom)
    out += values.zoom ? fmt::format(" z{:5.2f}", std::clamp(*values.zoom, 0.0f, 9.0f)) : " z    -";
  return out;
}

cell_form form_of(const group_rows& group, std::size_t columns, colour_depth depth) {
  constexpr std::size_t longest_name = 20;
  cell_form form;
  for (const auto& row : group.fixtures) {
    form.name_width = std::max(form.name_width, width_of(harmless(row.name)));
    if (!row.values) continue;
    form.position = form.position || row.values->pan || row.values->tilt;
    form.zoom = form.zoom || row.values->zoom;
  }
  form.name_width = std::min(form.name_width, longest_name);
  if (cell_width(form, depth) > columns) form.zoom = false;
  if (cell_width(form, depth) > columns) form.position = false;
  while (form.name_width > 1 && cell_width(form, depth) > columns) --form.name_width;
  return form;
}

// -- the screen -----------------------------------------------------------------------------------------

/// Lines as long as there is room; one is kept for saying what was left out.
class screen {
 public:
  screen(screen_size size, colour_depth depth) : size_(size), depth_(depth) {}

  bool full() const { return lines_.size() + 1 >= size_.rows; }
  std::size_t columns() const { return size_.columns; }

  /// A line without escape sequences.
  void add(const std::string& style, const std::string& text) {
    const auto line = cut(text, size_.columns);
    lines_.push_back(style.empty() || line.empty() ? line : style + line + plain(depth_));
  }
  /// A line that is narrow enough.
  void add_drawn(std::string line) { lines_.push_back(std::move(line)); }

  std::string text() const {
    std::string out;
    for (std::size_t i = 0; i < std::min(lines_.size(), size_.rows); ++i)
      out += (i == 0 ? "" : "\n") + lines_[i];
    return out;
  }

 private:
  screen_size size_;
  colour_depth depth_;
  std::vector<std::string> lines_;
};

/// @returns how many fixtures found no room
std::size_t add_group(screen& to, const group_rows& group, colour_depth depth) {
  constexpr std::size_t gap = 3;
  const auto count = group.fixtures.size();
  const auto form = form_of(group, to.columns(), depth);
  const auto width = cell_width(form, depth);
  if (width > to.columns()) return count;
  const auto per_line = std::max<std::size_t>(1, (to.columns() + gap) / (width + gap));
  if (to.full()) return count;
  to.add({}, {});
  if (to.full()) return count;
  to.add(bold(depth), harmless(group.name));
  std::size_t next = 0;
  while (next < count && !to.full()) {
    std::string line;
    for (std::size_t i = 0; i < per_line && next < count; ++i, ++next)
      line += (i == 0 ? "" : std::string(gap, ' ')) + cell(group.fixtures[next], form, depth);
    to.add_drawn(std::move(line));
  }
  return count - next;
}

} // namespace

std::string draw(const console_model& model, screen_size size, colour_depth depth, console_model::time now) {
  constexpr std::size_t most_broken = 3;
  screen out(size, depth);
  out.add(bold(depth), title_text(model));
  out.add({}, numbers_text(model, now));
  if (model.status()) {
    const auto& broken = model.status()->broken;
    for (std::size_t i = 0; i < std::min(broken.size(), most_broken) && !out.full(); ++i)
      out.add({}, broken_text(broken[i]));
  }
  std::size_t left_out = 0;
  for (const auto& group : model.rows()) left_out += add_group(out, group, depth);
  if (left_out > 0) out.add(dim(depth), fmt::format("{} more fixture{}", left_out, left_out == 1 ? "" : "s"));
  return out.text();
}

std::string draw_plain(const console_model& model, console_model::time now) {
  auto out = title_text(model) + '\n' + numbers_text(model, now) + '\n';
  if (model.status())
    for (const auto& each : model.status()->broken) out += broken_text(each) + '\n';
  for (const auto& group : model.rows()) {
    out += harmless(group.name) + '\n';
    for (const auto& row : group.fixtures) {
      out += "  " + harmless(row.name);
      if (!row.values) {
        out += "  -\n";
        continue;
      }
      out += "  #" + hex(light_of(*row.values));
      if (const auto level = brightness_of(*row.values)) out += fmt::format("  {:.0f}%", *level * 100.0f);
      for (const auto& [name, value] : {std::pair<string_view, std::optional<float>>{"pan", row.values->pan},
                                        {"tilt", row.values->tilt},
                                        {"zoom", row.values->zoom}})
        if (value) out += fmt::format("  {} {:.3f}", name, *value);
      out += '\n';
    }
  }
  return out;
}

} // namespace troupe::console
