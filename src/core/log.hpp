#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

namespace spinel {

/// What a person reads while the program runs: whole lines, flushed one by one, only where enabled (rank 0).
/// On a terminal it can also keep one live line at the bottom that the next line or live text replaces.
class Log {
 public:
  explicit Log(bool enabled, std::FILE* stream = stdout);
  /// As above, with the terminal question answered by the caller.
  Log(bool enabled, std::FILE* stream, bool is_terminal);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool enabled() const { return enabled_; }
  bool is_terminal() const { return is_terminal_; }

  /// Writes text (one line or several) and a newline.
  void line(const std::string& text = "");
  template <class... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    if (enabled_) line(fmt::format(format, std::forward<Args>(args)...));
  }
  /// Replaces the live line; nothing unless is_terminal(). Empty text removes it.
  void live(const std::string& text);

 private:
  bool enabled_, is_terminal_, has_live_line_ = false;
  std::FILE* stream_;
};

/// A table known as a whole: columns as wide as their widest cell, the first left-aligned, the others right-aligned.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> titles);
  /// Throws Error unless there is one cell for every title.
  void add(std::vector<std::string> cells);
  /// Title line, a rule, rows; two blanks between columns, `indent` before the first; no newline at the end.
  std::string text(std::size_t indent = 2) const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the first: titles
};

/// A table whose rows come one by one during a run (the thermo table): right-aligned columns of fixed width.
class RunningTable {
 public:
  struct Column {
    std::string title, unit;
    std::size_t width = 12;
    int precision = 6;     ///< digits after the point; significant digits with `general`
    bool integer = false;  ///< printed without a point
    bool general = false;  ///< %g instead of %f
  };
  explicit RunningTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// Two lines: titles, and units in parentheses.
  std::string header() const;
  /// A number too wide for its column is written in exponent form. Throws Error unless one value per column.
  std::string row(const std::vector<double>& values) const;

 private:
  std::vector<Column> columns_;
};

}  // namespace spinel
