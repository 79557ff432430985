// Journals in SQLite, for the tests of all databases.

#include "storage/journal/open_sqlite.hpp"
#include "storage/journal/sqlite_database.hpp"
#include "tests/storage/journal_support.hpp"

namespace troupe::storage::test {

namespace {

class sqlite_backend final : public journal_backend {
 public:
  std::string name() const override { return "SQLite"; }
  void choose(journal_options&) override {} // it is what there is without a choice

  void meddle(const journal_options& options, const std::string& statements) override {
    auto database = must(sqlite_database::open(sqlite_file(options), sqlite_database::access::write, {}));
    must(database.run(statements));
  }

  std::string views(const journal_options& options) override {
    auto database = must(sqlite_database::open(sqlite_file(options), sqlite_database::access::read, {}));
    return must(database.text(
                    "SELECT group_concat(show || kind || id || created_at || ' ' || changed_at || ' ' || "
                    "sequence || coalesce(entity, '-'), char(10)) FROM views"))
        .value_or("");
  }

  std::string blob(const std::string& hex) const override { return "x'" + hex + "'"; }
};

} // namespace

std::vector<std::shared_ptr<journal_backend>> journal_backends() {
  return {std::make_shared<sqlite_backend>()};
}

} // namespace troupe::storage::test
