#include "actors/client/frame_gathering.hpp"

#include "engine/frame_join.hpp"

#include <algorithm>

namespace troupe::actors {

void frame_gathering::reset(std::size_t stages) {
  stages_ = std::max<std::size_t>(stages, 1);
  parts_.assign(stages_, {});
  come_ = 0;
  updates_.clear();
}

std::optional<frame_made> frame_gathering::add(const frame_made& part) {
  if (part.part >= stages_) return std::nullopt; // of a stage that is gone
  if (parts_.size() != stages_) parts_.resize(stages_);
  const auto number = [](const frame_made& one) { return one.frame ? one.frame->time.frame_number : 0; };
  const auto newest =
      std::max_element(parts_.begin(), parts_.end(), [&](auto& a, auto& b) { return number(a) < number(b); });
  if (number(part) < number(*newest)) return std::nullopt;
  if (number(part) > number(*newest)) come_ = 0;
  parts_[part.part] = part;
  if (++come_ < stages_) return std::nullopt;
  newest_whole_.reset();
  newest_.clear();
  for (const auto& one : parts_) newest_.push_back(one.dmx);
  if (stages_ == 1) return part;
  auto whole = frames_.take();
  std::vector<const frame_data*> frames;
  frames.reserve(stages_);
  for (const auto& one : parts_) frames.push_back(one.frame.get());
  engine::join_frames(frames, *whole);
  return frame_made{std::move(whole), nullptr, 0, 0};
}

bool frame_gathering::installed(const show_update_ptr& update) {
  const auto found =
      std::find_if(updates_.begin(), updates_.end(), [&](const auto& one) { return one.first == update; });
  const auto times = found == updates_.end() ? 1 : found->second + 1;
  if (times >= stages_) {
    if (found != updates_.end()) updates_.erase(found);
    return true;
  }
  if (found == updates_.end())
    updates_.emplace_back(update, times);
  else
    found->second = times;
  return false;
}

dmx_ptr frame_gathering::whole_dmx() {
  if (newest_.size() == 1) return newest_.front();
  if (newest_whole_ || newest_.empty()) return newest_whole_;
  auto whole = levels_.take();
  std::vector<const dmx_data*> parts;
  for (const auto& one : newest_) parts.push_back(one.get());
  engine::join_dmx(parts, *whole);
  newest_whole_ = std::move(whole);
  return newest_whole_;
}

} // namespace troupe::actors
