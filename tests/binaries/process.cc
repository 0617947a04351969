#include "tests/binaries/process.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace evenkeel::binaries {
namespace {

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Process>> Process::Start(std::vector<std::string> argv,
                                                        std::vector<std::string> env) {
  int out[2], err[2];
  // Closed in other children, so that an output ends with its own process.
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
    return absl::InternalError(absl::StrCat("pipe: ", std::strerror(errno)));
  }
  const std::vector<char*> arguments = Pointers(argv);
  const std::vector<char*> environment = Pointers(env);
  const pid_t pid = fork();
  if (pid == 0) {  // only what is safe after a fork of a process with threads
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    execve(arguments[0], arguments.data(), environment.data());
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  if (pid < 0) {
    close(out[0]);
    close(err[0]);
    return absl::InternalError(absl::StrCat("fork: ", std::strerror(errno)));
  }
  return std::unique_ptr<Process>(new Process(pid, out[0], err[0]));
}

Process::Process(pid_t pid, int out, int err) : pid_(pid) {
  streams_[0].fd = out;
  streams_[1].fd = err;
  reader_ = std::thread([this] { Read(); });
}

Process::~Process() {
  Kill(SIGKILL);
  reader_.join();
  if (exit_code_ < 0) waitpid(pid_, nullptr, 0);
  for (const Stream& stream : streams_) close(stream.fd);
}

void Process::Read() {
  pollfd polled[2] = {{streams_[0].fd, POLLIN, 0}, {streams_[1].fd, POLLIN, 0}};
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    poll(polled, 2, -1);
    for (int i = 0; i < 2; ++i) {
      if (polled[i].fd < 0 || polled[i].revents == 0) continue;
      char bytes[4096];
      const ssize_t count = read(polled[i].fd, bytes, sizeof bytes);
      if (count <= 0) {
        polled[i].fd = -1;  // poll passes over it
        continue;
      }
      std::lock_guard lock(mutex_);
      Stream& stream = streams_[i];
      stream.text.append(bytes, static_cast<size_t>(count));
      for (size_t end; (end = stream.text.find('\n', stream.line_start)) != std::string::npos;) {
        lines_.push_back(stream.text.substr(stream.line_start, end - stream.line_start));
        stream.line_start = end + 1;
      }
      changed_.notify_all();
    }
  }
  std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

absl::StatusOr<std::string> Process::WaitForLine(const std::string& text) {
  std::unique_lock lock(mutex_);
  std::string found;
  const bool in_time = changed_.wait_for(lock, absl::ToChronoSeconds(kPatience), [&] {
    for (; next_line_ < lines_.size(); ++next_line_) {
      if (!absl::StrContains(lines_[next_line_], text)) continue;
      found = lines_[next_line_++];
      return true;
    }
    return ended_;
  });
  if (!found.empty()) return found;
  const std::string message = absl::StrCat("no line with \"", text, "\" in:\n", Said());
  return in_time ? absl::OutOfRangeError(message) : absl::DeadlineExceededError(message);
}

void Process::Kill(int signal) {
  if (exit_code_ < 0) kill(pid_, signal);
}

absl::StatusOr<int> Process::WaitForExit() {
  if (exit_code_ >= 0) return exit_code_;
  {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, absl::ToChronoSeconds(kPatience), [&] { return ended_; })) {
      return absl::DeadlineExceededError(absl::StrCat("still running; said:\n", Said()));
    }
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

std::string Process::out() const {
  std::lock_guard lock(mutex_);
  return streams_[0].text;
}

std::string Process::err() const {
  std::lock_guard lock(mutex_);
  return streams_[1].text;
}

std::string Process::Said() const { return streams_[0].text + streams_[1].text; }

}  // namespace evenkeel::binaries
