#include "tests/storage/postgres_server.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <future>
#include <grp.h>
#include <optional>
#include <pqxx/pqxx>
#include <pwd.h>
#include <signal.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace troupe::storage::test {

namespace {

namespace fs = std::filesystem;

/// The newest version that is installed.
std::string find_programs() {
  int newest = 0;
  std::string found;
  std::error_code none;
  for (const auto& each : fs::directory_iterator("/usr/lib/postgresql", none)) {
    const int version = std::atoi(each.path().filename().c_str());
    if (version <= newest || !fs::exists(each.path() / "bin/postgres")) continue;
    newest = version;
    found = each.path() / "bin";
  }
  if (found.empty())
    throw std::runtime_error("PostgreSQL's server isn't installed: script/bootstrap --test does that");
  return found;
}

struct user {
  uid_t id;
  gid_t group;
};

/// The server refuses to run as root.
std::optional<user> other_user() {
  if (::geteuid() != 0) return std::nullopt;
  for (const char* name : {"postgres", "nobody"})
    if (const auto* found = ::getpwnam(name)) return user{found->pw_uid, found->pw_gid};
  throw std::runtime_error("there is no user that PostgreSQL's server could run as");
}

/// Starts a program in a folder, with its output into a pipe. It ends with this process.
pid_t start_program(const std::vector<std::string>& words, const fs::path& folder,
                    const std::optional<user>& as, int output) {
  std::vector<char*> arguments;
  for (const auto& each : words) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const auto self = ::getpid();
  const auto process = ::fork();
  if (process < 0) throw std::runtime_error("no process");
  if (process > 0) return process;
  if (as && (::setgroups(0, nullptr) != 0 || ::setgid(as->group) != 0 || ::setuid(as->id) != 0)) ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != self || ::chdir(folder.c_str()) != 0) ::_exit(126);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

struct pipe_ends {
  int in = -1, out = -1;
  pipe_ends() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    in = ends[0];
    out = ends[1];
  }
};

std::string read_all(int from) {
  std::string out;
  char buffer[4096];
  for (ssize_t size; (size = ::read(from, buffer, sizeof buffer)) > 0;)
    out.append(buffer, static_cast<std::size_t>(size));
  ::close(from);
  return out;
}

/// Reads lines to their end; says when one tells that the server is ready, or what it said instead.
void listen(int from, std::promise<std::string> ready) {
  std::string said;
  bool waiting = true;
  char buffer[4096];
  for (ssize_t size; (size = ::read(from, buffer, sizeof buffer)) > 0;) {
    if (!waiting) continue;
    said.append(buffer, static_cast<std::size_t>(size));
    if (said.find("ready to accept connections") == std::string::npos) continue;
    waiting = false;
    ready.set_value({});
  }
  ::close(from);
  if (waiting) ready.set_value("PostgreSQL's server ended: " + said);
}

} // namespace

postgres_server::postgres_server() {
  start(find_programs());
}

void postgres_server::start(const std::string& programs) {
  const auto as = other_user();
  fs::create_directory(folder_ / "socket");
  if (as)
    for (const auto& each : {folder_.path(), folder_ / "socket"})
      if (::chown(each.c_str(), as->id, as->group) != 0) throw std::runtime_error("no folder for the server");
  {
    const pipe_ends output;
    const auto maker = start_program({programs + "/initdb", "-D", folder_ / "data", "-A", "trust", "-U",
                                      "troupe", "-E", "UTF8", "--locale=C", "--no-sync"},
                                     folder_.path(), as, output.out);
    ::close(output.out);
    const auto said = read_all(output.in);
    int status = 0;
    if (::waitpid(maker, &status, 0) != maker || status != 0)
      throw std::runtime_error("PostgreSQL's initdb failed: " + said);
  }
  const pipe_ends output;
  process_ = start_program({programs + "/postgres", "-D", folder_ / "data", "-c", "listen_addresses=", "-c",
                            fmt::format("unix_socket_directories={}", (folder_ / "socket").string()), "-c",
                            "fsync=on", "-c", "shared_buffers=32MB", "-c", "logging_collector=off"},
                           folder_.path(), as, output.out);
  ::close(output.out);
  std::promise<std::string> ready;
  auto told = ready.get_future();
  words_ = std::thread(listen, output.in, std::move(ready));
  if (const auto failed = told.get(); !failed.empty()) {
    words_.join();
    ::waitpid(process_, nullptr, 0);
    throw std::runtime_error(failed);
  }
}

postgres_server::~postgres_server() {
  ::kill(process_, SIGQUIT);
  ::waitpid(process_, nullptr, 0);
  words_.join();
}

std::string postgres_server::fresh_url() {
  const auto name = fmt::format("journal{}", ++journals_);
  pqxx::connection connection(
      fmt::format("host={} user=troupe dbname=postgres", (folder_ / "socket").string()));
  pqxx::nontransaction(connection).exec("CREATE SCHEMA " + name);
  return fmt::format("postgresql://troupe@/postgres?options=-csearch_path%3D{}&host={}", name,
                     (folder_ / "socket").string());
}

std::string postgres_server::through(const fs::path& other, const std::string& url) const {
  auto out = url;
  const auto own = (folder_ / "socket").string();
  return out.replace(out.find(own), own.size(), other.string());
}

postgres_server& the_postgres_server() {
  static postgres_server server;
  return server;
}

} // namespace troupe::storage::test
