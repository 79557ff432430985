#pragma once
// Whether a fixture has room where it is patched (protocol, sections 1 and 6 "Pixels").

#include "protocol/entities.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// What is wrong with the address of a fixture.
struct patch_fault {
  std::string_view field; ///< of the fixture: `startChannel` or `universe`
  std::string reason;     ///< what comes after "the fixture"
};

/// A cell ends within its universe, unless several are packed; and the last one ends within the last
/// universe. A model without channels fits everywhere.
std::optional<patch_fault> find_patch_fault(const fixture_model& model, const fixture& patch);

} // namespace troupe
