#pragma once
// A journal for tests: its own folder, a clock and a source of randomness that the test turns, and the same
// tests for every database.

#include "storage/journal/open_journal.hpp"
#include "tests/storage/storage_support.hpp"

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage::test {

/// Where journals come from: one per database that can hold them.
class journal_backend {
 public:
  journal_backend() = default;
  journal_backend(const journal_backend&) = delete;
  journal_backend& operator=(const journal_backend&) = delete;
  virtual ~journal_backend() = default;
  virtual std::string name() const = 0;
  /// Completes the options, so that they name a fresh journal of this database for this folder.
  virtual void choose(journal_options& options) = 0;

  /// Changes the tables behind the journal's back.
  virtual void meddle(const journal_options& options, const std::string& statements) = 0;
  /// All rows of the views, in order.
  virtual std::string views(const journal_options& options) = 0;
  /// As a statement spells these bytes.
  virtual std::string blob(const std::string& hex) const = 0;
};

/// Those that this program tests: SQLite, or PostgreSQL. A test goes through them with GENERATE.
std::vector<std::shared_ptr<journal_backend>> journal_backends();

/// A clock and randomness, the same in every run.
struct journal_world {
  std::int64_t now_ms = 1'700'000'000'000;
  std::mt19937_64 random{1};

  journal_options options(const std::filesystem::path& data_dir);
};

/// One of them after the other, as the test's generator.
std::shared_ptr<journal_backend> any_backend();

/// Throws with the error's words, so that a test stops there.
template <class T>
T must(result<T> found) {
  if (!found) throw std::runtime_error(found.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*found);
}

/// A journal that is open, in a folder of its own, and can be opened again.
class journal_rig {
 public:
  explicit journal_rig(std::shared_ptr<journal_backend> of);

  void open();
  void close();
  void reopen() {
    close();
    open();
  }
  event_journal& journal() { return *opened.journal; }
  event_history& history();
  void meddle(const std::string& statements) const { backend->meddle(options, statements); }
  std::string views() const { return backend->views(options); }
  std::string blob(const std::string& hex) const { return backend->blob(hex); }
  /// Where keys and checkpoints are.
  std::filesystem::path beside() const;

  using drafts = std::vector<event_journal::draft>;
  using events = std::vector<std::shared_ptr<const journal_event>>;
  events append(drafts wanted) { return must(journal().append(wanted)); }
  /// Appends one. @returns its position
  std::uint64_t append(new_event event);

  std::shared_ptr<journal_backend> backend;
  temp_dir folder;
  journal_world world;
  journal_options options;
  open_journal_result opened;

 private:
  std::unique_ptr<event_history> history_;
};

/// A journal of so many events of all kinds, closed. @param of null: of any database, with GENERATE
std::unique_ptr<journal_rig> closed_journal(std::size_t events,
                                            std::shared_ptr<journal_backend> of = nullptr);

/// Opens it: it is damaged at that position, and every append is refused with the reason.
void check_refuses(journal_rig& rig, std::uint64_t position);

/// What the tests record: an entity that is `{"id":ID,"revision":N,"name":NAME}`.
new_event fixture_created(std::string id, std::string name, std::string show = "gala");
new_event fixture_updated(std::string id, std::string name, std::string show = "gala");
new_event fixture_deleted(std::string id, std::string show = "gala");
new_event show_event(std::string_view type, std::string show);

/// `ID=NAME@CREATED/CHANGED#SEQUENCE` of each row, with blanks between.
std::string brief(const std::vector<view_row>& rows);
/// Their positions, with blanks between.
std::string positions(const history_page& page);
/// Every event as it is served, and every view: equal journals have equal dumps.
std::string dump(event_journal& journal, event_history& history);

/// Appends so many events of all kinds to a few shows, in batches of any size.
void append_random(journal_rig& rig, std::size_t events, unsigned seed);

} // namespace troupe::storage::test
