#include "engine/patch.hpp"

#include <algorithm>
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

/// Builds a plan: first who owns each channel, then the recipes, then the runs.
class planner {
 public:
  planner(const std::vector<patched_fixture>& fixtures, const std::vector<std::uint16_t>& addresses,
          release_mode release)
      : fixtures_(fixtures), release_(release), owners_(addresses.size() * dmx_channels, nobody) {
    for (const auto& one : fixtures) {
      const auto at = std::lower_bound(addresses.begin(), addresses.end(), one.patch->universe);
      universe_levels_.push_back(static_cast<std::uint32_t>(at - addresses.begin()) * dmx_channels);
    }
  }

  std::shared_ptr<const patch_plan> run(std::size_t slots) {
    plan_.base.assign(owners_.size(), 0);
    plan_.kept_by_slot.assign(slots, 0);
    for (std::uint32_t i = 0; i < fixtures_.size(); ++i)
      each_level(i, [&](const channel&, std::uint32_t level) { owners_[level] = i; });
    for (std::uint32_t i = 0; i < fixtures_.size(); ++i)
      if (fixtures_[i].model) add_fixture(i);
    make_runs();
    make_kept_runs();
    return std::make_shared<const patch_plan>(std::move(plan_));
  }

 private:
  struct entry {
    std::uint32_t recipe, slot, level;
  };

  std::uint32_t start(std::uint32_t i) const {
    return universe_levels_[i] + fixtures_[i].patch->start_channel - 1u;
  }

  /// Visits the channels that lie within the universe.
  template <class Visit>
  void each_level(std::uint32_t i, Visit&& visit) const {
    if (!fixtures_[i].model) return;
    for (const auto& one : fixtures_[i].model->channels)
      if (one.offset >= 1 && fixtures_[i].patch->start_channel >= 1 &&
          fixtures_[i].patch->start_channel - 1u + one.offset <= dmx_channels)
        visit(one, start(i) + one.offset - 1u);
  }

  std::uint32_t model_recipe(const fixture_model& model) {
    const auto [known, fresh] = by_model_.try_emplace(&model, 0);
    if (fresh) known->second = add_recipe(recipe_of(model, release_));
    return known->second;
  }

  std::uint32_t add_recipe(const recipe& made) {
    plan_.recipes.push_back(made);
    return static_cast<std::uint32_t>(plan_.recipes.size() - 1);
  }

  void add_fixture(std::uint32_t i) {
    const auto& one = fixtures_[i];
    const auto whole = model_recipe(*one.model);
    std::size_t owned = 0;
    each_level(i, [&](const channel& c, std::uint32_t level) {
      if (owners_[level] != i) return;
      ++owned;
      const auto index = driven_index(c.name);
      const auto& r = plan_.recipes[whole];
      plan_.base[level] = index < driven_count && r.offsets[index] >= 0 ? r.unwritten[index]
                          : c.name == names[static_cast<std::size_t>(driven::shutter)]
                              ? std::uint8_t{0}
                              : default_level(*one.model, c.name, 0);
    });
    plan_.kept_by_slot[one.slot] = plan_.recipes[whole].kept;
    if (owned == 0) return;
    const auto used = owned == one.model->channels.size() ? whole : partial_recipe(i, plan_.recipes[whole]);
    entries_.push_back({used, one.slot, start(i)});
  }

  /// The same without the channels that aren't this fixture's.
  std::uint32_t partial_recipe(std::uint32_t i, recipe part) {
    recipe owned;
    each_level(i, [&](const channel& c, std::uint32_t level) {
      const auto index = driven_index(c.name);
      if (owners_[level] == i && index < driven_count) owned.offsets[index] = part.offsets[index];
    });
    part.offsets = owned.offsets;
    if (!plan_.recipes.empty() && plan_.recipes.back() == part)
      return static_cast<std::uint32_t>(plan_.recipes.size() - 1);
    return add_recipe(part);
  }

  void make_runs() {
    std::sort(entries_.begin(), entries_.end(), [](const entry& a, const entry& b) {
      return a.recipe != b.recipe ? a.recipe < b.recipe : a.slot < b.slot;
    });
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
      return a.recipe == b.recipe && b.slot == a.slot + 1;
    };
    while (++i < entries_.size() && follows(entries_[i - 1], entries_[i])) {
    }
    return i;
  }

  void add_dense(std::size_t begin, std::size_t end) {
    auto& levels = plan_.level_runs;
    plan_.runs.push_back({entries_[begin].recipe, static_cast<std::uint32_t>(end - begin), true,
                          entries_[begin].slot, static_cast<std::uint32_t>(levels.size())});
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
    const auto place = static_cast<std::uint32_t>(plan_.slots.size());
    plan_.slots.push_back(one.slot);
    plan_.levels.push_back(one.level);
    auto& runs = plan_.runs;
    if (last_scattered_ != nobody && runs[last_scattered_].recipe == one.recipe) {
      ++runs[last_scattered_].count;
      return;
    }
    last_scattered_ = static_cast<std::uint32_t>(runs.size());
    runs.push_back({one.recipe, 1, false, 0, place});
  }

  void make_kept_runs() {
    const auto& by_slot = plan_.kept_by_slot;
    for (std::uint32_t slot = 0; slot < by_slot.size(); ++slot) {
      if (by_slot[slot] == 0) continue;
      auto& runs = plan_.kept;
      if (!runs.empty() && runs.back().slot + runs.back().count == slot && runs.back().kept == by_slot[slot])
        ++runs.back().count;
      else
        runs.push_back({slot, 1, by_slot[slot]});
    }
  }

  static constexpr std::uint32_t worth_a_run = 8;

  const std::vector<patched_fixture>& fixtures_;
  release_mode release_;
  std::vector<std::uint32_t> owners_;                                // by level
  std::vector<std::uint32_t> universe_levels_;                       // by fixture
  std::unordered_map<const fixture_model*, std::uint32_t> by_model_; // only looked up
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

std::shared_ptr<const patch_plan> make_patch_plan(const std::vector<patched_fixture>& fixtures,
                                                  const std::vector<std::uint16_t>& addresses,
                                                  std::size_t slots, release_mode release) {
  return planner(fixtures, addresses, release).run(slots);
}

} // namespace troupe::engine
