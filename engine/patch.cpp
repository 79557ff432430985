#include "engine/patch.hpp"

#include "engine/domain.hpp"
#include "protocol/cell_layout.hpp"

#include <algorithm>
#include <bit>
#include <tuple>
#include <unordered_map>

namespace troupe::engine {

namespace {

constexpr std::uint32_t nobody = ~std::uint32_t{0};

constexpr std::array<std::string_view, driven_count> names{
    "dimmer", "dimmerFine", "red",     "green", "blue",     "white", "cyan",     "magenta",
    "yellow", "pan",        "panFine", "tilt",  "tiltFine", "zoom",  "zoomFine", "shutter"};

constexpr std::array colour_channels{driven::red,  driven::green,   driven::blue,  driven::white,
                                     driven::cyan, driven::magenta, driven::yellow};

std::size_t driven_index(std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::uint8_t default_level(const fixture_model& model, std::string_view channel, std::uint8_t otherwise) {
  for (const auto& [name, level] : model.defaults)
    if (name == channel) return level;
  return otherwise;
}

bool has_default(const fixture_model& model, std::string_view channel) {
  return std::any_of(model.defaults.begin(), model.defaults.end(),
                     [&](const auto& d) { return d.first == channel; });
}

std::uint8_t unwritten_level(const recipe& r, const fixture_model& model, std::size_t channel) {
  const auto which = static_cast<driven>(channel);
  // A colour alone must not light a fixture that has a dimmer, whatever the dimmer's default.
  if (r.has_dimmer && r.has_colour && (which == driven::dimmer || which == driven::dimmer_fine)) return 0;
  const bool subtractive = which == driven::cyan || which == driven::magenta || which == driven::yellow;
  return default_level(model, names[channel], subtractive && !r.has_dimmer ? 255 : 0);
}

/// A Fine channel without its coarse one has nothing to refine, and a shutter without a default stays shut.
void drop_idle_channels(recipe& r, const fixture_model& model) {
  const auto drop = [&](driven channel) { r.offsets[static_cast<std::size_t>(channel)] = -1; };
  const auto pair = [&](driven coarse, driven fine) {
    if (r.offset(coarse) < 0) drop(fine);
    return r.offset(fine) >= 0;
  };
  r.dimmer16 = pair(driven::dimmer, driven::dimmer_fine);
  r.pan16 = pair(driven::pan, driven::pan_fine);
  r.tilt16 = pair(driven::tilt, driven::tilt_fine);
  r.zoom16 = pair(driven::zoom, driven::zoom_fine);
  if (has_default(model, "shutter"))
    r.open_shutter = default_level(model, "shutter", 0);
  else
    drop(driven::shutter);
}

std::uint8_t kept_attributes(const recipe& r, release_mode release) {
  if (release == release_mode::zero) return 0;
  if (release == release_mode::hold) return has_intensity | has_color | has_pan | has_tilt | has_zoom;
  const auto if_driven = [&](driven channel, int bit) { return r.offset(channel) >= 0 ? bit : 0; };
  return static_cast<std::uint8_t>(if_driven(driven::pan, has_pan) | if_driven(driven::tilt, has_tilt) |
                                   if_driven(driven::zoom, has_zoom));
}

/// Whether a whole recipe drives nothing but colours.
void find_pixel(recipe& r) {
  const auto shift = [&](driven channel) { return static_cast<std::uint8_t>(8 * r.offset(channel)); };
  const bool white = r.offset(driven::white) >= 0;
  if (std::endian::native != std::endian::little) return; // shifts are bytes from the first one
  if (r.offset(driven::red) < 0 || r.offset(driven::green) < 0 || r.offset(driven::blue) < 0) return;
  if (r.whole != (white ? 4 : 3)) return;
  r.pixel = true;
  r.white = !white ? white_use::absent : r.extract_white ? white_use::taken_out : white_use::beside;
  r.shifts = {shift(driven::red), shift(driven::green), shift(driven::blue),
              white ? shift(driven::white) : std::uint8_t{0}};
}

void find_whole(recipe& r) {
  r.whole = 0;
  r.pixel = false;
  std::size_t size = 0;
  std::array<std::uint8_t, 4> order{};
  for (std::size_t c = 0; c < driven_count; ++c) {
    if (r.offsets[c] < 0) continue;
    if (r.offsets[c] >= 4) return;
    order[static_cast<std::size_t>(r.offsets[c])] = static_cast<std::uint8_t>(c);
    ++size;
  }
  if (size < 3) return;
  for (std::size_t i = 0; i < size; ++i)
    if (r.offsets[order[i]] != static_cast<std::int16_t>(i)) return;
  r.whole = static_cast<std::uint8_t>(size);
  r.whole_order = order;
  find_pixel(r);
}

/// Builds a plan: first who owns each channel, then the recipes, then the runs.
class planner {
 public:
  planner(const std::vector<patched_fixture>& fixtures, const std::vector<std::uint16_t>& addresses,
          release_mode release)
      : fixtures_(fixtures), release_(release), owners_(addresses.size() * dmx_channels, nobody) {
    for (const auto& one : fixtures) {
      const auto at = std::lower_bound(addresses.begin(), addresses.end(), one.patch->universe);
      first_address_.push_back(static_cast<std::uint32_t>(at - addresses.begin()));
    }
  }

  std::shared_ptr<const patch_plan> run() {
    plan_.base.assign(owners_.size(), 0);
    for (std::uint32_t i = 0; i < fixtures_.size(); ++i)
      each_cell(i, [&](std::uint32_t, const cell_place& where) {
        each_level(i, where, [&](const channel&, std::uint32_t level) { owners_[level] = i; });
      });
    for (std::uint32_t i = 0; i < fixtures_.size(); ++i)
      if (fixtures_[i].model) add_fixture(i);
    make_kept_runs();
    make_runs();
    list_tiles();
    list_done();
    return std::make_shared<const patch_plan>(std::move(plan_));
  }

 private:
  struct entry {
    std::uint32_t recipe, place, level;
    std::uint32_t tile() const { return place / tile_places; }
  };
  struct kept_place {
    std::uint32_t place;
    std::uint8_t kept;
  };

  template <class Visit>
  void each_cell(std::uint32_t i, Visit&& visit) const {
    if (!fixtures_[i].model) return;
    const cell_layout cells(*fixtures_[i].model, *fixtures_[i].patch);
    for (std::uint32_t cell = 0; cell < cells.cells(); ++cell) visit(cell, cells.at(cell));
  }

  bool straddles(std::uint32_t i) const {
    const auto& model = *fixtures_[i].model;
    return model.cell_count() > 1 && model.span == span_mode::packed;
  }

  /// Universes that follow each other have levels that follow each other.
  std::uint32_t start(std::uint32_t i, const cell_place& where) const {
    return (first_address_[i] + where.universe - fixtures_[i].patch->universe) * dmx_channels +
           where.channel - 1u;
  }

  /// Visits the channels that lie within the universes there are.
  template <class Visit>
  void each_level(std::uint32_t i, const cell_place& where, Visit&& visit) const {
    if (where.universe > max_universe || fixtures_[i].patch->start_channel < 1) return;
    const auto rest = straddles(i) ? (max_universe - where.universe + 1) * dmx_channels : dmx_channels;
    for (const auto& one : fixtures_[i].model->channels)
      if (one.offset >= 1 && where.channel - 1u + one.offset <= rest)
        visit(one, start(i, where) + one.offset - 1u);
  }

  std::uint32_t model_recipe(const fixture_model& model) {
    const auto [known, fresh] = by_model_.try_emplace(&model, 0);
    if (fresh) known->second = add_recipe(recipe_of(model, release_));
    return known->second;
  }

  std::uint32_t add_recipe(recipe made) {
    find_whole(made);
    plan_.recipes.push_back(made);
    return static_cast<std::uint32_t>(plan_.recipes.size() - 1);
  }

  void add_fixture(std::uint32_t i) {
    const auto& one = fixtures_[i];
    const auto whole = model_recipe(*one.model);
    const auto kept = plan_.recipes[whole].kept;
    each_cell(i, [&](std::uint32_t cell, const cell_place& where) {
      const auto place = one.place + cell;
      if (kept) kept_.push_back({place, kept});
      const auto owned = take_channels(i, where, plan_.recipes[whole]);
      if (owned == 0) return;
      const bool all = owned == one.model->channels.size();
      entries_.push_back(
          {all ? whole : partial_recipe(i, where, plan_.recipes[whole]), place, start(i, where)});
    });
  }

  /// Puts the constant levels of a cell down. @returns how many channels are its own
  std::size_t take_channels(std::uint32_t i, const cell_place& where, const recipe& r) {
    std::size_t owned = 0;
    each_level(i, where, [&](const channel& c, std::uint32_t level) {
      if (owners_[level] != i) return;
      ++owned;
      const auto index = driven_index(c.name);
      plan_.base[level] = index < driven_count && r.offsets[index] >= 0 ? r.unwritten[index]
                          : c.name == names[static_cast<std::size_t>(driven::shutter)]
                              ? std::uint8_t{0}
                              : default_level(*fixtures_[i].model, c.name, 0);
    });
    return owned;
  }

  /// The same without the channels that aren't this fixture's.
  std::uint32_t partial_recipe(std::uint32_t i, const cell_place& where, recipe part) {
    recipe owned;
    each_level(i, where, [&](const channel& c, std::uint32_t level) {
      const auto index = driven_index(c.name);
      if (owners_[level] == i && index < driven_count) owned.offsets[index] = part.offsets[index];
    });
    part.offsets = owned.offsets;
    find_whole(part);
    if (!plan_.recipes.empty() && plan_.recipes.back() == part)
      return static_cast<std::uint32_t>(plan_.recipes.size() - 1);
    return add_recipe(part);
  }

  void make_kept_runs() {
    std::sort(kept_.begin(), kept_.end(), [](auto& a, auto& b) { return a.place < b.place; });
    for (const auto& one : kept_) {
      auto& runs = plan_.kept;
      const bool follows = !runs.empty() && runs.back().place + runs.back().count == one.place &&
                           runs.back().kept == one.kept && one.place % tile_places != 0;
      if (follows)
        ++runs.back().count;
      else
        runs.push_back({one.place, 1, plan_.kept_places, one.kept});
      ++plan_.kept_places;
    }
  }

  /// @pre the place keeps something
  std::uint32_t held_index(std::uint32_t place) const {
    const auto after = std::upper_bound(plan_.kept.begin(), plan_.kept.end(), place,
                                        [](std::uint32_t p, const kept_run& run) { return p < run.place; });
    const auto& run = *(after - 1);
    return run.held + place - run.place;
  }

  void make_runs() {
    const auto key = [](const entry& e) { return std::tuple(e.tile(), e.recipe, e.place); };
    std::sort(entries_.begin(), entries_.end(),
              [&](const entry& a, const entry& b) { return key(a) < key(b); });
    for (std::size_t i = 0; i < entries_.size();) {
      const auto end = run_end(i);
      if (end - i >= worth_a_run)
        add_dense(i, end);
      else
        for (auto k = i; k < end; ++k) add_scattered(entries_[k]);
      i = end;
    }
  }

  std::size_t run_end(std::size_t i) const {
    const auto follows = [&](const entry& a, const entry& b) {
      return a.recipe == b.recipe && b.place == a.place + 1 && a.tile() == b.tile();
    };
    while (++i < entries_.size() && follows(entries_[i - 1], entries_[i])) {
    }
    return i;
  }

  bool keeps(std::uint32_t recipe) const { return plan_.recipes[recipe].kept != 0; }

  void add_dense(std::size_t begin, std::size_t end) {
    auto& levels = plan_.level_runs;
    const auto& first = entries_[begin];
    plan_.runs.push_back({first.recipe, static_cast<std::uint32_t>(end - begin), true, first.place,
                          keeps(first.recipe) ? held_index(first.place) : 0,
                          static_cast<std::uint32_t>(levels.size())});
    for (auto i = begin; i < end;) {
      level_run made{static_cast<std::uint32_t>(i - begin), 1, entries_[i].level, 1};
      const auto step = [&](std::size_t k) { return entries_[k].level - entries_[k - 1].level; };
      if (i + 1 < end && entries_[i + 1].level > entries_[i].level) {
        made.stride = step(i + 1);
        while (i + made.count < end && step(i + made.count) == made.stride) ++made.count;
      }
      levels.push_back(made);
      i += made.count;
    }
  }

  void add_scattered(const entry& one) {
    const auto at = static_cast<std::uint32_t>(plan_.places.size());
    plan_.places.push_back(one.place);
    plan_.levels.push_back(one.level);
    plan_.helds.push_back(keeps(one.recipe) ? held_index(one.place) : 0);
    auto& runs = plan_.runs;
    if (last_scattered_ != nobody && runs[last_scattered_].recipe == one.recipe &&
        plan_.places[runs[last_scattered_].first] / tile_places == one.tile()) {
      ++runs[last_scattered_].count;
      return;
    }
    last_scattered_ = static_cast<std::uint32_t>(runs.size());
    runs.push_back({one.recipe, 1, false, 0, 0, at});
  }

  std::uint32_t tile_of(const patch_run& run) const {
    return (run.dense ? run.place : plan_.places[run.first]) / tile_places;
  }

  void list_tiles() {
    std::uint32_t run = 0, kept = 0;
    const auto runs = static_cast<std::uint32_t>(plan_.runs.size());
    const auto kept_runs = static_cast<std::uint32_t>(plan_.kept.size());
    const auto next_run = [&] { return run < runs ? tile_of(plan_.runs[run]) : nobody; };
    const auto next_kept = [&] { return kept < kept_runs ? plan_.kept[kept].place / tile_places : nobody; };
    while (run < runs || kept < kept_runs) {
      patch_tile made{std::min(next_run(), next_kept()), run, run, kept, kept};
      while (next_run() == made.tile) made.run_end = ++run;
      while (next_kept() == made.tile) made.kept_end = ++kept;
      plan_.tiles.push_back(made);
    }
  }

  /// Universe by universe, the last tile that has levels of it.
  void list_done() {
    std::vector<std::uint32_t> last(owners_.size() / dmx_channels, nobody);
    for (const auto& one : entries_) {
      // A packed cell may reach into the next universe.
      const auto end = std::min<std::size_t>(one.level + dmx_channels - 1, owners_.size() - 1) / dmx_channels;
      for (auto u = one.level / dmx_channels; u <= end; ++u)
        if (last[u] == nobody || last[u] < one.tile()) last[u] = one.tile();
    }
    std::vector<std::uint32_t> order;
    for (std::uint32_t u = 0; u < last.size(); ++u) (last[u] == nobody ? plan_.constant : order).push_back(u);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return last[a] < last[b]; });
    std::uint32_t next = 0;
    for (auto& tile : plan_.tiles) {
      tile.done = next;
      while (next < order.size() && last[order[next]] == tile.tile) ++next;
      tile.done_end = next;
    }
    plan_.done = std::move(order);
  }

