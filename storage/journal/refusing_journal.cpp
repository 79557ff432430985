#include "storage/journal/refusing_journal.hpp"

#include <utility>

namespace troupe::storage {

namespace {

class nothing_recorded final : public event_journal {
 public:
  explicit nothing_recorded(error why) : why_(std::move(why)) {}

  result<std::vector<std::shared_ptr<const journal_event>>> append(std::span<draft>) override {
    return failure{why_};
  }
  journal_head head() const override { return {}; }
  result<std::vector<view_row>> view(std::string_view) override { return failure{why_}; }
  result<std::vector<std::string>> shows() override { return failure{why_}; }

 private:
  error why_;
};

} // namespace

open_journal_result refusing_journal(const error& why) {
  error told = why;
  told.code = ec::storage_unavailable;
  open_journal_result out;
  out.read = [told]() -> result<std::unique_ptr<event_history>> { return failure{told}; };
  out.damage = journal_damage{0, told.message};
  out.journal = std::make_unique<nothing_recorded>(std::move(told));
  return out;
}

} // namespace troupe::storage
