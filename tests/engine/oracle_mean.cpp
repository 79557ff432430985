// Section 6, "Pixels": what a frame shows of a fixture with several cells.
#include "tests/engine/oracle.hpp"

#include <cmath>
#include <optional>

namespace troupe::test {
namespace {

/// As a frame prints it, in units of 1e-5.
std::int64_t rounded(float x) {
  return static_cast<std::int64_t>(std::floor(static_cast<double>(x) * 100'000.0 + 0.5));
}

/// The mean of one number over all cells, rounded half up. All cells hold the same attributes.
template <class Value>
float mean(const std::vector<bundle>& cells, Value&& value) {
  const auto count = static_cast<std::int64_t>(cells.size());
  std::int64_t sum = 0;
  for (const auto& cell : cells) sum += rounded(value(cell));
  // floor(sum / count + 1/2), of integers
  const auto over = 2 * sum + count, under = 2 * count;
  const auto whole = over / under - (over % under < 0 ? 1 : 0);
  return static_cast<float>(whole) / 1e5f;
}

} // namespace

bundle expected_mean(const std::vector<bundle>& cells) {
  if (cells.size() == 1) return cells.front();
  bundle out;
  const bundle& any = cells.front();
  if (any.intensity) out.intensity = mean(cells, [](const bundle& b) { return *b.intensity; });
  if (any.color)
    out.color = rgb{mean(cells, [](const bundle& b) { return b.color->r; }),
                    mean(cells, [](const bundle& b) { return b.color->g; }),
                    mean(cells, [](const bundle& b) { return b.color->b; })};
  if (any.pan) out.pan = mean(cells, [](const bundle& b) { return *b.pan; });
  if (any.tilt) out.tilt = mean(cells, [](const bundle& b) { return *b.tilt; });
  if (any.zoom) out.zoom = mean(cells, [](const bundle& b) { return *b.zoom; });
  return out;
}

} // namespace troupe::test
