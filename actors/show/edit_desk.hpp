#pragma once
// INTERNAL to the show_store: show files that somebody edited by hand while the server runs. Both versions
// are there; the operator says which one counts.

#include "actors/show/restore_rules.hpp"
#include "actors/show/reversal_desk.hpp"
#include "storage/external_edits.hpp"
#include "storage/show_files.hpp"

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace troupe::actors {

/// An edited version of a file, read.
struct found_edit {
  storage::live_edit edit;
  storage::edited_file file;
};

/// The facts that take an edit in, and nothing of what has changed in the show since then but what the edit
/// touched.
/// @param past the show at the position that the file had shown
std::vector<fact> facts_of_edit(const found_edit& edited, const past_show& past, const show_state& pending);

/// @tparam Store as for reversal_desk
template <class Store>
class edit_desk {
 public:
  static constexpr auto read_timeout = std::chrono::seconds{20};
  using promise_type = caf::typed_response_promise<reversal_ptr>;

  explicit edit_desk(Store store) : store_(std::move(store)) {}

  void begin(const settle_edit& command, promise_type promise) {
    store_.self()
        ->request(st().peers->file_keeper, read_timeout, read_edit{command.which})
        .then(
            [desk = *this, command, promise](const found_edit_ptr& found) mutable {
              if (!command.take) return desk.forget(command.which, promise);
              desk.ask_past(command, found, std::move(promise));
            },
            [promise](const caf::error& reason) mutable { promise.deliver(reason); });
  }

 private:
  auto& st() { return store_.state(); }

  void forget(const edit_name& which, promise_type promise) {
    store_.self()
        ->request(st().peers->file_keeper, read_timeout, forget_edit{which})
        .then([promise]() mutable { promise.deliver(std::make_shared<const reversal>()); },
              [promise](const caf::error& reason) mutable { promise.deliver(reason); });
  }

  void ask_past(const settle_edit& command, const found_edit_ptr& found, promise_type promise) {
    store_.self()
        ->request(st().peers->archivist, read_timeout,
                  ask_past_show{st().published.show(), std::to_string(found->edit.position), "position"})
        .then(
            [desk = *this, command, found, promise](const past_show_ptr& past) mutable {
              desk.store_.when_loaded([desk, command, found, past, promise]() mutable {
                desk.take(command, *found, *past, std::move(promise));
              });
            },
            [promise](const caf::error& reason) mutable { promise.deliver(reason); });
  }

  void take(const settle_edit& command, const found_edit& found, const past_show& past,
            promise_type promise) {
    const auto& pending = st().pending;
    if (found.edit.file != storage::file_of(found.edit.kind, pending.show())) // activated meanwhile
      return store_.refuse(
          {std::move(promise),
           failure{undo_conflict("inactive", "only files of the active show can be taken in: \"" +
                                                 pending.show() + "\"")},
           nullptr});
    auto facts = facts_of_edit(found, past, pending);
    if (auto ok = st().rules.writable(facts); !ok)
      return store_.refuse({std::move(promise), failure{ok.error()}, nullptr});
    auto origin = store_.origin_of(command.by);
    origin->external_edit = true;
    reversal made;
    if (!facts.empty()) made = reversal_of(facts, origin->correlation_id);
    // If the disk refuses, the edit goes on waiting.
    auto forget = [desk = *this, which = edit_name{found.edit.file, found.edit.copy}]() mutable {
      desk.store_.self()
          ->request(desk.st().peers->file_keeper, read_timeout, forget_edit{which})
          .then([] {}, [](const caf::error&) {});
    };
    store_.accept(std::move(facts), std::move(origin),
                  {std::move(promise), record_ptr{}, std::make_shared<const reversal>(std::move(made)),
                   std::move(forget)});
  }

  Store store_;
};

} // namespace troupe::actors
