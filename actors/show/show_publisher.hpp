#pragma once
// INTERNAL to the show_store: how what is durable, and run state, becomes public.

#include "actors/show/show_store_actor.hpp"
#include "protocol/entity_codec.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

class show_publisher {
 public:
  using pointer = show_store_actor::stateful_pointer<show_store_state>;
  explicit show_publisher(pointer self) : self_(self), st_(port::state(self)) {}

  /// The YAML files follow.
  void keep() { self_->send(st_.peers->file_keeper, keep_files{st_.published, st_.position}); }

  /// What GET requests see from now on.
  void publish() {
    auto next = std::make_shared<published_show>();
    next->state = st_.published;
    next->position = st_.position;
    next->problems = st_.problems;
    next->storage_failure = st_.storage_failure;
    st_.options.published->publish(std::move(next));
  }

  /// Compiler, engine and clients follow.
  void announce(std::vector<fact> facts) {
    self_->send(st_.peers->graph_compiler, std::make_shared<const show_published>(show_published{
                                               st_.options.published->now(), std::move(facts), false, true}));
  }

  /// Run state never waits: the published graph is enabled as the pending one.
  bool show_run_state(const std::string& graph_id) {
    const auto wanted = st_.pending.find(entity_kind::graph, graph_id);
    const auto shown = st_.published.find(entity_kind::graph, graph_id);
    if (!wanted || !shown) return false;
    const bool enabled = wanted->as<graph>().enabled;
    if (shown->as<graph>().enabled == enabled) return false;
    st_.published.put(with_enabled(*shown, enabled));
    return true;
  }

 private:
  pointer self_;
  show_store_state& st_;
};

} // namespace troupe::actors
