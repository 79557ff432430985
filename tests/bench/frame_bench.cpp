// How long one frame takes from columns to text. Prints medians; judge them on a quiet machine.

#include "protocol/frame_image.hpp"
#include "protocol/frame_json.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace troupe;

constexpr int rounds = 400;

std::string uuid_like(std::mt19937& random) {
  std::string out;
  for (const int part : {8, 4, 4, 4, 12}) {
    if (!out.empty()) out += '-';
    for (int i = 0; i < part; ++i) out += "0123456789abcdef"[random() % 16];
  }
  return out;
}

frame_data make_frame(std::uint32_t fixtures, std::mt19937& random) {
  auto rig = std::make_shared<fixture_layout>();
  for (std::uint32_t i = 0; i < fixtures; ++i) {
    rig->ids.push_back(uuid_like(random));
    rig->order.push_back(i);
  }
  auto layout = std::make_shared<frame_layout>();
  layout->fixtures = std::move(rig);
  frame_data frame;
  frame.layout = std::move(layout);
  frame.written.assign(fixtures, 1);
  frame.mask.assign(fixtures, has_intensity | has_color);
  for (auto& column : frame.values) column.assign(fixtures, 0.0F);
  return frame;
}

/// The next frame, in which each fixture changes with this probability.
void animate(frame_data& frame, unsigned percent, std::mt19937& random) {
  frame.time.frame_number += 1;
  frame.time.t_ns += 16'666'667;
  std::uniform_real_distribution<float> level{0.0F, 1.0F};
  for (std::size_t slot = 0; slot < frame.written.size(); ++slot) {
    if (random() % 100 >= percent) continue;
    for (const auto c : {column::intensity, column::red, column::green, column::blue})
      frame.values[static_cast<std::size_t>(c)][slot] = level(random);
  }
}

/// Nanoseconds that `work` takes; keeps what it returns from being optimised away.
template <class Work>
double nanoseconds(Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  const auto& result = work();
  const auto end = std::chrono::steady_clock::now();
  asm volatile("" : : "r"(&result) : "memory");
  return std::chrono::duration<double, std::nano>(end - begin).count();
}

class timing {
 public:
  template <class Work>
  void measure(Work&& work) {
    all_.push_back(nanoseconds(work));
  }
  double median() {
    const auto middle = all_.begin() + static_cast<std::ptrdiff_t>(all_.size() / 2);
    std::nth_element(all_.begin(), middle, all_.end());
    return *middle;
  }

 private:
  std::vector<double> all_;
};

void report(const char* what, timing& took, std::uint32_t fixtures, std::size_t bytes) {
  const double median = took.median();
  std::printf("  %-22s %9.1f us  %7.2f ns/fixture  %9zu bytes\n", what, median / 1000, median / fixtures,
              bytes);
}

/// A yardstick, to compare figures between machines and moods of one machine.
void report_clock() {
  timing chain;
  constexpr int additions = 100'000;
  for (int round = 0; round < 20; ++round)
    chain.measure([] {
      std::uint64_t sum = 0;
      for (int i = 0; i < additions; ++i) {
        ++sum;
        asm volatile("" : "+r"(sum)); // one by one
      }
      return sum;
    });
  std::printf("one addition after another: %.3f ns each\n", chain.median() / additions);
}

void bench(std::uint32_t fixtures, unsigned percent) {
  std::mt19937 random{1};
  auto frame = make_frame(fixtures, random);
  animate(frame, 100, random);
  frame_image_pool pool;
  pool.make(frame, 1);

  timing build, full, delta, shared_full;
  std::size_t full_size = 0, delta_size = 0;
  for (int round = 0; round < rounds; ++round) {
    animate(frame, percent, random);
    frame_image_ptr image;
    build.measure([&]() -> const frame_image_ptr& { return image = pool.make(frame, 1); });
    shared_full.measure([&] { return frame_json::shared_full(*image); });
    full.measure([&] { return frame_json::full(*image); });
    delta.measure([&] { return frame_json::shared_delta(*image, image->frame_number() - 1); });
    full_size = frame_json::shared_full(*image)->size();
    delta_size = frame_json::shared_delta(*image, image->frame_number() - 1)->size();
  }
  std::printf("%u fixtures, %u %% animated\n", fixtures, percent);
  report("image", build, fixtures, 0);
  report("full, in used memory", shared_full, fixtures, full_size);
  report("full, a new string", full, fixtures, full_size);
  report("delta", delta, fixtures, delta_size);
}

} // namespace

int main() {
  for (const std::uint32_t fixtures : {100U, 8000U})
    for (const unsigned percent : {100U, 10U}) {
      report_clock();
      bench(fixtures, percent);
    }
}
