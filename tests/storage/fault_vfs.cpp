#include "tests/storage/fault_vfs.hpp"

#include <algorithm>
#include <cstring>
#include <sqlite3.h>

namespace troupe::storage::test {

/// SQLite makes the memory for these and knows only the first member.
struct fault_file {
  sqlite3_file base;
  fault_vfs* disk;
  std::shared_ptr<fault_vfs::node>* node;
  std::string* path;
  int lock;
  unsigned slots_shared, slots_exclusive; ///< bits of the slots of shared memory that it holds
  bool maps;
};

namespace {

fault_file& file_of(sqlite3_file* file) {
  return *reinterpret_cast<fault_file*>(file);
}

constexpr int slot_count = 8;

} // namespace

/// The functions that SQLite calls.
struct fault_calls {
  using operation = fault_vfs::operation;

  static fault_vfs& disk_of(sqlite3_vfs* vfs) { return *static_cast<fault_vfs*>(vfs->pAppData); }

  // -- files ------------------------------------------------------------------------------------------
  static int close(sqlite3_file* handle) {
    auto& file = file_of(handle);
    unlock(handle, SQLITE_LOCK_NONE);
    shm_unmap(handle, 0);
    delete file.node;
    delete file.path;
    return SQLITE_OK;
  }
  static int read(sqlite3_file* handle, void* into, int amount, sqlite3_int64 at) {
    const auto& bytes = (*file_of(handle).node)->bytes;
    const auto begin = std::min(static_cast<std::size_t>(at), bytes.size());
    const auto got = std::min(static_cast<std::size_t>(amount), bytes.size() - begin);
    std::memcpy(into, bytes.data() + begin, got);
    std::memset(static_cast<char*>(into) + got, 0, static_cast<std::size_t>(amount) - got);
    return got == static_cast<std::size_t>(amount) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* handle, const void* from, int amount, sqlite3_int64 at) {
    auto& file = file_of(handle);
    const auto size = static_cast<std::size_t>(amount);
    const auto outcome = file.disk->ask(operation::write, *file.path, size);
    const auto done = outcome.code == SQLITE_OK ? size : std::min(size, outcome.torn);
    if (done > 0) add(file, {false, static_cast<std::size_t>(at), {static_cast<const char*>(from), done}});
    return outcome.code;
  }
  static int truncate(sqlite3_file* handle, sqlite3_int64 size) {
    auto& file = file_of(handle);
    const auto outcome = file.disk->ask(operation::truncate, *file.path, 0);
    if (outcome.code == SQLITE_OK) add(file, {true, static_cast<std::size_t>(size), {}});
    return outcome.code;
  }
  static int sync(sqlite3_file* handle, int) {
    auto& file = file_of(handle);
    const auto outcome = file.disk->ask(operation::sync, *file.path, 0);
    if (outcome.code != SQLITE_OK) return outcome.code;
    (*file.node)->durable = (*file.node)->bytes;
    (*file.node)->changes.clear();
    // As SQLite's own VFS does it: the first sync of a new file is one of the folder, too.
    if ((*file.node)->is_new) file.disk->removed_.clear();
    (*file.node)->is_new = false;
    return SQLITE_OK;
  }
  static int size(sqlite3_file* handle, sqlite3_int64* out) {
    *out = static_cast<sqlite3_int64>((*file_of(handle).node)->bytes.size());
    return SQLITE_OK;
  }
  static void add(fault_file& file, fault_vfs::change one) {
    fault_vfs::apply((*file.node)->bytes, one);
    (*file.node)->changes.push_back(std::move(one));
  }

