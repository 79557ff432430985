// Whatever a segment of a run log holds: it is read to an end, and what is read is legal.

#include "storage/run_log/block.hpp"
#include "storage/run_log/segment_reader.hpp"

#include <cstdlib>

namespace {

using namespace troupe;
using namespace troupe::storage::run_log;

void insist(bool holds) {
  if (!holds) std::abort();
}

struct check {
  void operator()(const tick_taken& one) const {
    insist(one.inputs && one.inputs->layout);
    insist(one.inputs->faders.size() == one.inputs->layout->faders.size());
    insist(one.inputs->buttons.size() == one.inputs->layout->buttons.size());
    insist(one.time.t_ns >= 0 && one.time.dt_ns >= 0);
    for (const auto value : one.inputs->faders) insist(value >= 0 && value <= 1);
    if (const auto& network = one.inputs->network)
      insist(network->levels.size() == network->universes.size() * dmx_inputs::channels &&
             network->priorities.size() == network->levels.size());
  }
  void operator()(const node_memory& one) const {
    insist(one.type < node_type::count_ && one.varying == !one.cells.empty());
    insist(one.doubles.size() == one.length() * one.double_columns);
    insist(one.floats.size() == one.length() * one.float_columns);
  }
  void operator()(const held_memory& held) const {
    insist(held.masks.size() == cells_in(held.cells));
    for (const auto& column : held.columns) insist(column.size() == held.masks.size());
  }
  void operator()(const show_entity& one) const { insist(one.entity != nullptr); }
  template <class Other>
  void operator()(const Other&) const {}
};

void read(std::string file) {
  auto reader = segment_reader::open(std::move(file));
  if (!reader) return;
  while (true) {
    const auto one = reader->next();
    if (!one || !*one) return;
    std::visit(check{}, **one);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  read(bytes);
  // A checksum that fits isn't guessed: here are the same bytes within one.
  std::string file{file_mark};
  append_block(file, bytes, packing::plain);
  read(std::move(file));
  return 0;
}
