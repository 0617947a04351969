// What a logger wrote, for tests. Not to be asked while somebody may be writing.
#pragma once

#include <cstdio>
#include <string>

namespace evenkeel::ingest {

class LogText {
 public:
  LogText() : file_(std::tmpfile()) {}
  ~LogText() { std::fclose(file_); }
  LogText(const LogText&) = delete;
  LogText& operator=(const LogText&) = delete;

  std::FILE* file() const { return file_; }
  std::string text() const {
    std::string text(static_cast<size_t>(std::ftell(file_)), '\0');
    std::rewind(file_);
    text.resize(std::fread(text.data(), 1, text.size(), file_));
    std::fseek(file_, 0, SEEK_END);
    return text;
  }
  int Count(const std::string& phrase) const {
    const std::string all = text();
    int count = 0;
    for (size_t at = all.find(phrase); at != std::string::npos; at = all.find(phrase, at + 1)) {
      ++count;
    }
    return count;
  }

 private:
  std::FILE* const file_;
};

}  // namespace evenkeel::ingest