  // -- locks of the file ------------------------------------------------------------------------------
  static int lock(sqlite3_file* handle, int wanted) {
    auto& file = file_of(handle);
    auto& node = **file.node;
    if (file.lock >= wanted) return SQLITE_OK;
    const bool own_reserved = file.lock >= SQLITE_LOCK_RESERVED,
               own_pending = file.lock >= SQLITE_LOCK_PENDING;
    if (wanted == SQLITE_LOCK_SHARED) {
      if (node.pending > 0 || node.exclusive > 0) return SQLITE_BUSY;
      ++node.shared;
    } else {
      if (!own_reserved && node.reserved > 0) return SQLITE_BUSY;
      if (!own_reserved) ++node.reserved;
      if (wanted >= SQLITE_LOCK_PENDING) {
        if (!own_pending) ++node.pending;
        if (wanted == SQLITE_LOCK_EXCLUSIVE && node.shared > 1) {
          file.lock = SQLITE_LOCK_PENDING;
          return SQLITE_BUSY;
        }
        if (wanted == SQLITE_LOCK_EXCLUSIVE) ++node.exclusive;
      }
    }
    file.lock = wanted;
    return SQLITE_OK;
  }
  static int unlock(sqlite3_file* handle, int wanted) {
    auto& file = file_of(handle);
    auto& node = **file.node;
    if (file.lock <= wanted) return SQLITE_OK;
    if (file.lock >= SQLITE_LOCK_EXCLUSIVE) --node.exclusive;
    if (file.lock >= SQLITE_LOCK_PENDING) --node.pending;
    if (file.lock >= SQLITE_LOCK_RESERVED) --node.reserved;
    if (wanted == SQLITE_LOCK_NONE) --node.shared;
    file.lock = wanted;
    return SQLITE_OK;
  }
  static int is_reserved(sqlite3_file* handle, int* out) {
    *out = (*file_of(handle).node)->reserved > 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return 4096; }
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  // -- shared memory, the index of the WAL: gone with the last connection --------------------------------
  static int shm_map(sqlite3_file* handle, int region, int size, int extend, void volatile** out) {
    auto& file = file_of(handle);
    auto& node = **file.node;
    if (!file.maps) ++node.mapped;
    file.maps = true;
    const auto wanted = static_cast<std::size_t>(region);
    *out = nullptr;
    if (node.regions.size() <= wanted && !extend) return SQLITE_OK;
    while (node.regions.size() <= wanted)
      node.regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
    *out = node.regions[wanted].get();
    return SQLITE_OK;
  }
  static int shm_lock(sqlite3_file* handle, int first, int count, int flags) {
    auto& file = file_of(handle);
    auto& node = **file.node;
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    auto& own = exclusive ? file.slots_exclusive : file.slots_shared;
    auto* held = exclusive ? node.slot_exclusive : node.slot_shared;
    const auto bit = [](int slot) { return 1U << static_cast<unsigned>(slot); };
    if (flags & SQLITE_SHM_UNLOCK) {
      for (int slot = first; slot < first + count; ++slot)
        if (own & bit(slot)) {
          own &= ~bit(slot);
          --held[slot];
        }
      return SQLITE_OK;
    }
    for (int slot = first; slot < first + count; ++slot) {
      const int others_shared = node.slot_shared[slot] - (file.slots_shared & bit(slot) ? 1 : 0);
      const int others_exclusive = node.slot_exclusive[slot] - (file.slots_exclusive & bit(slot) ? 1 : 0);
      if (others_exclusive > 0 || (exclusive && others_shared > 0)) return SQLITE_BUSY;
    }
    for (int slot = first; slot < first + count; ++slot)
      if (!(own & bit(slot))) {
        own |= bit(slot);
        ++held[slot];
      }
    return SQLITE_OK;
  }
  static void shm_barrier(sqlite3_file*) {}
  static int shm_unmap(sqlite3_file* handle, int) {
    auto& file = file_of(handle);
    if (!file.maps) return SQLITE_OK;
    shm_lock(handle, 0, slot_count, SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED);
    shm_lock(handle, 0, slot_count, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
    file.maps = false;
    if (--(*file.node)->mapped == 0) (*file.node)->regions.clear();
    return SQLITE_OK;
  }

  // -- the folder -------------------------------------------------------------------------------------
  static int open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* handle, int flags, int* out_flags) {
    static const sqlite3_io_methods methods = {
        2,         close,       read,    write,       truncate,        sync,    size,     lock,
        unlock,    is_reserved, control, sector_size, characteristics, shm_map, shm_lock, shm_barrier,
        shm_unmap, nullptr,     nullptr};
    auto& disk = disk_of(vfs);
    handle->pMethods = nullptr;
    const std::string name = path ? path : "";
    const bool there = disk.files_.contains(name);
    if (!there && !(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
    if (const auto outcome = disk.ask(operation::open, name, 0); outcome.code != SQLITE_OK) {
      // As SQLite's own: what can't be written may still be read.
      if (outcome.code != SQLITE_READONLY || !there) return SQLITE_CANTOPEN;
      flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    }
    auto node = there ? disk.files_.at(name) : std::make_shared<fault_vfs::node>();
    if (!name.empty()) disk.files_[name] = node;
    auto& file = file_of(handle);
    file.base.pMethods = &methods;
    file.disk = &disk;
    file.node = new std::shared_ptr(std::move(node));
    file.path = new std::string(name);
    file.lock = SQLITE_LOCK_NONE;
    file.slots_shared = file.slots_exclusive = 0;
    file.maps = false;
    if (out_flags) *out_flags = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int durable) {
    auto& disk = disk_of(vfs);
    const auto found = disk.files_.find(path);
    if (found == disk.files_.end()) return SQLITE_IOERR_DELETE_NOENT;
    if (const auto outcome = disk.ask(operation::remove, path, 0); outcome.code != SQLITE_OK)
      return outcome.code;
    if (!durable) disk.removed_[path] = found->second;
    disk.files_.erase(found);
    return SQLITE_OK;
  }
  static int access(sqlite3_vfs* vfs, const char* path, int, int* out) {
    *out = disk_of(vfs).files_.contains(path);
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", path);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs*, int size, char* out) {
    static std::mt19937 random{1};
    for (int i = 0; i < size; ++i) out[i] = static_cast<char>(random());
    return size;
  }
  static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
  static int current_time(sqlite3_vfs*, double* out) {
    *out = 2'460'000.5;
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs*, int, char*) { return SQLITE_OK; }
};

fault_vfs::fault_vfs() : vfs_(std::make_unique<sqlite3_vfs>()) {
  vfs_->iVersion = 1;
  vfs_->szOsFile = sizeof(fault_file);
  vfs_->mxPathname = 512;
  vfs_->zName = name;
  vfs_->pAppData = this;
  vfs_->xOpen = fault_calls::open;
  vfs_->xDelete = fault_calls::remove;
  vfs_->xAccess = fault_calls::access;
  vfs_->xFullPathname = fault_calls::full_path;
  vfs_->xRandomness = fault_calls::randomness;
  vfs_->xSleep = fault_calls::sleep;
  vfs_->xCurrentTime = fault_calls::current_time;
  vfs_->xGetLastError = fault_calls::last_error;
  sqlite3_vfs_register(vfs_.get(), 0);
}

fault_vfs::~fault_vfs() {
  sqlite3_vfs_unregister(vfs_.get());
}

void fault_vfs::stop_at(std::size_t number, std::size_t torn) {
  stop_at_ = number;
  stop_torn_ = torn;
}

void fault_vfs::heal() {
  decide_ = nullptr;
  stop_at_ = SIZE_MAX;
  stopped_ = false;
}

fault_vfs::outcome fault_vfs::ask(operation what, const std::string& path, std::size_t size) {
  if (stopped_) return {SQLITE_IOERR, 0};
  const auto number = calls_++;
  if (number >= stop_at_) {
    stopped_ = true;
    return {SQLITE_IOERR, stop_torn_};
  }
  if (!decide_) return {};
  const auto dash = path.rfind('-');
  const auto kind = path.ends_with(".sqlite") || dash == std::string::npos ? "db" : path.substr(dash + 1);
  return decide_({number, what, kind, size});
}

void fault_vfs::apply(std::string& bytes, const change& one) {
  if (one.truncates) {
    bytes.resize(one.at);
    return;
  }
  if (bytes.size() < one.at + one.bytes.size()) bytes.resize(one.at + one.bytes.size());
  std::copy(one.bytes.begin(), one.bytes.end(), bytes.begin() + static_cast<std::ptrdiff_t>(one.at));
}

void fault_vfs::lose_power(std::mt19937& random) {
  for (auto& [path, gone] : removed_)
    if (random() % 2 == 0) files_.try_emplace(path, gone);
  removed_.clear();
  for (auto& [path, entry] : files_) {
    auto survived = entry->durable;
    for (auto& one : entry->changes) {
      const auto fate = random() % 3;
      if (fate == 0) continue;
      if (fate == 1 && !one.truncates) one.bytes.resize(random() % (one.bytes.size() + 1));
      apply(survived, one);
    }
    entry = std::make_shared<node>();
    entry->bytes = entry->durable = std::move(survived);
    entry->is_new = false;
  }
  heal();
}

fault_vfs::image fault_vfs::files() const {
  image out;
  for (const auto& [path, entry] : files_) out[path] = entry->bytes;
  return out;
}

void fault_vfs::put(const image& files) {
  files_.clear();
  removed_.clear();
  for (const auto& [path, bytes] : files) {
    auto& entry = files_[path] = std::make_shared<node>();
    entry->bytes = entry->durable = bytes;
    entry->is_new = false;
  }
}

} // namespace troupe::storage::test
