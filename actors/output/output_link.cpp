#include "actors/output/output_link.hpp"

#include "actors/system/log.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::actors {
namespace {

constexpr std::chrono::milliseconds first_back_off{250}, longest_back_off{8'000};
constexpr std::size_t lasting = 60; // batches without room before it is called a problem

} // namespace

void output_link::tell(std::string problem) {
  if (problem == problem_) return;
  if (!problem.empty()) log::warn(name_, problem);
  if (problem.empty()) log::info(name_, "sending to " + destination_ + " again");
  problem_ = std::move(problem);
}

bool output_link::ready(time now) {
  if (way_) return true;
  if (retry_at_ && now < *retry_at_) return false;
  auto opened = open_();
  if (!opened) {
    tell("can't send to " + destination_ + ": " + opened.error().message);
    retry_at_ = now + back_off_;
    back_off_ = std::min(back_off_ * 2, longest_back_off);
    return false;
  }
  way_.emplace(std::move(*opened));
  back_off_ = first_back_off;
  tell({});
  return true;
}

void output_link::send(std::span<const net::datagram> batch) {
  const auto outcome = way_->socket.send_batch(batch);
  const bool blocked = outcome.sent == 0 && (outcome.dropped > 0 || outcome.errors > 0);
  full_batches_ = blocked ? full_batches_ + 1 : 0;
  if (full_batches_ == lasting)
    tell("nothing can be sent to " + destination_ + ": " +
         (outcome.last_error ? std::strerror(outcome.last_error) : "no room in the kernel"));
  else if (!blocked)
    tell({});
}

output_report output_link::report(const std::string& note) const {
  output_report told;
  told.name = name_;
  told.destination = destination_;
  told.problem = problem_;
  if (!note.empty()) told.problem += (problem_.empty() ? "" : "; ") + note;
  if (way_) {
    const auto& sums = way_->socket.totals();
    told.packets = sums.sent;
    told.bytes = sums.bytes;
    told.refused = sums.refused;
    told.dropped = sums.dropped;
    told.errors = sums.errors;
    told.unreachable = sums.unreachable;
  }
  return told;
}

} // namespace troupe::actors
