#include "actors/show/edit_desk.hpp"

namespace troupe::actors {

std::vector<fact> facts_of_edit(const found_edit& edited, const past_show& past, const show_state& pending) {
  show_state base{pending.show()};
  for (const auto& one : past.entities) base.put(one.entity);
  std::vector<fact> facts;
  for (auto& change : storage::external_edits(edited.edit.kind, edited.file.found, base, pending, false,
                                              edited.file.unloaded))
    facts.push_back(std::move(change.happened));
  return facts;
}

} // namespace troupe::actors
