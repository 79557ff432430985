#include "tests/storage/memory_file_system.hpp"

#include <algorithm>
#include <stdexcept>

namespace troupe::storage::test {

namespace {

tl::unexpected<std::error_code> failed(std::errc code) {
  return tl::unexpected(std::make_error_code(code));
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : path + '/') {
    if (c != '/')
      part += c;
    else if (!part.empty())
      parts.push_back(std::exchange(part, {}));
  }
  return parts;
}

} // namespace

memory_file_system::memory_file_system() : root_(make_node(true)) {}

memory_file_system::inode_ptr memory_file_system::make_node(bool directory) {
  auto made = std::make_shared<inode>();
  made->directory = directory;
  made->number = next_inode_++;
  made->modified = clock_++;
  return made;
}

io_result<void> memory_file_system::call(std::string_view name, bool changes) {
  const auto number = calls_++;
  if (stopped_ || number >= stop_at_) {
    stopped_ = true;
    throw process_stopped{};
  }
  if (fault_)
    if (const auto code = fault_(number, name, changes)) return tl::unexpected(code);
  return {};
}

void memory_file_system::stop_at(std::size_t call) {
  calls_ = 0;
  stop_at_ = call;
}

void memory_file_system::fail_by(fault decide) {
  calls_ = 0;
  fault_ = std::move(decide);
}

void memory_file_system::heal() {
  fault_ = nullptr;
  stop_at_ = SIZE_MAX;
  stopped_ = false;
  short_writes_ = false;
}

void memory_file_system::kill() {
  open_.clear();
  for (const auto& each : all()) each->locked = false;
  heal();
}

void memory_file_system::make_durable(inode& folder, std::size_t changes) {
  for (std::size_t i = 0; i < changes; ++i) {
    const auto& change = folder.changes[i];
    if (change.target)
      folder.durable_names[change.name] = change.target;
    else
      folder.durable_names.erase(change.name);
  }
  folder.changes.erase(folder.changes.begin(), folder.changes.begin() + static_cast<std::ptrdiff_t>(changes));
}

void memory_file_system::lose_power(std::mt19937& random) {
  kill();
  const auto nodes = all();
  std::map<inode*, std::size_t> survives;
  for (const auto& each : nodes) survives[each.get()] = random() % (each->changes.size() + 1);
  // Both ends of a move or none: extend until nothing is torn.
  for (bool again = true; again;) {
    again = false;
    for (const auto& a : nodes)
      for (std::size_t i = 0; i < survives[a.get()]; ++i)
        for (const auto& b : nodes)
          for (std::size_t k = survives[b.get()]; k < b->changes.size(); ++k)
            if (a->changes[i].move != 0 && a->changes[i].move == b->changes[k].move) {
              survives[b.get()] = k + 1;
              again = true;
              break;
            }
  }
  for (const auto& each : nodes) {
    make_durable(*each, survives[each.get()]);
    each->changes.clear();
    each->names = each->durable_names;
    if (each->bytes == each->durable_bytes) continue;
    const auto fate = random() % 3;
    if (fate == 0)
      each->bytes = each->durable_bytes;
    else if (fate == 1)
      each->bytes.resize(random() % (each->bytes.size() + 1));
    each->durable_bytes = each->bytes;
  }
}

std::vector<memory_file_system::inode_ptr> memory_file_system::all() const {
  std::vector<inode_ptr> found{root_};
  const auto add = [&](const inode_ptr& node) {
    if (node && std::find(found.begin(), found.end(), node) == found.end()) found.push_back(node);
  };
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto node = found[i];
    for (const auto& [name, target] : node->names) add(target);
    for (const auto& [name, target] : node->durable_names) add(target);
    for (const auto& change : node->changes) add(change.target);
  }
  return found;
}

memory_file_system::inode_ptr memory_file_system::at(const std::string& path) const {
  auto node = root_;
  for (const auto& part : parts_of(path)) {
    const auto found = node->names.find(part);
    if (found == node->names.end()) return nullptr;
    node = found->second;
  }
  return node;
}

std::string memory_file_system::text(const std::string& path) const {
  const auto node = at(path);
  if (!node) throw std::runtime_error("no " + path);
  return node->bytes;
}

