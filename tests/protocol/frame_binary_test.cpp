#include "protocol/frame_binary.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <random>

using namespace troupe;

namespace {

using universes = std::map<std::uint16_t, std::vector<std::uint8_t>>;

std::vector<std::uint8_t> filled(std::uint8_t level) {
  return std::vector<std::uint8_t>(512, level);
}

/// The DMX of one tick; `before` is that of the tick before.
std::shared_ptr<const dmx_data> dmx_of(std::uint64_t number, const universes& now, const universes& before) {
  auto data = std::make_shared<dmx_data>();
  data->time.frame_number = number;
  data->time.t_ns = static_cast<std::int64_t>((number - 1) * 500'000'000);
  for (const auto& [address, levels] : now) {
    data->addresses.push_back(address);
    data->levels.insert(data->levels.end(), levels.begin(), levels.end());
    const auto found = before.find(address);
    data->changed.push_back(found == before.end() || found->second != levels);
  }
  return data;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    char text[3];
    std::snprintf(text, sizeof text, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += text;
  }
  return out;
}

struct message {
  std::uint32_t flags = 0;
  std::uint64_t frame_number = 0;
  double t = 0;
  universes content;
};

template <class T>
T take(std::string_view& bytes) {
  T value{};
  REQUIRE(bytes.size() >= sizeof value);
  std::memcpy(&value, bytes.data(), sizeof value); // the tests run on little-endian machines
  bytes.remove_prefix(sizeof value);
  return value;
}

message read(std::string_view bytes) {
  REQUIRE(bytes.substr(0, 4) == "TRF1");
  bytes.remove_prefix(4);
  message out;
  out.flags = take<std::uint32_t>(bytes);
  out.frame_number = take<std::uint64_t>(bytes);
  out.t = take<double>(bytes);
  const auto count = take<std::uint32_t>(bytes);
  int last = -1;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto address = take<std::uint16_t>(bytes);
    REQUIRE(address > last);
    last = address;
    REQUIRE(take<std::uint16_t>(bytes) == 512);
    REQUIRE(bytes.size() >= 512);
    out.content[address] = {bytes.begin(), bytes.begin() + 512};
    bytes.remove_prefix(512);
  }
  REQUIRE(bytes.empty());
  return out;
}

universe_filter_ptr filter_of(std::vector<std::uint16_t> addresses) {
  return std::make_shared<universe_filter>(std::move(addresses));
}

} // namespace

TEST_CASE("frame binary: the bytes are those of the protocol", "[protocol][frame_binary]") {
  dmx_image_pool pool;
  const auto image = pool.make(dmx_of(2, {{0x0102, filled(0xab)}, {0x7fff, filled(1)}}, {}), 1);
  const auto bytes = frame_binary::full(*image);
  REQUIRE(bytes.size() == 28 + 2 * 516);
  CHECK(hex(bytes.substr(0, 36)) == "54524631"         // TRF1
                                    "00000000"         // flags
                                    "0200000000000000" // frameNumber
                                    "000000000000e03f" // t = 0.5
                                    "02000000"         // count
                                    "02010002"         // Port-Address 0x0102, 512 bytes
                                    "abababab");
  CHECK(hex(bytes.substr(28 + 516, 8)) == "ff7f000201010101");
  const auto delta = frame_binary::delta(*image, 0);
  REQUIRE(delta);
  CHECK(hex(delta->substr(0, 8)) == "5452463101000000");
  CHECK(delta->substr(8) == bytes.substr(8));
}

TEST_CASE("frame binary: a delta has the universes that changed since", "[protocol][frame_binary]") {
  dmx_image_pool pool;
  const universes first{{1, filled(0)}, {2, filled(0)}, {9, filled(0)}};
  pool.make(dmx_of(1, first, {}), 1);
  auto second = first;
  second[2][511] = 1;
  pool.make(dmx_of(2, second, first), 1);
  const auto image = pool.make(dmx_of(3, second, second), 1);
  CHECK(frame_binary::delta(*image, 3) == std::nullopt);
  CHECK(frame_binary::delta(*image, 2) == std::nullopt);
  CHECK(frame_binary::shared_delta(*image, 2) == nullptr);
  CHECK(read(*frame_binary::delta(*image, 1)).content == universes{{2, second[2]}});
  CHECK(read(*frame_binary::delta(*image, 0)).content == second);
  CHECK(read(*frame_binary::delta(*image, 0)).flags == 1);
  CHECK(read(frame_binary::full(*image)).content == second);
  CHECK(read(frame_binary::full(*image)).flags == 0);
  CHECK(read(frame_binary::full(*image)).t == 1.0);
}

