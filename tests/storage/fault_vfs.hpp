#pragma once
// A disk for SQLite in memory, that knows what is durable and what is not, and can fail or stop at any call.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace troupe::storage::test {

class fault_vfs {
 public:
  fault_vfs(); ///< registers itself with SQLite; one at a time
  ~fault_vfs();
  fault_vfs(const fault_vfs&) = delete;
  fault_vfs& operator=(const fault_vfs&) = delete;

  static constexpr const char* name = "troupe_fault";

  // -- faults -----------------------------------------------------------------------------------------
  enum class operation : std::uint8_t { open, write, sync, truncate, remove };
  struct call {
    std::size_t number = 0; ///< from 0, counted from the last `count_from_here`
    operation what = operation::open;
    std::string file; ///< `db`, `wal` or `journal`
    std::size_t size = 0;
  };
  struct outcome {
    int code = 0;         ///< SQLite's; 0: it is done
    std::size_t torn = 0; ///< of a write that fails: so many bytes are there nevertheless
  };
  /// Decides about each call from now on.
  void decide_by(std::function<outcome(const call&)> decide) { decide_ = std::move(decide); }
  /// From the call with this number on nothing has any effect: the process is gone, though its code runs on.
  /// @param torn so many bytes of that call still get through, if it is a write
  void stop_at(std::size_t number, std::size_t torn = 0);
  void heal();
  void count_from_here() { calls_ = 0; }
  std::size_t calls() const { return calls_; }
  bool stopped() const { return stopped_; }

  /// After a stop, with everything closed: the machine goes on, the next process may begin.
  void restart() { heal(); }
  /// The machine loses power: of all writes since the last sync of a file each is kept, torn or lost.
  void lose_power(std::mt19937& random);

  // -- looking and meddling, not counted --------------------------------------------------------------
  using image = std::map<std::string, std::string>;
  image files() const;
  void put(const image& files); ///< durable at once; with everything closed

 private:
  friend struct fault_file;
  friend struct fault_calls;

  struct change {
    bool truncates = false;
    std::size_t at = 0;
    std::string bytes;
  };
  struct node {
    std::string bytes, durable;
    std::vector<change> changes; ///< since the last sync
    // Locks of the file, and of its shared memory, by the connections that hold them.
    int shared = 0, reserved = 0, pending = 0, exclusive = 0;
    std::vector<std::unique_ptr<char[]>> regions;
    int slot_shared[8] = {}, slot_exclusive[8] = {};
    int mapped = 0;
    bool is_new = true; ///< its entry in the folder isn't durable
  };
  using node_ptr = std::shared_ptr<node>;

  outcome ask(operation what, const std::string& path, std::size_t size);
  static void apply(std::string& bytes, const change& one);

  std::unique_ptr<sqlite3_vfs> vfs_;
  std::map<std::string, node_ptr> files_;
  std::map<std::string, node_ptr> removed_; ///< whose removal isn't durable
  std::function<outcome(const call&)> decide_;
  std::size_t calls_ = 0, stop_at_ = SIZE_MAX, stop_torn_ = 0;
  bool stopped_ = false;
};

} // namespace troupe::storage::test
