#pragma once
// What a show remembers, as the bytes of a run log: floats by their bits, so that nothing is rounded.

#include "protocol/show_memory.hpp"
#include "storage/run_log/bytes.hpp"

#include <string>

namespace troupe::storage::run_log {

void put_memory(std::string& out, const node_memory& one);
void put_memory(std::string& out, const held_memory& held);

/// Whatever the bytes: columns are as long as they have to be, cells ascend. Else the reader is spoilt.
node_memory take_node_memory(byte_reader& from);
held_memory take_held_memory(byte_reader& from);

} // namespace troupe::storage::run_log
