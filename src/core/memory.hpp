#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace spinel {

/// Resident memory of this process.
struct MemoryUse {
  std::int64_t now = 0;   ///< bytes
  std::int64_t peak = 0;  ///< bytes, the most since the process began
};

/// From /proc/self/status (VmRSS, VmHWM); zeros on a system without it.
inline MemoryUse memory_use() {
  MemoryUse use;
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == "VmRSS:" && status >> use.now) use.now *= 1024;
    if (word == "VmHWM:" && status >> use.peak) use.peak *= 1024;
  }
  return use;
}

}  // namespace spinel
