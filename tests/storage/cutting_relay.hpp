#pragma once
// Stands between a client and a PostgreSQL server, and cuts the connection at the moment of a commit.

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

namespace troupe::storage::test {

class cutting_relay {
 public:
  /// Listens in `folder` and hands everything on to the server's socket.
  cutting_relay(const std::filesystem::path& folder, std::filesystem::path server);
  ~cutting_relay();
  cutting_relay(const cutting_relay&) = delete;
  cutting_relay& operator=(const cutting_relay&) = delete;

  enum class cut {
    never,
    before_commit, ///< the server never hears of the next commit
    behind_commit, ///< the server has answered it, and the client never hears of that
  };
  /// The next commit; those behind it pass.
  void at_next_commit(cut where) { where_ = where; }
  /// Whether new connections are closed at once.
  void refuse(bool refuses) { refuses_ = refuses; }

 private:
  struct pair {
    int client, server;
  };
  void run();
  void accept_one();
  /// @returns false: the connection is over
  bool pass(const pair& ends, bool from_client);

  std::filesystem::path server_;
  int listener_ = -1, stop_ = -1;
  std::vector<pair> pairs_;
  std::atomic<cut> where_{cut::never};
  std::atomic<bool> refuses_{false};
  std::thread thread_;
};

} // namespace troupe::storage::test
