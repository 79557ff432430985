#include "actors/run/memory_gathering.hpp"

#include "engine/memory_by_cell.hpp"

namespace troupe::actors {

std::uint64_t memory_gathering::ask() {
  drop();
  asked_ = true;
  return ++number_;
}

void memory_gathering::drop() {
  asked_ = too_much_ = false;
  show_.reset();
  parts_.clear();
  told_ = 0;
  seconds_ = 0;
}

void memory_gathering::take(const memory_told& told) {
  if (!asked_ || told.number != number_ || told.part >= told.parts) return;
  if (parts_.empty()) parts_.resize(told.parts);
  if (parts_.size() != told.parts) return; // of other stages; there will be no answer
  parts_[told.part] = told.memory;
  too_much_ = too_much_ || !told.memory;
  ++told_;
}

std::optional<show_memory> memory_gathering::finish() {
  std::optional<show_memory> made;
  if (!too_much_) {
    const auto& rig = parts_.front()->rig;
    if (rig) made = engine::memory_by_cell(parts_, {*show_, *rig->places});
  }
  drop();
  return made;
}

bool memory_gathering::too_long() {
  return asked_ && ++seconds_ > patience;
}

} // namespace troupe::actors
