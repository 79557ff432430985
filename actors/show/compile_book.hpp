#pragma once
// What has to be compiled again when something changes, and what the stages and clients are told. Pure; the
// graph_compiler actor owns one.

#include "engine/compiler.hpp"
#include "engine/rig.hpp"
#include "engine/stage_install.hpp"
#include "protocol/local_messages.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace troupe::actors {

class compile_book {
 public:
  explicit compile_book(engine::rig_options options) : options_(options) {}

  /// Another show, or the same one read again: everything anew.
  /// @param announce whether the clients are told show/changed
  show_update load(const show_state& state, bool announce);

  /// @param state as it is after the facts
  show_update take(const show_state& state, std::span<const fact> facts);

  /// Everything as it is, for stages that have lost it. Tells the clients nothing.
  show_update again() const;

  /// The result of one graph, as news for everyone too. @returns nothing if there is no such graph
  std::optional<show_update> announce(const std::string& graph_id) const;

  /// @returns null if there is no such graph
  const compile_result* result_of(const std::string& graph_id) const;

 private:
  struct entry {
    record_ptr record;
    engine::compiled compiled;
  };
  /// Ids by kind of what graphs may depend on, and the graphs that changed themselves.
  struct touched {
    std::set<std::string> groups, presets, inputs, fixtures, graphs;
    bool rig = false;
  };

  touched examine(std::span<const fact> facts) const;
  void note_fixture(touched& what, const fact& happened) const;
  void note_model(touched& what, const fact& happened) const;
  bool depends_on(const graph_dependencies& on, const touched& what) const;
  void compile(entry& one) const;
  engine::graph_install install_of(const std::string& id, const entry& one) const;
  std::shared_ptr<const input_layout> controls() const;
  std::vector<std::string> graph_order() const;

  engine::rig_options options_;
  show_state state_;
  std::shared_ptr<const engine::rig> rig_;
  std::map<std::string, entry> graphs_;
  std::shared_ptr<const input_layout> inputs_;
};

} // namespace troupe::actors
