#pragma once
// What a client did to the controls and input_state hasn't heard of yet. Faders conflate: the newest value
// wins, at its newest place in the order. Pure.

#include "protocol/messages.hpp"

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe::actors {

class input_queue {
 public:
  /// Above this the client isn't read any more until input_state has answered.
  static constexpr std::size_t full = 256;

  void move_fader(std::string id, float value, boost::json::value request_id) {
    const auto found = fader_at_.find(id);
    if (found != fader_at_.end()) waiting_[found->second].change.input_id.clear();
    fader_at_[id] = waiting_.size();
    waiting_.push_back({{input_action::move_fader, std::move(id), level{value}}, std::move(request_id)});
    if (waiting_.size() > 2 * fader_at_.size() + full) compact();
  }

  void press(input_action action, std::string id, boost::json::value request_id) {
    waiting_.push_back({{action, std::move(id), {}}, std::move(request_id)});
  }

  bool in_flight() const noexcept { return in_flight_; }
  bool empty() const noexcept { return waiting_.empty(); }
  bool crowded() const noexcept { return waiting_.size() >= full; }

  /// Everything that waits, as one batch; the next one may leave after `answered`.
  std::vector<input_change> take() {
    compact();
    in_flight_ = true;
    request_ids_.clear();
    std::vector<input_change> batch;
    batch.reserve(waiting_.size());
    for (auto& one : waiting_) {
      batch.push_back(std::move(one.change));
      request_ids_.push_back(std::move(one.request_id));
    }
    waiting_.clear();
    fader_at_.clear();
    return batch;
  }

  void answered() noexcept { in_flight_ = false; }

  /// Of a change in the batch that is on its way.
  const boost::json::value& request_id(std::size_t index) const { return request_ids_.at(index); }

 private:
  struct entry {
    input_change change; // an empty id: a fader that has moved again since
    boost::json::value request_id;
  };

  void compact() {
    std::erase_if(waiting_, [](const entry& one) { return one.change.input_id.empty(); });
    fader_at_.clear();
    for (std::size_t i = 0; i < waiting_.size(); ++i)
      if (waiting_[i].change.action == input_action::move_fader) fader_at_[waiting_[i].change.input_id] = i;
  }

  std::vector<entry> waiting_;
  std::unordered_map<std::string, std::size_t> fader_at_;
  std::vector<boost::json::value> request_ids_;
  bool in_flight_ = false;
};

} // namespace troupe::actors
