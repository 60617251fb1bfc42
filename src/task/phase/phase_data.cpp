#include "task/phase/phase_data.hpp"

#include <algorithm>
#include <memory>

#include "core/error.hpp"
#include "io/hdf_reader.hpp"
#include "parallel/on_root.hpp"

namespace spinel {

namespace {

/// Configurations first … first + count − 1 of one chain, all at one temperature.
struct Run {
  std::int64_t file, temperature, replica, first, count;
  static constexpr std::size_t width = 5;
};

}  // namespace

std::vector<std::string> PhaseData::sizes(const std::vector<std::string>& files, const Communicator& communicator) {
  std::string names;
  on_root(communicator, [&] {
    for (const std::string& path : files) {
      bool some = false;
      try {
        const HdfReader file(path);
        for (const std::string& name : file.list()) {
          if (!file.exists("/" + name + "/spins")) continue;
          some = true;
          if (("\n" + names).find("\n" + name + "\n") == std::string::npos) names += name + "\n";
        }
      } catch (const InputError&) {
        throw;
      } catch (const Error& error) {
        fail_input("{}", error.what());
      }
      if (!some)
        fail_input(
            "'{}' holds no configurations; give the <prefix>.samples.h5 of calculation = 'ising' with configurations",
            path);
    }
  });
  communicator.broadcast(names);
  std::vector<std::string> result;
  for (std::size_t at = 0, end; (end = names.find('\n', at)) != std::string::npos; at = end + 1)
    result.push_back(names.substr(at, end - at));
  return result;
}

PhaseData::PhaseData(const std::vector<std::string>& files, const std::string& size, const Communicator& communicator) {
  // Rank 0 looks what there is, each rank reads its share.
  std::vector<std::int64_t> runs, shape;
  std::vector<double> temperature_of_run;
  on_root(communicator, [&] {
    for (std::size_t f = 0; f < files.size(); ++f) {
      const HdfReader file(files[f]);
      const std::string group = "/" + size;
      if (!file.exists(group + "/spins")) continue;
      const auto temperatures = file.read<double>(group + "/temperature");
      const auto edges = file.read<std::int64_t>(group + "/size");
      const auto dims = file.dims(group + "/spins");
      const auto written = file.read<std::uint8_t>(group + "/written");
      if (dims.size() != 5 || edges.size() != 2 || dims[0] != static_cast<std::int64_t>(temperatures.size()) ||
          dims[3] != edges[1] || dims[4] != (edges[0] + 7) / 8 ||
          written.size() != static_cast<std::size_t>(dims[0] * dims[1] * dims[2]))
        fail_input("'{}': the datasets of {} do not fit together", files[f], group);
      shape = {edges[0], edges[1], dims[4]};
      for (std::int64_t t = 0; t < dims[0]; ++t)
        for (std::int64_t r = 0; r < dims[1]; ++r)
          for (std::int64_t c = 0; c < dims[2]; ++c) {
            if (written[static_cast<std::size_t>((t * dims[1] + r) * dims[2] + c)] == 0) continue;
            const bool goes_on = !runs.empty() && c > 0 && runs[runs.size() - 5] == static_cast<std::int64_t>(f) &&
                                 runs[runs.size() - 4] == t && runs[runs.size() - 3] == r &&
                                 runs[runs.size() - 2] + runs.back() == c;
            if (goes_on) {
              ++runs.back();
            } else {
              runs.insert(runs.end(), {static_cast<std::int64_t>(f), t, r, c, 1});
              temperature_of_run.push_back(temperatures[static_cast<std::size_t>(t)]);
            }
          }
    }
    if (runs.empty()) fail_input("no configuration of {} is written in the files", size);
  });
  communicator.broadcast(runs);
  communicator.broadcast(shape);
  communicator.broadcast(temperature_of_run);
  lx_ = shape[0];
  ly_ = shape[1];
  row_bytes_ = shape[2];

  temperatures_ = temperature_of_run;
  std::sort(temperatures_.begin(), temperatures_.end());
  temperatures_.erase(std::unique(temperatures_.begin(), temperatures_.end()), temperatures_.end());
  for (std::size_t k = 0; k < temperature_of_run.size(); ++k) {
    const auto t = std::lower_bound(temperatures_.begin(), temperatures_.end(), temperature_of_run[k]);
    temperature_of_.insert(temperature_of_.end(), static_cast<std::size_t>(runs[Run::width * k + 4]),
                           t - temperatures_.begin());
  }

  const RowShare share = row_share(n_configurations(), communicator.rank(), communicator.size());
  bits_.reserve(static_cast<std::size_t>(share.count * ly_ * row_bytes_));
  std::string problem;
  try {
    std::int64_t at = 0, open_file = -1;
    std::unique_ptr<HdfReader> file;
    for (std::size_t k = 0; k < temperature_of_run.size(); ++k) {
      const std::int64_t* n = runs.data() + Run::width * k;
      const Run run = {n[0], n[1], n[2], n[3], n[4]};
      const std::int64_t from = std::max(at, share.first), to = std::min(at + run.count, share.first + share.count);
      if (from < to) {
        if (open_file != run.file) file = std::make_unique<HdfReader>(files[static_cast<std::size_t>(run.file)]);
        open_file = run.file;
        const auto block = file->read_block<std::uint8_t>("/" + size + "/spins",
                                                          {run.temperature, run.replica, run.first + from - at, 0, 0},
                                                          {1, 1, to - from, ly_, row_bytes_});
        bits_.insert(bits_.end(), block.begin(), block.end());
      }
      at += run.count;
    }
  } catch (const Error& error) {
    problem = error.what();
  }
  communicator.fail_together(problem);
}

DataRows PhaseData::rows() const {
  DataRows rows;
  rows.n_rows = n_configurations();
  rows.n_columns = n_spins();
  rows.read = [this](std::int64_t first, std::int64_t count, std::int64_t first_column, std::int64_t n_columns,
                     double* to) {
    for (std::int64_t i = first; i < first + count; ++i) {
      const std::uint8_t* bits = bits_.data() + i * ly_ * row_bytes_;
      std::int64_t y = first_column / lx_, x = first_column % lx_;
      for (std::int64_t left = n_columns; left > 0; ++y, x = 0)
        for (; x < lx_ && left > 0; ++x, --left)
          *to++ = ((bits[y * row_bytes_ + x / 8] >> (x % 8)) & 1) != 0 ? 1.0 : -1.0;
    }
  };
  return rows;
}

std::vector<std::uint8_t> PhaseData::all_bits(const Communicator& communicator) const {
  auto all = communicator.gather(bits_);
  communicator.broadcast(all);
  return all;
}

}  // namespace spinel
