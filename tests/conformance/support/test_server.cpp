#include "tests/conformance/support/test_server.hpp"

#include "tests/conformance/support/graphs.hpp"

namespace troupe::conformance {

test_server::test_server(server_options options) : test_server(later{}, std::move(options)) {
  start();
}

test_server::test_server(later, server_options options) : options_(std::move(options)) {
  if (!options_.settings.empty()) write_text(settings_ / "settings.yaml", options_.settings);
}

void test_server::start() {
  start_options how{{"serve", "--port", "0", "--host", "127.0.0.1", "--data", data.path().string(), "--show",
                     options_.show, "--artnet", artnet.address()},
                    options_.environment};
  if (!options_.settings.empty()) {
    how.arguments.emplace_back("--config");
    how.arguments.push_back((settings_ / "settings.yaml").string());
  }
  how.arguments.insert(how.arguments.end(), options_.arguments.begin(), options_.arguments.end());
  process_ = std::make_unique<server_process>(how);
  process_->await_listening();
}

test_server& shared_server() {
  static test_server one;
  if (!one.running()) one.start();
  return one;
}

namespace {

std::string fresh_show(rest_client rest) {
  static int count = 0;
  std::string name;
  // A server that was started again still has the shows of the one before.
  do name = "show-" + std::to_string(++count);
  while (rest.post("/api/shows", json::object{{"name", name}}).status == 409);
  const auto activated = rest.post("/api/shows/" + name + "/activate", json::object{});
  if (!activated.ok()) throw std::runtime_error("can't activate: " + activated.raw.body);
  return name;
}

} // namespace

live_show::live_show() : server(shared_server()), rest(server.rest()), name(fresh_show(server.rest())) {}

live_client live_show::viewer(json::object options) const {
  auto out = client();
  out.subscribe(std::move(options));
  return out;
}

std::string live_show::dimmer(int channel, int universe) {
  return fixture("generic-dimmer", channel, universe);
}

std::string live_show::fixture(std::string_view model, int channel, int universe) {
  return str(
      rest.create(
              "/api/fixtures",
              {{"name", "fixture"}, {"modelId", model}, {"universe", universe}, {"startChannel", channel}})
          .at("id"));
}

std::string live_show::fader(std::string_view title) {
  return str(rest.create("/api/inputs", {{"name", title}, {"type", "fader"}}).at("id"));
}

std::string live_show::button(std::string_view title) {
  return str(rest.create("/api/inputs", {{"name", title}, {"type", "button"}}).at("id"));
}

std::string live_show::group(const std::vector<std::string>& fixtures) {
  return str(rest.create("/api/groups", {{"name", "group"}, {"fixtureIds", ids(fixtures)}}).at("id"));
}

std::string live_show::graph(const json::object& of) {
  return str(rest.create("/api/graphs", of).at("id"));
}

} // namespace troupe::conformance
