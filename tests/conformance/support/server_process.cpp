#include "tests/conformance/support/server_process.hpp"

#include <boost/json/parse.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::conformance {

namespace {

/// The one that was built, or another that shall be held to the same.
const char* binary() {
  const auto* other = std::getenv("TROUPE_BINARY");
  return other ? other : TROUPE_BINARY;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& each : texts) out.push_back(each.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment_of(const start_options& options) {
  std::vector<std::string> out;
  for (const auto* name : {"PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"})
    if (const auto* value = std::getenv(name)) out.push_back(std::string(name) + '=' + value);
  for (const auto& [name, value] : options.environment) out.push_back(name + '=' + value);
  return out;
}

} // namespace

server_process::server_process(const start_options& options) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  stdout_ = ends[0];
  std::vector<std::string> arguments{binary()};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  auto variables = environment_of(options);
  const auto argument_pointers = pointers(arguments), variable_pointers = pointers(variables);
  const auto log_file = scratch_ / "log";
  pid_ = fork();
  if (pid_ == 0) {
    // No server outlives a test that crashed; posix_spawn can't say that.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(ends[1], 1);
    dup2(open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600), 2);
    execve(argument_pointers[0], argument_pointers.data(), variable_pointers.data());
    _exit(127);
  }
  close(ends[1]);
  if (pid_ < 0) {
    close(stdout_);
    throw std::runtime_error(std::string("can't start ") + binary() + ": " + std::strerror(errno));
  }
}

server_process::~server_process() {
  kill_hard();
  close(stdout_);
}

void server_process::await_listening() {
  // A sanitizer and a busy machine make starting slow; nothing else waits this long.
  const deadline end(3 * patience);
  while (first_line_.find('\n') == std::string::npos) {
    pollfd ready{stdout_, POLLIN, 0};
    char buffer[4096];
    const auto size =
        poll(&ready, 1, static_cast<int>(end.left().count())) > 0 ? read(stdout_, buffer, sizeof buffer) : -1;
    if (size <= 0) throw std::runtime_error("the server isn't listening; it says:\n" + first_line_ + log());
    first_line_.append(buffer, static_cast<std::size_t>(size));
  }
  first_line_.resize(first_line_.find('\n'));
  const auto line = boost::json::parse(first_line_);
  const std::string url(line.at("http").as_string());
  port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

bool server_process::running() {
  return !reap(false);
}

void server_process::signal(int number) {
  if (running()) ::kill(pid_, number);
}

void server_process::kill_hard() {
  if (exit_code_) return;
  ::kill(pid_, SIGKILL);
  reap(true);
}

int server_process::stop() {
  signal(SIGTERM);
  return wait();
}

int server_process::wait() {
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  pollfd ended{handle, POLLIN, 0};
  const bool in_time = exit_code_ || poll(&ended, 1, static_cast<int>((3 * patience).count())) > 0;
  close(handle);
  if (!in_time) throw std::runtime_error("the server doesn't end; it says:\n" + log());
  reap(true);
  if (*exit_code_ != 0)
    std::fprintf(stderr, "the server ended with %d; it says:\n%s\n", *exit_code_, log().c_str());
  return *exit_code_;
}

std::string server_process::log() const {
  return read_text(scratch_ / "log");
}

bool server_process::reap(bool block) {
  if (exit_code_) return true;
  int status = 0;
  if (waitpid(pid_, &status, block ? 0 : WNOHANG) != pid_) return false;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

} // namespace troupe::conformance
