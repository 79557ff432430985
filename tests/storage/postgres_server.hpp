#pragma once
// A PostgreSQL server of the tests' own, from Debian's package: in a temporary folder, reached by a socket
// there and by nothing else, gone with this process.

#include "tests/support/temp_dir.hpp"

#include <string>
#include <sys/types.h>
#include <thread>

namespace troupe::storage::test {

class postgres_server {
 public:
  /// Throws if there is no server to be found, or if it doesn't start.
  postgres_server();
  ~postgres_server();
  postgres_server(const postgres_server&) = delete;
  postgres_server& operator=(const postgres_server&) = delete;

  /// Of a fresh journal: each has a schema of its own.
  std::string fresh_url();
  /// The same through a socket in another folder.
  std::string through(const std::filesystem::path& socket_folder, const std::string& url) const;
  std::filesystem::path socket() const { return folder_ / "socket/.s.PGSQL.5432"; }
  std::filesystem::path socket_folder() const { return folder_ / "socket"; }

 private:
  void start(const std::string& programs);

  troupe::test::temp_dir folder_;
  pid_t process_ = -1;
  std::thread words_; ///< reads what the server tells, so that it never waits for a reader
  unsigned journals_ = 0;
};

/// The one of this process, started when it is first asked for.
postgres_server& the_postgres_server();

} // namespace troupe::storage::test