  static constexpr std::uint32_t worth_a_run = 8;

  const std::vector<patched_fixture>& fixtures_;
  release_mode release_;
  std::vector<std::uint32_t> owners_;                                // by level
  std::vector<std::uint32_t> first_address_;                         // by fixture
  std::unordered_map<const fixture_model*, std::uint32_t> by_model_; // only looked up
  std::vector<kept_place> kept_;
  std::vector<entry> entries_;
  std::uint32_t last_scattered_ = nobody;
  patch_plan plan_;
};

} // namespace

recipe recipe_of(const fixture_model& model, release_mode release) {
  recipe r;
  for (const auto& one : model.channels)
    if (const auto index = driven_index(one.name); index < driven_count && one.offset >= 1)
      r.offsets[index] = static_cast<std::int16_t>(one.offset - 1);
  r.has_dimmer = r.offset(driven::dimmer) >= 0;
  r.has_colour = std::any_of(colour_channels.begin(), colour_channels.end(),
                             [&](driven channel) { return r.offset(channel) >= 0; });
  r.extract_white = model.white == white_mode::extract && r.offset(driven::white) >= 0;
  drop_idle_channels(r, model);
  for (std::size_t i = 0; i < driven_count; ++i) r.unwritten[i] = unwritten_level(r, model, i);
  r.unwritten[static_cast<std::size_t>(driven::shutter)] = 0;
  r.kept = kept_attributes(r, model.release.value_or(release));
  return r;
}

std::uint8_t attributes_behind(const fixture_model& model, std::string_view channel) {
  const auto r = recipe_of(model, release_mode::dark);
  const auto index = driven_index(channel);
  if (index == driven_count || r.offsets[index] < 0) return 0;
  switch (static_cast<driven>(index)) {
  case driven::dimmer:
  case driven::dimmer_fine:
    return r.has_colour ? has_intensity : has_intensity | has_color;
  case driven::pan:
  case driven::pan_fine:
    return has_pan;
  case driven::tilt:
  case driven::tilt_fine:
    return has_tilt;
  case driven::zoom:
  case driven::zoom_fine:
    return has_zoom;
  case driven::shutter:
    return has_intensity;
  default: // the colours
    return r.has_dimmer ? has_color : has_intensity | has_color;
  }
}

std::shared_ptr<const patch_plan> make_patch_plan(const std::vector<patched_fixture>& fixtures,
                                                  const std::vector<std::uint16_t>& addresses,
                                                  release_mode release) {
  return planner(fixtures, addresses, release).run();
}

} // namespace troupe::engine
