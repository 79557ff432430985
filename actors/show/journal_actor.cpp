#include "actors/show/journal_actor.hpp"

#include "actors/system/error_bridge.hpp"
#include "actors/system/log.hpp"

namespace troupe::actors {
namespace {

show_problem as_problem(const storage::problem& one) {
  return {one.file, one.line, one.column, one.reason};
}

void log_notes(const std::vector<std::string>& notes) {
  for (const auto& note : notes) log::info("storage", note);
}

void remember(journal_state& state, const storage::loaded_show& loaded) {
  state.show = loaded.state;
  state.unreadable = loaded.unreadable;
}

/// Until the journal makes facts durable, the files do.
result<void> commit(journal_state& state, const std::vector<fact>& facts) {
  if (state.show.show() != state.files->active_show()) {
    const auto loaded = state.files->load(state.files->active_show(), false);
    if (!loaded) return tl::unexpected(loaded.error());
    remember(state, *loaded);
  }
  auto wanted = state.show;
  for (const auto& happened : facts) {
    if (const auto& why = state.unreadable[static_cast<std::size_t>(kind_of(happened))])
      return tl::unexpected(error{ec::storage_unavailable,
                                  "read-only until it is mended: " + storage::to_string(*why),
                                  storage::to_json_value(*why)});
    apply(wanted, happened);
  }
  auto receipt = state.files->project(wanted, ++state.position);
  if (!receipt) {
    (void)state.files->project(state.show, state.position);
    return tl::unexpected(std::move(receipt.error()));
  }
  log_notes(receipt->notes);
  state.show = std::move(wanted);
  return {};
}

} // namespace

show_on_disk_ptr as_message(const storage::loaded_show& loaded) {
  auto found = std::make_shared<show_on_disk>();
  found->state = loaded.state;
  for (const auto& one : loaded.problems) found->problems.push_back(as_problem(one));
  for (std::size_t i = 0; i < entity_kind_count; ++i)
    if (loaded.unreadable[i]) found->unreadable[i] = as_problem(*loaded.unreadable[i]);
  return found;
}

journal_actor::behavior_type journal(journal_actor::stateful_pointer<journal_state> self,
                                     std::shared_ptr<storage::show_files> files) {
  port::state(self).files = std::move(files);
  return {
      [self](const commit_facts_ptr& batch) -> caf::result<void> {
        auto committed = commit(port::state(self), batch->facts);
        if (!committed) {
          log::warn("storage", "a change could not be saved: " + committed.error().message);
          return to_caf(committed.error());
        }
        return caf::unit;
      },
      [self](const load_show& wanted) -> caf::result<show_on_disk_ptr> {
        auto loaded = port::state(self).files->load(wanted.show, wanted.demo_if_missing);
        if (!loaded) return to_caf(loaded.error());
        log_notes(loaded->notes);
        remember(port::state(self), *loaded);
        return as_message(*loaded);
      },
      [self](const list_shows&) -> caf::result<show_list> {
        auto entries = port::state(self).files->shows();
        if (!entries) return to_caf(entries.error());
        show_list list;
        for (auto& entry : *entries) list.names.push_back(std::move(entry.name));
        return list;
      },
      [self](const create_show& wanted) { return answer(port::state(self).files->create_show(wanted.show)); },
      [self](const delete_show& wanted) { return answer(port::state(self).files->delete_show(wanted.show)); },
      [self](const find_model_users& question) -> caf::result<show_list> {
        auto names = port::state(self).files->shows_using_model(question.model_id);
        if (!names) return to_caf(names.error());
        return show_list{std::move(*names)};
      },
  };
}

} // namespace troupe::actors
