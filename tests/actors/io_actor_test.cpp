#include "actors/client/io_actor.hpp"

#include "tests/support/actor_rig.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using troupe::test::actor_rig;

namespace {

/// Asks others, on a thread of its own in the program and in the test's here.
class asking_actor final : public troupe::actors::io_actor {
 public:
  asking_actor(caf::actor_config& config, boost::asio::io_context& context) : io_actor(config, context) {
    become([this](troupe::overdue_atom) { fail_overdue(); });
  }
};

/// What became of questions that are answered when the test wants it.
struct asking {
  asking() {
    partner = rig.own(rig.system().spawn([this](caf::event_based_actor* self) -> caf::behavior {
      return {[this, self](int) {
        auto promise = self->make_response_promise<int>();
        open.push_back(promise);
        return promise;
      }};
    }));
    const auto made = rig.system().spawn<asking_actor>(std::ref(context));
    kept = caf::actor_cast<caf::strong_actor_ptr>(made);
    actor = static_cast<asking_actor*>(caf::actor_cast<caf::abstract_actor*>(made));
  }
  ~asking() {
    if (kept) actor->shut();
    run();
    kept.reset();
  }

  void ask(std::chrono::milliseconds timeout) {
    actor->request(partner, timeout, 1)
        .then([this](int answer) { told.push_back(std::to_string(answer)); },
              [this](const caf::error& reason) { told.push_back(rig.system().render(reason)); });
    run();
  }

  void pass(std::chrono::milliseconds time) {
    rig.advance(time);
    run();
  }

  void run() {
    rig.drain();
    context.restart();
    while (context.poll() > 0) {
    }
  }

  boost::asio::io_context context;
  actor_rig rig;
  caf::actor partner;
  caf::strong_actor_ptr kept;
  asking_actor* actor = nullptr;
  std::vector<caf::typed_response_promise<int>> open;
  std::vector<std::string> told;
};

} // namespace

TEST_CASE("io actor: a request without an answer fails after its timeout", "[actors][unit]") {
  asking with;
  with.ask(1s);
  for (int i = 0; i < 3; ++i) with.pass(250ms);
  CHECK(with.told.empty());
  CHECK(with.actor->requests_waiting() == 1);
  with.pass(250ms);
  CHECK(with.told == std::vector<std::string>{with.rig.system().render(caf::sec::request_timeout)});
  CHECK(with.actor->requests_waiting() == 0);
}

TEST_CASE("io actor: an answered request is watched no longer", "[actors][unit]") {
  asking with;
  with.ask(1s);
  with.open.front().deliver(7);
  with.run();
  CHECK(with.told == std::vector<std::string>{"7"});
  CHECK(with.actor->requests_waiting() == 0);
  for (int i = 0; i < 8; ++i) with.pass(250ms);
  CHECK(with.told.size() == 1);
}

TEST_CASE("io actor: an answer that comes too late is dropped", "[actors][unit]") {
  asking with;
  with.ask(500ms);
  for (int i = 0; i < 2; ++i) with.pass(250ms);
  REQUIRE(with.told.size() == 1);
  with.open.front().deliver(7);
  with.run();
  CHECK(with.told.size() == 1);
}

TEST_CASE("io actor: requests with different timeouts fail each in its time", "[actors][unit]") {
  asking with;
  with.ask(1s);
  with.ask(250ms);
  with.pass(250ms);
  CHECK(with.told.size() == 1);
  with.ask(250ms); // and watching goes on for those that come later
  for (int i = 0; i < 3; ++i) with.pass(250ms);
  CHECK(with.told.size() == 3);
  CHECK(with.actor->requests_waiting() == 0);
}

TEST_CASE("io actor: once it has ended nothing that comes keeps it alive", "[actors][unit]") {
  asking with;
  caf::weak_actor_ptr gone{with.kept.get()};
  with.ask(1s); // a message to itself is on its way
  with.actor->shut();
  with.rig.advance(250ms); // it arrives, and its thread doesn't look any more
  with.open.clear();
  with.kept.reset();
  CHECK_FALSE(gone.lock());
}