bool memory_file_system::exists(const std::string& path) const {
  return at(path) != nullptr;
}

std::vector<std::string> memory_file_system::names(const std::string& path) const {
  std::vector<std::string> out;
  const auto node = at(path);
  if (!node) throw std::runtime_error("no " + path);
  for (const auto& [name, target] : node->names) out.push_back(name);
  return out;
}

void memory_file_system::put_folder(const std::string& path) {
  auto node = root_;
  for (const auto& part : parts_of(path)) {
    auto& next = node->names[part];
    if (!next) next = make_node(true);
    node->durable_names[part] = next;
    node = next;
  }
}

void memory_file_system::put(const std::string& path, std::string_view text) {
  const auto slash = path.rfind('/');
  put_folder(path.substr(0, slash));
  const auto folder = at(path.substr(0, slash));
  auto file = make_node(false);
  file->bytes = file->durable_bytes = text;
  folder->names[path.substr(slash + 1)] = folder->durable_names[path.substr(slash + 1)] = file;
}

file_descriptor memory_file_system::open(inode_ptr node) {
  open_.emplace(next_, opened{std::move(node), 0, false});
  return next_++;
}

io_result<memory_file_system::inode_ptr> memory_file_system::child(file_descriptor parent,
                                                                   const std::string& name) const {
  const auto folder = node(parent);
  if (name == ".") return folder;
  const auto found = folder->names.find(name);
  if (found == folder->names.end()) return failed(std::errc::no_such_file_or_directory);
  return found->second;
}

void memory_file_system::set_name(const inode_ptr& folder, const std::string& name, inode_ptr target,
                                  std::size_t move) {
  if (target)
    folder->names[name] = target;
  else
    folder->names.erase(name);
  folder->changes.push_back({name, std::move(target), move});
}

io_result<void> memory_file_system::make_root(const std::string& path) {
  if (auto fine = call("make_root", true); !fine) return fine;
  put_folder(path);
  return {};
}

io_result<file_descriptor> memory_file_system::open_root(const std::string& path) {
  if (auto fine = call("open_root", false); !fine) return tl::unexpected(fine.error());
  auto node = at(path);
  if (!node) return failed(std::errc::no_such_file_or_directory);
  return open(std::move(node));
}

io_result<file_descriptor> memory_file_system::open_directory(file_descriptor parent,
                                                              const std::string& name) {
  if (auto fine = call("open_directory", false); !fine) return tl::unexpected(fine.error());
  auto node = child(parent, name);
  if (!node) return tl::unexpected(node.error());
  if (!(*node)->directory) return failed(std::errc::not_a_directory);
  return open(std::move(*node));
}

io_result<file_descriptor> memory_file_system::open_file(file_descriptor parent, const std::string& name) {
  if (auto fine = call("open_file", false); !fine) return tl::unexpected(fine.error());
  auto node = child(parent, name);
  if (!node) return tl::unexpected(node.error());
  return open(std::move(*node));
}

io_result<file_descriptor> memory_file_system::create_file(file_descriptor parent, const std::string& name) {
  if (auto fine = call("create_file", true); !fine) return tl::unexpected(fine.error());
  if (child(parent, name)) return failed(std::errc::file_exists);
  auto made = make_node(false);
  set_name(node(parent), name, made);
  return open(std::move(made));
}

io_result<file_descriptor> memory_file_system::open_locked(file_descriptor parent, const std::string& name) {
  if (auto fine = call("open_locked", true); !fine) return tl::unexpected(fine.error());
  auto found = child(parent, name);
  if (!found) {
    found = make_node(false);
    set_name(node(parent), name, *found);
  }
  if ((*found)->locked) return failed(std::errc::operation_would_block);
  (*found)->locked = true;
  const auto file = open(*found);
  open_.at(file).lock = true;
  return file;
}

void memory_file_system::close(file_descriptor file) noexcept {
  const auto found = open_.find(file);
  if (found == open_.end()) return;
  if (found->second.lock) found->second.node->locked = false;
  open_.erase(found);
}