TEST_CASE("frame binary: a filter lets its universes through, known or not", "[protocol][frame_binary]") {
  dmx_image_pool pool;
  const universes now{{1, filled(1)}, {2, filled(2)}, {9, filled(9)}};
  const auto image = pool.make(dmx_of(1, now, {}), 1);
  const auto some = filter_of({9, 5, 2, 9, 30'000});
  CHECK(read(frame_binary::full(*image, some.get())).content == universes{{2, filled(2)}, {9, filled(9)}});
  CHECK(frame_binary::delta(*image, 1, some.get()) == std::nullopt);
  CHECK(read(frame_binary::full(*image, filter_of({5}).get())).content.empty());
  REQUIRE(frame_binary::delta(*image, 0, filter_of({5}).get()));
  CHECK(read(*frame_binary::delta(*image, 0, filter_of({5}).get())).content.empty());

  const auto shared = frame_binary::shared_full(*image, some);
  CHECK(*shared == frame_binary::full(*image, some.get()));
  CHECK(frame_binary::shared_full(*image, filter_of({2, 5, 9, 30'000})) == shared);
  CHECK(frame_binary::shared_full(*image) != shared);
  CHECK(*frame_binary::shared_delta(*image, 0, some) == *frame_binary::delta(*image, 0, some.get()));
}

TEST_CASE("frame binary: without universes there are frames too", "[protocol][frame_binary]") {
  dmx_image_pool pool;
  const auto image = pool.make(dmx_of(1, {}, {}), 1);
  CHECK(frame_binary::full(*image).size() == 28);
  CHECK(read(*frame_binary::delta(*image, 0)).content.empty());
}

TEST_CASE("frame binary: another show starts anew", "[protocol][frame_binary]") {
  dmx_image_pool pool;
  const universes now{{1, filled(1)}};
  pool.make(dmx_of(1, now, {}), 1);
  const auto image = pool.make(dmx_of(2, now, now), 2);
  CHECK(image->last_changed()[0] == 2);
}

TEST_CASE("frame binary: deltas add up to the full frame, whatever is left out", "[protocol][frame_binary]") {
  std::mt19937 random{GENERATE(1U, 2U, 3U, 4U)};
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  dmx_image_pool pool;
  universes now, before;
  struct client {
    unsigned patience;
    std::uint64_t base = 0;
    universes model;
  };
  std::vector<client> clients{{1, 0, {}}, {2, 0, {}}, {7, 0, {}}};
  for (std::uint64_t number = 1; number <= 300; ++number) {
    before = now;
    if (below(10) == 0) now[static_cast<std::uint16_t>(below(6))] = filled(0);
    if (below(20) == 0) now.erase(static_cast<std::uint16_t>(below(6)));
    for (auto& [address, levels] : now)
      if (below(3) == 0) levels[below(512)] = static_cast<std::uint8_t>(below(3));
    const auto data = dmx_of(number, now, before);
    if (below(4) == 0) continue; // nobody looked at this frame
    const auto image = pool.make(data, 1);
    REQUIRE(read(frame_binary::full(*image)).content == now);
    for (auto& each : clients) {
      if (below(each.patience) != 0) continue;
      if (const auto text = frame_binary::shared_delta(*image, each.base))
        for (auto& [address, levels] : read(*text).content) {
          CHECK((each.base == 0 || each.patience != 1 || each.model[address] != levels));
          each.model[address] = levels;
        }
      each.base = number;
      for (const auto& [address, levels] : now) REQUIRE(each.model[address] == levels);
      std::erase_if(each.model, [&](const auto& known) { return !now.contains(known.first); });
    }
  }
  CHECK(pool.size() == 2);
  pool.clear();
  CHECK(pool.latest() == nullptr);
}
