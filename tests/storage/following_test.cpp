// A journal, its files, a person with an editor, and power that comes and goes: whatever the order, the
// journal's changes stay, the person's arrive, and nobody is blamed for an edit that wasn't made.

#include "storage/show_files.hpp"
#include "tests/storage/memory_file_system.hpp"
#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <map>
#include <memory>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

constexpr auto inputs = static_cast<std::size_t>(entity_kind::input);
const std::string file = "/data/demo/inputs.yaml";

/// A server over its lives. The journal is memory that never fails: the states by position.
class theatre {
 public:
  explicit theatre(std::uint32_t seed) : random_(seed) {
    start();
    // Nothing has been recorded yet: the first start is the only one that takes everything.
    take_in_and_project();
  }

  void step() {
    switch (random_() % 6) {
    case 0:
    case 1:
      return change();
    case 2:
      return project();
    case 3:
      return die(false);
    case 4:
      return die(true);
    default:
      return edit_while_running();
    }
  }

 private:
  show_state& now() { return journal_.back(); }

  void start() {
    show_files_options options;
    options.files = disk_;
    options.now = [] { return std::chrono::system_clock::time_point{}; };
    files_.emplace(std::move(*show_files::open("/data", options)));
    auto found = files_->load("demo", true);
    REQUIRE(found);
    found_ = std::move(*found);
  }

  /// What the server does at its start.
  void take_in_and_project() {
    if (journal_.empty()) {
      journal_ = {show_state("demo"), found_.state};
    } else {
      for (std::size_t i = 0; i < entity_kind_count; ++i) {
        const auto [origin, position] = found_.standing[i];
        REQUIRE(origin != file_origin::unrecorded);
        REQUIRE(position < journal_.size());
        if (origin != file_origin::by_hand) continue;
        const auto base = journal_[position];
        for (const auto& each : external_edits(static_cast<entity_kind>(i), found_.state, base, now(), false,
                                               found_.unloaded[i])) {
          journal_.push_back(now());
          troupe::apply(now(), each.happened);
        }
      }
    }
    project();
  }

  /// Somebody at the console changes the type of an input, which nobody does in the file.
  void change() {
    const auto id = random_id();
    types_[id] = types_[id] == "button" ? "fader" : "button";
    const auto before = now().find(entity_kind::input, id);
    auto name = before ? before->as<input>().name : id;
    const auto revision = before ? before->revision + 1 : 1;
    journal_.push_back(now());
    now().put(entity(entity_kind::input, fmt::format(R"({{"id":"{}","name":"{}","type":"{}","revision":{}}})",
                                                     id, name, types_[id], revision)));
  }

  void project() {
    const auto receipt = files_->project(now(), journal_.size() - 1);
    REQUIRE(receipt);
    REQUIRE_FALSE(files_->stale());
    check();
  }

  /// Somebody changes a name in the file, in place.
  bool edit() {
    auto text = disk_->text(file);
    const auto at = text.find(fmt::format("- id: {}\n", random_id()));
    if (at == std::string::npos) return false;
    const auto id = text.substr(at + 6, text.find('\n', at) - at - 6);
    const auto name = text.find("name: ", at) + 6;
    const auto mine = fmt::format("edit-{}", ++edits_);
    text.replace(name, text.find('\n', name) - name, mine);
    disk_->put(file, text);
    names_[id] = mine;
    return true;
  }

  void edit_while_running() {
    const auto names = names_;
    REQUIRE(files_->look().empty());
    if (!edit()) return;
    // It is told, and decided about at once: taken in, or not wanted.
    const auto edits = files_->look();
    REQUIRE(edits.size() == 1);
    if (random_() % 2 == 0) {
      const auto read = files_->read_edit(edits.back());
      REQUIRE(read);
      const auto base = journal_[edits.back().position];
      for (const auto& each :
           external_edits(entity_kind::input, read->found, base, now(), false, read->unloaded)) {
        journal_.push_back(now());
        troupe::apply(now(), each.happened);
      }
    } else {
      names_ = names;
    }
    REQUIRE(files_->forget_edit(edits.back()));
    project();
  }

  /// The process or the power goes, in the middle of a projection or between two; then somebody may edit.
  void die(bool power) {
    bool projected = false;
    disk_->stop_at(random_() % 60);
    try {
      projected = files_->project(now(), journal_.size() - 1).has_value();
    } catch (const process_stopped&) {
    }
    disk_->stop_at(SIZE_MAX);
    files_.reset();
    if (power)
      disk_->lose_power(random_);
    else
      disk_->kill();
    const bool edited = random_() % 3 == 0 && edit();
    start();
    INFO((power ? "without power, " : "killed, ") << (edited ? "edited" : "not edited"));
    for (std::size_t i = 0; i < entity_kind_count; ++i) {
      const bool by_hand = found_.standing[i].origin == file_origin::by_hand;
      CHECK(by_hand == (edited && i == inputs));
    }
    if (projected && !edited) CHECK(snapshot(found_.state) == snapshot(now()));
    take_in_and_project();
  }

  void check() {
    for (const auto& [id, type] : types_) {
      INFO(id);
      const auto here = now().find(entity_kind::input, id);
      REQUIRE(here);
      CHECK((here->as<input>().type == input_type::button) == (type == "button"));
    }
    for (const auto& [id, name] : names_) {
      INFO(id);
      const auto here = now().find(entity_kind::input, id);
      REQUIRE(here);
      CHECK(here->as<input>().name == name);
    }
  }

  std::string random_id() { return std::string(1, static_cast<char>('A' + random_() % 8)); }

  std::mt19937 random_;
  std::shared_ptr<memory_file_system> disk_ = std::make_shared<memory_file_system>();
  std::optional<show_files> files_;
  loaded_show found_;
  std::vector<show_state> journal_;
  std::map<std::string, std::string> types_; ///< as the console wants them
  std::map<std::string, std::string> names_; ///< as the person wants them
  std::size_t edits_ = 0;
};

} // namespace

TEST_CASE(
    "following: over any lives of the server both the journal's changes and the edits by hand are there",
    "[storage][unit]") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    theatre play(seed);
    for (int i = 0; i < 60; ++i) play.step();
  }
}
