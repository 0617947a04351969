// A child process of a test: starts a program, waits for what it says, ends it. Nothing here
// sleeps; waits end with what is waited for, and kPatience only bounds a hang.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>
#include <sys/types.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace evenkeel::binaries {

inline constexpr absl::Duration kPatience = absl::Seconds(60);

class Process {
 public:
  // Runs `argv[0]` with exactly the environment `env` ("NAME=value"). The child dies with the test.
  // INTERNAL when it cannot be forked; a program that cannot be executed exits with 127.
  static absl::StatusOr<std::unique_ptr<Process>> Start(std::vector<std::string> argv,
                                                        std::vector<std::string> env = {});
  // Kills it (SIGKILL) if it still runs.
  ~Process();

  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The next line of either output that holds `text`: each call goes on after the line that the
  // last one found. OUT_OF_RANGE when the outputs end before, DEADLINE_EXCEEDED after kPatience;
  // both with everything that was said.
  absl::StatusOr<std::string> WaitForLine(const std::string& text);

  void Kill(int signal);

  // The exit code, 128 + the signal for one that ended it. DEADLINE_EXCEEDED after kPatience.
  absl::StatusOr<int> WaitForExit();

  // What was said so far; whole after WaitForExit.
  std::string out() const;
  std::string err() const;

 private:
  struct Stream {
    int fd = -1;
    std::string text;
    size_t line_start = 0;
  };
  Process(pid_t pid, int out, int err);
  void Read();
  std::string Said() const;  // requires mutex_

  const pid_t pid_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Stream streams_[2];               // stdout, stderr
  std::vector<std::string> lines_;  // of both, as they ended
  size_t next_line_ = 0;            // for WaitForLine
  bool ended_ = false;              // both outputs
  int exit_code_ = -1;              // once waited for
  std::thread reader_;
};

}  // namespace evenkeel::binaries
