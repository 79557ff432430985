#include "actors/cli/replay_ways.hpp"

#include "protocol/entity_codec.hpp"
#include "storage/config.hpp"

#include <array>
#include <random>
#include <utility>

namespace troupe::cli {

namespace {

/// A replay is a source of its own: receivers must be able to tell it from the server that may go on sending.
sacn::component_id new_source() {
  std::random_device random;
  std::array<std::uint8_t, 16> bytes{};
  for (auto& one : bytes) one = static_cast<std::uint8_t>(random());
  return *sacn::component_id_from(uuid_v4(bytes));
}

result<std::vector<actors::output_options>> outputs_in(const std::string& file, const streams& io) {
  const auto settings = storage::load_config(file, {}, {});
  if (!settings) {
    const auto& all = settings.error();
    for (std::size_t i = 1; i < all.size(); ++i) io.err << "troupe: " << storage::to_string(all[i]) << '\n';
    return invalid("outputs", storage::to_string(all.front()));
  }
  auto made = actors::outputs_of(*settings, new_source(), nullptr);
  std::erase_if(made, [&](const actors::output_options& one) {
    const auto* artnet = std::get_if<actors::artnet_output_options>(&one);
    const bool seeks = artnet && artnet->destination.empty();
    if (seeks)
      io.err << "warning: nothing is sent to " << artnet->name() << ": a replay looks for no nodes\n";
    return seeks;
  });
  if (made.empty()) return invalid("outputs", file + " has no output that a replay can send to");
  return made;
}

} // namespace

result<std::vector<std::unique_ptr<replay_output>>> open_ways(const replay_ways& wanted, const streams& io) {
  std::vector<actors::output_options> all;
  if (wanted.artnet) {
    actors::artnet_output_options one;
    one.destination = *wanted.artnet;
    one.timing.constant_rate = true; // whoever steps through a run wants each frame on the wire as a whole
    all.emplace_back(std::move(one));
  }
  if (wanted.sacn) {
    actors::sacn_output_options one;
    one.source.id = new_source();
    one.source.name = "Troupe replay";
    if (*wanted.sacn != "multicast") one.destination = *wanted.sacn;
    one.timing.constant_rate = true;
    all.emplace_back(std::move(one));
  }
  if (wanted.settings) {
    auto more = outputs_in(*wanted.settings, io);
    if (!more) return failure{more.error()};
    std::move(more->begin(), more->end(), std::back_inserter(all));
  }
  std::vector<std::unique_ptr<replay_output>> made;
  for (const auto& one : all) {
    auto opened = open_replay_output(one);
    if (!opened) return failure{opened.error()};
    made.push_back(std::move(*opened));
  }
  return made;
}

} // namespace troupe::cli
