#include "actors/show/file_keeper_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
#include "actors/show/edit_desk.hpp"
#include "actors/system/error_bridge.hpp"
#include "actors/system/log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;

/// Changes gather this long before they are written: well below the second in which a file has to follow.
constexpr auto beat = 250ms;
/// Every so many beats the files are looked at, whether somebody edits them.
constexpr unsigned beats_between_looks = 4;

/// The file_keeper's ways; lives in the actor's handlers only.
class keeper {
 public:
  using pointer = file_keeper_actor::stateful_pointer<file_keeper_state>;
  explicit keeper(pointer self) : self_(self), st_(port::state(self)) {}

  void begin() {
    if (std::exchange(st_.beating, true)) return;
    self_->delayed_send(self_, beat, work_atom_v);
  }

  void want(const keep_files& newest) {
    if (!st_.wanted) st_.wanted_since_ns = clock_ns(*self_);
    st_.wanted = newest;
    st_.standing.wanted = newest.position;
    st_.standing.behind_since_ns = st_.wanted_since_ns;
    report();
  }

  /// @returns what the disk says
  result<void> write() {
    if (!st_.wanted) return {};
    const auto begun = clock_ns(*self_);
    auto receipt = st_.options.files->project(st_.wanted->now, st_.wanted->position);
    auto& standing = st_.standing;
    standing.last_write_ns = clock_ns(*self_) - begun;
    if (auto* measures = metrics_of(st_.peers)) {
      measures->files_write.observe(standing.last_write_ns);
      if (!receipt) add(measures->files_failures);
    }
    if (!receipt) {
      if (standing.failure != receipt.error().message)
        log::warn("storage", "the files can't follow: " + receipt.error().message);
      standing.failure = receipt.error().message;
      report();
      return failure{receipt.error()};
    }
    for (const auto& note : receipt->notes) log::info("storage", note);
    if (!receipt->edits.empty()) look();
    standing.failure.clear();
    standing.position = st_.wanted->position;
    standing.behind_since_ns = 0;
    st_.last = std::exchange(st_.wanted, std::nullopt);
    report();
    return {};
  }

  void work() {
    if (st_.options.files->stale() && !st_.wanted) st_.wanted = st_.last;
    (void)write(); // the report has the reason, and the next beat tries again
    if (++st_.beats % beats_between_looks == 0) look();
    self_->delayed_send(self_, beat, work_atom_v);
  }

  caf::result<found_files_ptr> find(const find_files& wanted) {
    (void)write(); // another show's files: what they lack is in the journal
    auto loaded = st_.options.files->load(wanted.show, wanted.demo_if_missing);
    if (!loaded) return to_caf(loaded.error());
    st_.wanted.reset();
    st_.last.reset();
    st_.standing = {};
    report();
    return std::make_shared<const storage::loaded_show>(std::move(*loaded));
  }

  caf::result<found_edit_ptr> read(const edit_name& which) {
    const auto edit = named(which);
    if (!edit) return to_caf(edit.error());
    auto file = st_.options.files->read_edit(*edit);
    if (!file) return to_caf(file.error());
    return found_edit_ptr{std::make_shared<const found_edit>(found_edit{*edit, std::move(*file)})};
  }

  caf::result<void> forget(const edit_name& which) {
    const auto edit = named(which);
    if (!edit) return to_caf(edit.error());
    auto done = st_.options.files->forget_edit(*edit);
    if (!st_.wanted) st_.wanted = st_.last; // one still in place is written over, with a copy
    look();
    return answer(std::move(done));
  }

  caf::result<show_list> shows() {
    auto entries = st_.options.files->shows();
    if (!entries) return to_caf(entries.error());
    show_list list;
    for (auto& entry : *entries) list.names.push_back(std::move(entry.name));
    return list;
  }

 private:
  result<storage::live_edit> named(const edit_name& which) const {
    const auto edits = st_.options.files->look();
    for (auto one = edits.rbegin(); one != edits.rend(); ++one) // the newest first
      if (one->file == which.file && (which.copy.empty() || one->copy == which.copy)) return *one;
    return fail(ec::not_found, "no edit of \"" + which.file + "\" is waiting");
  }

  void look() {
    auto edits = st_.options.files->look();
    if (edits == st_.standing.edits) return;
    for (const auto& one : edits)
      if (std::find(st_.standing.edits.begin(), st_.standing.edits.end(), one) == st_.standing.edits.end())
        log::warn("storage", one.file + " was edited by hand while the server runs");
    st_.standing.edits = std::move(edits);
    report();
  }

  void report() {
    if (auto* measures = metrics_of(st_.peers)) {
      measures->files_position = st_.standing.position;
      measures->files_behind_since_ns = st_.standing.behind_since_ns;
    }
    if (st_.options.report) st_.options.report->publish(st_.standing);
  }

  pointer self_;
  file_keeper_state& st_;
};

} // namespace

file_keeper_actor::behavior_type file_keeper(file_keeper_actor::stateful_pointer<file_keeper_state> self,
                                             file_keeper_options options) {
  port::state(self).options = std::move(options);
  return {
      [self](const cast_change& change) {
        port::state(self).peers = change.now;
        keeper{self}.begin();
      },
      [self](const keep_files& newest) { keeper{self}.want(newest); },
      [self](const find_files& wanted) { return keeper{self}.find(wanted); },
      [self](const list_shows&) { return keeper{self}.shows(); },
      [self](const create_show& wanted) {
        return answer(port::state(self).options.files->create_show(wanted.show));
      },
      [self](const branch_show_ptr& wanted) {
        return answer(
            port::state(self).options.files->make_show(wanted->show, wanted->state, wanted->position));
      },
      [self](const delete_show& wanted) {
        return answer(port::state(self).options.files->delete_show(wanted.show));
      },
      [self](const find_model_users& question) -> caf::result<show_list> {
        auto names = port::state(self).options.files->shows_using_model(question.model_id);
        if (!names) return to_caf(names.error());
        return show_list{std::move(*names)};
      },
      [self](const read_edit& wanted) { return keeper{self}.read(wanted.which); },
      [self](const forget_edit& wanted) { return keeper{self}.forget(wanted.which); },
      [self](stop_atom) { return answer(keeper{self}.write()); },
      [self](work_atom) { keeper{self}.work(); },
  };
}

} // namespace troupe::actors
