#pragma once
// Where the engine and the oracle differ, in words; empty where they don't.

#include "tests/engine/oracle.hpp"

#include <string>

namespace troupe::test {

std::string compare(const expected_frame& expected, const plain_show& show, const frame_data& frame,
                    const dmx_data& levels);

/// As sets of (code, node, port, severity), as messages are free. A cycle may be reported at any of its
/// nodes.
std::string compare(const compile_result& expected, const compile_result& actual);

} // namespace troupe::test
