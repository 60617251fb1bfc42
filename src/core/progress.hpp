#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/log.hpp"

namespace spinel {

/// How far a long loop has come and how long it will still take. On a terminal a live line, renewed a few times a
/// second; in a batch log a plain line at most every `batch_interval` seconds, so none for work done sooner.
class Progress {
 public:
  /// Seconds since any fixed moment.
  using Now = std::function<double()>;

  /// Counts from `first` (the step a restart begins with) to `total` things called `what` ("steps").
  Progress(Log& log, std::string what, std::int64_t first, std::int64_t total, double batch_interval = 30.0,
           Now now = steady_seconds);
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Cheap enough for every step.
  void update(std::int64_t done) {
    if (log_.enabled()) show(done);
  }
  /// Removes the live line.
  void finish() { log_.live(""); }

  static double steady_seconds();

 private:
  void show(std::int64_t done);

  Log& log_;
  std::string what_;
  std::int64_t first_, total_;
  double interval_, start_, next_;
  Now now_;
};

}  // namespace spinel
