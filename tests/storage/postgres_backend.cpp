// Journals in PostgreSQL, for the tests of all databases.

#include "tests/storage/journal_support.hpp"
#include "tests/storage/postgres_server.hpp"

#include <pqxx/pqxx>

/// libpqxx 6.4 loses the answer in which it learns that its connection is gone: one for each.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:PQmakeEmptyPGresult\n";
}

namespace troupe::storage::test {

namespace {

class postgres_backend final : public journal_backend {
 public:
  std::string name() const override { return "PostgreSQL"; }
  void choose(journal_options& options) override { options.url = the_postgres_server().fresh_url(); }

  void meddle(const journal_options& options, const std::string& statements) override {
    pqxx::connection connection(options.url);
    pqxx::work work(connection);
    work.exec(statements);
    work.commit();
  }

  std::string views(const journal_options& options) override {
    pqxx::connection connection(options.url);
    pqxx::work work(connection);
    std::string out;
    for (const auto& row : work.exec("SELECT show, kind, id, created_at, changed_at, sequence, entity FROM "
                                     "views ORDER BY show, kind, id")) {
      for (const auto& field : row) out += std::string(field.is_null() ? "-" : field.c_str()) + " ";
      out += '\n';
    }
    return out;
  }

  std::string blob(const std::string& hex) const override { return "'\\x" + hex + "'"; }
};

} // namespace

std::vector<std::shared_ptr<journal_backend>> journal_backends() {
  return {std::make_shared<postgres_backend>()};
}

} // namespace troupe::storage::test
