#pragma once
// A disk in memory that knows what is durable and what is not, and can fail or stop at any call.

#include "storage/file_system.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace troupe::storage::test {

/// The process ends here: thrown by the call at which the disk was told to stop.
struct process_stopped {};

class memory_file_system final : public file_system {
 public:
  memory_file_system();

  // -- faults -----------------------------------------------------------------------------------------
  /// Before the call with this number (from 0, counted from now on) the process ends.
  void stop_at(std::size_t call);
  /// Decides about each call from now on: its number and name, and whether it changes anything. An error is
  /// returned instead of doing it.
  using fault = std::function<std::error_code(std::size_t call, std::string_view name, bool changes)>;
  void fail_by(fault decide);
  void short_writes(bool on) { short_writes_ = on; }
  void heal();
  std::size_t calls() const { return calls_; }
  bool stopped() const { return stopped_; }

  /// The process is gone, the machine goes on: locks and descriptors are released.
  void kill();
  /// The machine loses power: of everything that no sync made durable an arbitrary part survives, bytes that
  /// were written to the end, in part or not at all, names of each folder up to some moment.
  void lose_power(std::mt19937& random);

  // -- looking and meddling, not counted --------------------------------------------------------------
  std::string text(const std::string& path) const; ///< throws if there is none
  bool exists(const std::string& path) const;
  std::vector<std::string> names(const std::string& path) const;
  void put(const std::string& path, std::string_view text); ///< durable at once
  void put_folder(const std::string& path);

  // -- file_system --------------------------------------------------------------------------------------
  io_result<void> make_root(const std::string& path) override;
  io_result<file_descriptor> open_root(const std::string& path) override;
  io_result<file_descriptor> open_directory(file_descriptor parent, const std::string& name) override;
  io_result<file_descriptor> open_file(file_descriptor parent, const std::string& name) override;
  io_result<file_descriptor> create_file(file_descriptor parent, const std::string& name) override;
  io_result<file_descriptor> open_locked(file_descriptor parent, const std::string& name) override;
  void close(file_descriptor file) noexcept override;
  io_result<std::size_t> read(file_descriptor file, std::span<char> into) override;
  io_result<std::size_t> write(file_descriptor file, std::string_view bytes) override;
  io_result<void> sync(file_descriptor file) override;
  io_result<file_status> status(file_descriptor file) override;
  io_result<file_status> status(file_descriptor parent, const std::string& name) override;
  io_result<std::vector<std::string>> list(file_descriptor directory) override;
  io_result<void> make_directory(file_descriptor parent, const std::string& name) override;
  io_result<void> rename(file_descriptor from_parent, const std::string& from, file_descriptor to_parent,
                         const std::string& to) override;
  io_result<void> remove_file(file_descriptor parent, const std::string& name) override;
  io_result<void> remove_directory(file_descriptor parent, const std::string& name) override;

 private:
  struct inode;
  using inode_ptr = std::shared_ptr<inode>;
  using entries = std::map<std::string, inode_ptr>;
  /// One name that was set (or cleared) and isn't durable yet. A move between folders has one in each, with
  /// the same number, and both or none of them survive.
  struct entry_change {
    std::string name;
    inode_ptr target;
    std::size_t move = 0;
  };
  struct inode {
    bool directory = false;
    std::uint64_t number = 0;
    std::int64_t modified = 0;
    std::string bytes, durable_bytes;
    entries names, durable_names;
    std::vector<entry_change> changes;
    bool locked = false;
  };
  struct opened {
    inode_ptr node;
    std::size_t position = 0;
    bool lock = false;
  };

  io_result<void> call(std::string_view name, bool changes);
  io_result<inode_ptr> child(file_descriptor parent, const std::string& name) const;
  inode_ptr node(file_descriptor file) const { return open_.at(file).node; }
  inode_ptr at(const std::string& path) const;
  inode_ptr make_node(bool directory);
  void set_name(const inode_ptr& folder, const std::string& name, inode_ptr target, std::size_t move = 0);
  file_descriptor open(inode_ptr node);
  static file_status status_of(const inode& node);
  std::vector<inode_ptr> all() const;
  static void make_durable(inode& folder, std::size_t changes);

  inode_ptr root_;
  std::map<file_descriptor, opened> open_;
  file_descriptor next_ = 3;
  std::uint64_t next_inode_ = 1;
  std::int64_t clock_ = 1;
  std::size_t next_move_ = 1;

  std::size_t calls_ = 0;
  std::size_t stop_at_ = SIZE_MAX;
  bool stopped_ = false;
  bool short_writes_ = false;
  fault fault_;
};

} // namespace troupe::storage::test