io_result<std::size_t> memory_file_system::read(file_descriptor file, std::span<char> into) {
  if (auto fine = call("read", false); !fine) return tl::unexpected(fine.error());
  auto& at = open_.at(file);
  const auto count = std::min(into.size(), at.node->bytes.size() - at.position);
  std::copy_n(at.node->bytes.begin() + static_cast<std::ptrdiff_t>(at.position), count, into.begin());
  at.position += count;
  return count;
}

io_result<std::size_t> memory_file_system::write(file_descriptor file, std::string_view bytes) {
  if (auto fine = call("write", true); !fine) return tl::unexpected(fine.error());
  auto& at = open_.at(file);
  const auto count = short_writes_ ? std::min<std::size_t>(bytes.size(), 7) : bytes.size();
  at.node->bytes += bytes.substr(0, count);
  at.node->modified = clock_++;
  return count;
}

io_result<void> memory_file_system::sync(file_descriptor file) {
  if (auto fine = call("sync", true); !fine) return fine;
  auto& synced = *node(file);
  if (!synced.directory) {
    synced.durable_bytes = synced.bytes;
    return {};
  }
  // A move that becomes durable here takes its other end with it.
  std::vector<std::size_t> moves;
  for (const auto& change : synced.changes)
    if (change.move != 0) moves.push_back(change.move);
  make_durable(synced, synced.changes.size());
  for (const auto& other : all())
    for (std::size_t i = other->changes.size(); i > 0; --i)
      if (std::find(moves.begin(), moves.end(), other->changes[i - 1].move) != moves.end()) {
        make_durable(*other, i);
        break;
      }
  return {};
}

file_status memory_file_system::status_of(const inode& node) {
  return {node.directory ? file_type::directory : file_type::regular, node.bytes.size(), node.number,
          node.modified};
}

io_result<file_status> memory_file_system::status(file_descriptor file) {
  if (auto fine = call("status", false); !fine) return tl::unexpected(fine.error());
  return status_of(*node(file));
}

io_result<file_status> memory_file_system::status(file_descriptor parent, const std::string& name) {
  if (auto fine = call("status", false); !fine) return tl::unexpected(fine.error());
  const auto found = child(parent, name);
  if (!found) return tl::unexpected(found.error());
  return status_of(**found);
}

io_result<std::vector<std::string>> memory_file_system::list(file_descriptor directory) {
  if (auto fine = call("list", false); !fine) return tl::unexpected(fine.error());
  std::vector<std::string> out;
  for (const auto& [name, target] : node(directory)->names) out.push_back(name);
  return out;
}

io_result<void> memory_file_system::make_directory(file_descriptor parent, const std::string& name) {
  if (auto fine = call("make_directory", true); !fine) return fine;
  if (child(parent, name)) return failed(std::errc::file_exists);
  set_name(node(parent), name, make_node(true));
  return {};
}

io_result<void> memory_file_system::rename(file_descriptor from_parent, const std::string& from,
                                           file_descriptor to_parent, const std::string& to) {
  if (auto fine = call("rename", true); !fine) return fine;
  const auto moved = child(from_parent, from);
  if (!moved) return tl::unexpected(moved.error());
  if (const auto there = child(to_parent, to); there && (*there)->directory && !(*there)->names.empty())
    return failed(std::errc::directory_not_empty);
  const auto move = next_move_++;
  set_name(node(to_parent), to, *moved, move);
  set_name(node(from_parent), from, nullptr, move);
  return {};
}

io_result<void> memory_file_system::remove_file(file_descriptor parent, const std::string& name) {
  if (auto fine = call("remove_file", true); !fine) return fine;
  const auto found = child(parent, name);
  if (!found) return tl::unexpected(found.error());
  if ((*found)->directory) return failed(std::errc::is_a_directory);
  set_name(node(parent), name, nullptr);
  return {};
}

io_result<void> memory_file_system::remove_directory(file_descriptor parent, const std::string& name) {
  if (auto fine = call("remove_directory", true); !fine) return fine;
  const auto found = child(parent, name);
  if (!found) return tl::unexpected(found.error());
  if (!(*found)->directory) return failed(std::errc::not_a_directory);
  if (!(*found)->names.empty()) return failed(std::errc::directory_not_empty);
  set_name(node(parent), name, nullptr);
  return {};
}

} // namespace troupe::storage::test
