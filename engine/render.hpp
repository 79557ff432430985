#pragma once
// Attributes of a tick -> DMX levels (protocol, section 6).

#include "engine/patch.hpp"
#include "protocol/bundle.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace troupe::engine {

/// Attributes by slot: one column each, and which of them are there.
struct attribute_planes {
  const std::uint8_t* mask = nullptr; ///< attribute_bit
  std::array<const float*, column_count> values{};
};

/// The attributes that stay after release.
class held_attributes {
 public:
  /// For another rig: forgets what freed slots held and what isn't kept any more.
  /// @param freed slots whose fixture has gone
  void fit(const patch_plan& plan, std::size_t slots, const std::vector<std::uint32_t>& freed);
  void clear();

  /// Takes in what this tick wrote to the fixtures of the plan that keep anything.
  void update(const patch_plan& plan, const attribute_planes& written);

  const std::uint8_t* mask() const noexcept { return mask_.data(); }
  const float* values(std::size_t column) const noexcept { return values_[column].data(); }

 private:
  std::vector<std::uint8_t> mask_; ///< what is held, written in this tick or before
  std::array<std::vector<float>, column_count> values_;
};

/// Levels of all fixtures of the plan. @param levels 512 for each address, overwritten whole
void render(const patch_plan& plan, const attribute_planes& written, const held_attributes& held,
            std::uint8_t* levels);

} // namespace troupe::engine
