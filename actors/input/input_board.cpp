#include "actors/input/input_board.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {

std::optional<std::size_t> input_board::find(const std::vector<std::string>& sorted,
                                             std::string_view id) const {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), id);
  if (at == sorted.end() || *at != id) return std::nullopt;
  return static_cast<std::size_t>(at - sorted.begin());
}

void input_board::relayout(std::shared_ptr<const input_layout> layout, bool reset) {
  ++version_;
  std::vector<float> faders(layout->faders.size(), 0.0f);
  std::vector<std::uint64_t> fader_versions(faders.size(), version_);
  std::vector<button> buttons(layout->buttons.size());
  for (auto& one : buttons) one.version = version_;
  if (!reset) {
    for (std::size_t i = 0; i < layout_->faders.size(); ++i) {
      if (const auto to = find(layout->faders, layout_->faders[i])) {
        faders[*to] = faders_[i];
        fader_versions[*to] = fader_versions_[i];
      }
    }
    for (std::size_t i = 0; i < layout_->buttons.size(); ++i)
      if (const auto to = find(layout->buttons, layout_->buttons[i])) buttons[*to] = std::move(buttons_[i]);
  }
  layout_ = std::move(layout);
  faders_ = std::move(faders);
  fader_versions_ = std::move(fader_versions);
  buttons_ = std::move(buttons);
  moved_ = stale_ = true;
}

void input_board::move_fader(std::size_t index, float value) {
  if (faders_[index] == value) return;
  faders_[index] = value;
  fader_versions_[index] = ++version_;
  moved_ = stale_ = true;
}

void input_board::touch_button(std::size_t index) {
  buttons_[index].version = ++version_;
  moved_ = stale_ = true;
}

void input_board::hold(std::size_t index, std::uint64_t client) {
  auto& one = buttons_[index];
  if (std::find(one.holders.begin(), one.holders.end(), client) != one.holders.end()) return;
  one.holders.push_back(client);
  one.pressed = true;
  touch_button(index);
}

void input_board::let_go(std::size_t index, std::uint64_t client) {
  if (std::erase(buttons_[index].holders, client) > 0) touch_button(index);
}

bool input_board::apply(std::uint64_t client, const input_change& change) {
  const bool fader = change.action == input_action::move_fader;
  const auto index = find(fader ? layout_->faders : layout_->buttons, change.input_id);
  if (!index) return false;
  switch (change.action) {
  case input_action::move_fader:
    move_fader(*index, std::clamp(change.value.value(), 0.0f, 1.0f));
    break;
  case input_action::press_down:
    hold(*index, client);
    break;
  case input_action::release:
    let_go(*index, client);
    break;
  case input_action::press_once:
    let_go(*index, client);
    buttons_[*index].pressed = stale_ = true;
    break;
  }
  return true;
}

void input_board::release_all(std::uint64_t client) {
  for (std::size_t i = 0; i < buttons_.size(); ++i) let_go(i, client);
}

void input_board::network_says(const network_moved& news) {
  if (news.dmx != network_) {
    network_ = news.dmx;
    stale_ = true;
  }
  if (news.timecode_ns) {
    new_timecode_ = news;
    stale_ = true;
  }
}

std::shared_ptr<const input_snapshot> input_board::tick(const tick_time& time) {
  if (!stale_ && snapshot_) return snapshot_;
  // From the steady clock of this process to show time, once: from here on time comes by ticks only.
  if (const auto news = std::exchange(new_timecode_, std::nullopt))
    timecode_ = {true, *news->timecode_ns, time.t_ns - (time.deadline_ns - news->timecode_arrival_ns)};
  snapshot_ = nullptr;
  auto next = snapshots_.take();
  next->layout = layout_;
  next->faders = faders_;
  next->network = network_;
  next->timecode = timecode_;
  next->buttons.clear();
  next->buttons.reserve(buttons_.size());
  stale_ = false;
  for (auto& one : buttons_) {
    next->buttons.push_back({!one.holders.empty() || one.pressed, one.pressed});
    if (std::exchange(one.pressed, false)) stale_ = true; // the next tick must not see it again
  }
  snapshot_ = std::move(next);
  return snapshot_;
}

std::shared_ptr<const input_image> input_board::image() {
  if (!moved_ && image_) return image_;
  auto next = std::make_shared<input_image>();
  next->version = version_;
  next->layout = layout_;
  next->faders = faders_;
  next->fader_versions = fader_versions_;
  for (const auto& one : buttons_) {
    next->buttons.push_back(one.holders.empty() ? 0 : 1);
    next->button_versions.push_back(one.version);
  }
  moved_ = false;
  image_ = std::move(next);
  return image_;
}

std::shared_ptr<const input_image> image_at_rest(std::shared_ptr<const input_layout> layout,
                                                 std::uint64_t version) {
  auto rest = std::make_shared<input_image>();
  rest->version = version;
  rest->faders.assign(layout->faders.size(), 0.0f);
  rest->buttons.assign(layout->buttons.size(), 0);
  rest->fader_versions.assign(layout->faders.size(), version);
  rest->button_versions.assign(layout->buttons.size(), version);
  rest->layout = std::move(layout);
  return rest;
}

} // namespace troupe::actors
