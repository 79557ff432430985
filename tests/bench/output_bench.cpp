// What it costs to put a frame on the wire: `bench_output [seconds per row]`. Every universe changes in every
// frame and goes to one receiver on loopback, a process of its own, with and without UDP_GRO. Four ways, in
// turns within one run, so that they have the same weather:
//   bare     sendmmsg over packets that lie ready, nothing else: what the kernel costs
//   stage    the output's schedule, header and levels put together in a buffer of one call (what Troupe does)
//   gather   the output's schedule, header and levels as two parts that the kernel puts together
//   plan     the output's schedule alone, nothing is sent
// The time is that of the sending thread's processor, so that company on the machine distorts it less.

#include "actors/output/artnet_schedule.hpp"
#include "net/udp_sender.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

using clock_type = std::chrono::steady_clock;
constexpr std::size_t packet_size = artnet::artdmx_packet_size;
constexpr unsigned segments = 64; // of one destination that is `fast`

/// A process that takes packets and throws them away, until it is killed.
class receiver {
 public:
  explicit receiver(bool gro) {
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    const int on = 1, room = 32 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (gro) setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    where = net::udp_endpoint::from_bytes(&address, size);
    child_ = fork();
    if (child_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      run(fd);
    }
    close(fd);
  }
  ~receiver() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  net::udp_endpoint where;

 private:
  [[noreturn]] static void run(int fd) {
    constexpr std::size_t count = 64, each = 65'536;
    std::vector<char> room(count * each);
    std::vector<iovec> parts(count);
    std::vector<mmsghdr> headers(count);
    for (;;) {
      for (std::size_t i = 0; i < count; ++i) {
        parts[i] = {room.data() + i * each, each};
        headers[i] = {};
        headers[i].msg_hdr.msg_iov = &parts[i];
        headers[i].msg_hdr.msg_iovlen = 1;
      }
      recvmmsg(fd, headers.data(), count, MSG_WAITFORONE, nullptr);
    }
  }
  pid_t child_ = -1;
};

/// Packets that lie ready, and the kernel's own call.
class bare_sender {
 public:
  bare_sender(std::size_t universes, const net::udp_endpoint& where) : fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
    connect(fd_, static_cast<const sockaddr*>(where.data()), static_cast<socklen_t>(where.size()));
    const int each = packet_size;
    setsockopt(fd_, SOL_UDP, UDP_SEGMENT, &each, sizeof each);
    bytes_.assign(universes * packet_size, 7);
    for (std::size_t at = 0; at < bytes_.size(); at += segments * packet_size) {
      parts_.push_back({bytes_.data() + at, std::min(segments * packet_size, bytes_.size() - at)});
    }
    headers_.resize(parts_.size());
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      headers_[i].msg_hdr.msg_iov = &parts_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  ~bare_sender() { close(fd_); }
  void frame() {
    for (std::size_t done = 0; done < headers_.size();) {
      const int got = sendmmsg(fd_, headers_.data() + done,
                               static_cast<unsigned>(std::min<std::size_t>(4, headers_.size() - done)), 0);
      done += got > 0 ? static_cast<std::size_t>(got) : 1;
    }
  }

 private:
  int fd_;
  std::vector<std::uint8_t> bytes_;
  std::vector<iovec> parts_;
  std::vector<mmsghdr> headers_;
};

/// What an output does with a frame.
class output {
 public:
  enum class way { stage, gather, plan };

  output(std::size_t universes, const net::udp_endpoint& where, way how_it_goes)
      : where_(where), way_(how_it_goes), dmx_(std::make_shared<dmx_data>()), schedule_(output_timing{}) {
    net::udp_options how;
    how.segments = segments;
    how.stage = way_ == way::stage;
    socket_ = std::make_unique<net::udp_sender>(net::udp_sender::open(false, how).value());
    for (std::size_t i = 0; i < universes; ++i) dmx_->addresses.push_back(static_cast<std::uint16_t>(i));
    dmx_->levels.assign(universes * universe_levels, 7);
    dmx_->changed.assign(universes, 1);
  }
  void frame() {
    schedule_.offer(dmx_);
    batch_.clear();
    for (const auto& one : schedule_.due(clock_type::now().time_since_epoch())) {
      const auto packet = schedule_.make(*one.which);
      batch_.push_back({packet.header, &where_, packet.levels});
    }
    if (way_ != way::plan) socket_->send_batch(batch_);
  }

 private:
  net::udp_endpoint where_;
  way way_;
  std::shared_ptr<dmx_data> dmx_;
  artnet_schedule schedule_;
  std::unique_ptr<net::udp_sender> socket_;
  std::vector<net::datagram> batch_;
};

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct measure {
  double seconds = 0;
  std::size_t frames = 0;
};

template <class Sender>
void turn(measure& into, Sender& sender, double seconds) {
  const auto start = clock_type::now();
  const auto before = processor_seconds();
  do {
    sender.frame();
    ++into.frames;
  } while (std::chrono::duration<double>(clock_type::now() - start).count() < seconds);
  into.seconds += processor_seconds() - before;
}

void row(std::size_t universes, bool gro, double seconds) {
  const receiver there{gro};
  bare_sender bare{universes, there.where};
  output stage{universes, there.where, output::way::stage},
      gather{universes, there.where, output::way::gather}, plan{universes, there.where, output::way::plan};
  std::map<std::string, measure> all;
  constexpr int turns = 10;
  for (int i = 0; i < turns; ++i) {
    turn(all["bare"], bare, seconds / turns);
    turn(all["gather"], gather, seconds / turns);
    turn(all["stage"], stage, seconds / turns);
    turn(all["plan"], plan, seconds / turns / 4);
  }
  const auto rate = [&](const std::string& name) {
    return static_cast<double>(all[name].frames * universes) / all[name].seconds;
  };
  for (const auto* name : {"bare", "stage", "gather", "plan"})
    std::printf("%6zu  %-6s %-6s %8.0f ns/packet %8.2f M packets/s %5.0f %% of bare\n", universes,
                gro ? "GRO" : "plain", name, 1e9 / rate(name), rate(name) / 1e6,
                100 * rate(name) / rate("bare"));
}

} // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 2;
  for (const bool gro : {true, false})
    for (const std::size_t universes : {512, 4'096, 32'768}) row(universes, gro, seconds);
  return 0;
}
