// Any UDP payload is either an error or a packet whose parts lie within it.

#include "protocol/artnet.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

using namespace troupe::artnet;

void insist(bool holds) {
  if (!holds) std::abort();
}

struct check {
  std::span<const std::uint8_t> bytes;

  void within(const void* begin, std::size_t size) const {
    const auto* const at = static_cast<const std::uint8_t*>(begin);
    insist(at >= bytes.data() && at + size <= bytes.data() + bytes.size());
  }

  void operator()(const artdmx& dmx) const {
    within(dmx.levels.data(), dmx.levels.size());
    insist(dmx.levels.size() >= 2 && dmx.levels.size() <= artdmx_max_levels && dmx.levels.size() % 2 == 0);
    insist(dmx.version >= protocol_version);
    if (dmx.levels.size() != artdmx_max_levels || dmx.version != protocol_version) return;
    std::array<std::uint8_t, artdmx_packet_size> again;
    encode_artdmx(again, dmx.address, dmx.sequence, dmx.physical, dmx.levels.first<artdmx_max_levels>());
    insist(std::memcmp(again.data(), bytes.data(), again.size()) == 0);
  }
  void operator()(const artpoll& poll) const {
    insist(poll.bottom <= poll.top);
    const auto again = parse(encode_artpoll(poll));
    insist(again && std::get<artpoll>(*again).flags == poll.flags &&
           std::get<artpoll>(*again).top == poll.top);
  }
  void operator()(const arttimecode& time) const {
    insist(time.hours < 24 && time.minutes < 60 && time.seconds < 60 && time.frames < 30);
    insist(time.type <= arttimecode::rate::smpte);
  }
  void operator()(const artpollreply& reply) const {
    for (const auto text : {reply.port_name, reply.long_name, reply.node_report}) {
      within(text.data(), text.size());
      insist(text.find('\0') == text.npos);
    }
    insist(reply.port_count <= reply.ports.size());
    // What is sent for it is read as the same: encoding it again changes nothing.
    const auto once = encode_artpollreply(reply);
    const auto again = parse(once);
    insist(again && encode_artpollreply(std::get<artpollreply>(*again)) == once);
  }
  void operator()(const artsync& sync) const { insist(sync.version >= protocol_version); }
  void operator()(const other_packet& other) const { within(other.body.data(), other.body.size()); }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes{data, size};
  const auto parsed = parse(bytes);
  if (parsed)
    std::visit(check{bytes}, *parsed);
  else
    insist(!parse_error_name(parsed.error()).empty());
  return 0;
}
