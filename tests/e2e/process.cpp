#include "tests/e2e/process.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace troupe::test {

namespace {

/// One stream of the child. Closed on exec, so that the child holds no end but those it is given.
class pipe_pair {
 public:
  pipe_pair() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  ~pipe_pair() {
    close_reader();
    close_writer();
  }
  pipe_pair(const pipe_pair&) = delete;
  pipe_pair& operator=(const pipe_pair&) = delete;

  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_reader() { close_end(ends_[0]); }
  void close_writer() { close_end(ends_[1]); }

 private:
  static void close_end(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

/// Both at once: a child that fills one pipe while we wait at the other would wait for ever.
void read_both(const pipe_pair& a, std::string& into_a, const pipe_pair& b, std::string& into_b) {
  std::array<pollfd, 2> waiting{pollfd{a.reader(), POLLIN, 0}, pollfd{b.reader(), POLLIN, 0}};
  std::array<std::string*, 2> into{&into_a, &into_b};
  while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
    if (poll(waiting.data(), waiting.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
      std::array<char, 65536> buffer;
      const auto got = read(waiting[i].fd, buffer.data(), buffer.size());
      if (got > 0)
        into[i]->append(buffer.data(), static_cast<std::size_t>(got));
      else if (got == 0 || errno != EINTR)
        waiting[i].fd = -1;
    }
  }
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& each : texts) out.push_back(each.data());
  out.push_back(nullptr);
  return out;
}

class spawn_actions {
 public:
  spawn_actions() { posix_spawn_file_actions_init(&actions_); }
  ~spawn_actions() { posix_spawn_file_actions_destroy(&actions_); }
  spawn_actions(const spawn_actions&) = delete;
  spawn_actions& operator=(const spawn_actions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

} // namespace

process_outcome run_troupe(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                           const std::vector<std::string>& variables) {
  std::vector<std::string> words{TROUPE_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto environment = variables; // the first of a name is the one that counts
  for (char** at = environ; *at; ++at) environment.emplace_back(*at);

  pipe_pair out, err;
  spawn_actions actions;
  posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(actions.get(), out.writer(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(actions.get(), err.writer(), STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(actions.get(), folder.c_str());
  pid_t child = 0;
  if (posix_spawn(&child, TROUPE_BINARY, actions.get(), nullptr, pointers(words).data(),
                  pointers(environment).data()) != 0)
    throw std::runtime_error("the binary doesn't start");
  out.close_writer();
  err.close_writer();

  process_outcome made;
  read_both(out, made.out, err, made.err);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  made.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return made;
}

} // namespace troupe::test
