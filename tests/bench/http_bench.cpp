// A server for load generators: one small JSON resource answered inline, and a WebSocket that sends the same
// message to everyone 60 times a second. Prints its port and runs until its standard input ends.
//
//   bench_http [io threads, default 1] &  wrk -t2 -c64 -d5s --latency http://127.0.0.1:PORT/small

#include "net/server.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

namespace {

namespace net = troupe::net;

constexpr std::size_t small_size = 90;
constexpr std::size_t frame_size = 9'400;

std::string small_json() {
  std::string out = R"({"data":{"running":true,"frameNumber":123456,"targetHz":60,"note":")";
  out.resize(small_size - 3, 'x');
  return out + "\"}}";
}

/// The WebSockets of one lane, and the frame they are to get.
struct audience {
  std::vector<std::shared_ptr<net::ws_connection>> members;
  net::outgoing newest;
  std::uint64_t number = 0;
};

void join(audience& to, const std::shared_ptr<net::ws_connection>& one) {
  to.members.push_back(one);
  one->source([&to, seen = std::uint64_t{0}]() mutable -> net::outgoing {
    if (seen == to.number) return nullptr;
    seen = to.number;
    return to.newest;
  });
  one->start({[one = one.get()](std::string, auto) { one->ack(1); },
              [&to, one = one.get()](std::uint16_t) {
                std::erase_if(to.members, [one](const auto& member) { return member.get() == one; });
              }});
}

void send_frames(net::io_pool& pool, std::vector<audience>& audiences, const std::atomic<bool>& ended) {
  auto due = std::chrono::steady_clock::now();
  for (std::uint64_t number = 1; !ended; ++number) {
    due += std::chrono::nanoseconds(1'000'000'000 / 60);
    std::this_thread::sleep_until(due);
    const auto frame = net::make_text(std::string(frame_size, 'f'));
    for (std::size_t lane = 0; lane < audiences.size(); ++lane) {
      pool.post(lane, [&to = audiences[lane], frame, number] {
        to.newest = frame;
        to.number = number;
        for (const auto& one : std::vector(to.members)) one->kick();
      });
    }
  }
}

} // namespace

int main(int argc, char** argv) {
  const auto threads = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1;
  net::io_pool pool(threads);
  std::vector<audience> audiences(threads);
  const auto body = std::make_shared<const std::string>(small_json());

  net::router routes;
  routes.add(net::http_method::get, "/small", [body](net::http_request&, net::responder reply) {
    net::http_response response;
    response.shared_body = body;
    reply.send(std::move(response));
  });
  net::server server(pool, {}, std::move(routes), [&](auto connection, const net::http_request& request) {
    join(audiences[request.lane], connection);
  });
  if (const auto listening = server.listen({{"127.0.0.1"}}, 0); !listening) {
    std::cerr << listening.error().message << '\n';
    return 1;
  }
  std::cout << "http://127.0.0.1:" << server.port() << "/small" << std::endl;

  std::atomic<bool> ended = false;
  std::thread ticker([&] { send_frames(pool, audiences, ended); });
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  ended = true;
  ticker.join();
  pool.stop_and_join();
  const auto counts = server.counters();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto micros = [](const timeval& time) { return time.tv_sec * 1'000'000 + time.tv_usec; };
  std::cout << counts.requests << " requests, " << counts.messages_out << " messages, " << counts.bytes_out
            << " bytes; " << micros(used.ru_utime) << " us user, " << micros(used.ru_stime) << " us system"
            << std::endl;
}
