#pragma once
// A server with a data folder and a lighting node of its own, and a fresh show on a shared one.

#include "tests/conformance/support/live_client.hpp"
#include "tests/conformance/support/server_process.hpp"
#include "tests/conformance/support/udp_receiver.hpp"

#include <memory>

namespace troupe::conformance {

/// What differs from a plain start on an empty data folder.
struct server_options {
  std::string show = "main";
  std::string settings{}; ///< YAML, passed by --config
  std::vector<std::string> arguments{};
  std::map<std::string, std::string> environment{};
};

/// Starts in the constructor unless `later`. Files may be put into `data` before.
class test_server {
 public:
  struct later {};
  explicit test_server(server_options options = {});
  test_server(later, server_options options = {});

  void start();
  int stop() { return process_->stop(); }
  void kill_hard() { process_->kill_hard(); }
  void restart_after_kill() { kill_hard(), start(); }

  server_process& process() { return *process_; }
  bool running() { return process_ && process_->running(); }
  std::uint16_t port() const { return process_->port(); }
  rest_client rest() const { return rest_client(port()); }
  live_client client(std::string_view query = {}) const { return live_client(port(), query); }
  /// A file of the show it starts with.
  std::filesystem::path file(std::string_view name) const { return data / options_.show / name; }

  temp_dir data;
  udp_receiver artnet;

 private:
  server_options options_;
  temp_dir settings_;
  std::unique_ptr<server_process> process_;
};

/// The one that tests share; started when first asked for, and again should it have ended.
test_server& shared_server();

/// An empty show, active on the shared server until the next one is made.
class live_show {
 public:
  live_show();

  live_client client() const { return server.client(); }
  /// A client that gets every full frame.
  live_client viewer(json::object options = {}) const;

  /// Each creates an entity and returns its id.
  std::string dimmer(int channel, int universe = 0);
  std::string fixture(std::string_view model, int channel, int universe = 0);
  std::string fader(std::string_view name = "fader");
  std::string button(std::string_view name = "button");
  std::string group(const std::vector<std::string>& fixtures);
  std::string graph(const json::object& of);

  test_server& server;
  rest_client rest;
  std::string name;
};

} // namespace troupe::conformance
