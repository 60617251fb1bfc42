#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "io/checkpoint.hpp"
#include "ising/correlation.hpp"
#include "ising/tempering.hpp"
#include "ising/updates/updater.hpp"
#include "task/ising/ising_plan.hpp"
#include "task/ising/ising_samples.hpp"

namespace spinel {

/// What chains leave behind, in a form that checkpoints store and messages carry: numbers, and records that state whose
/// they are and where they begin.
struct IsingRecords {
  enum Kind : std::int64_t { progress, series, tempering, correlation, spins };
  struct Record {
    std::int64_t kind, job, walker;
    std::int64_t row;    ///< spins: first row of the lattice
    std::int64_t count;  ///< numbers; rows of spins; progress: sweeps done
    std::int64_t at;     ///< where numbers, or bytes of spins, begin
  };
  static constexpr std::size_t width = sizeof(Record) / sizeof(std::int64_t);
  std::vector<Record> records;
  std::vector<double> numbers;

  void add(Kind kind, std::int64_t job, std::int64_t walker, const std::vector<double>& values);
};
/// Collective. Those of all ranks, on rank 0.
IsingRecords gather(const IsingRecords& records, const Communicator& communicator);

/// Energy, magnetization, order parameter and index of the temperature of every measurement of one walker.
struct IsingSeries {
  Series values;
  std::vector<double> temperature;

  std::vector<double> to_numbers() const;
  static IsingSeries from_numbers(const std::vector<double>& numbers);
};

/// One job on the ranks of its group: its walkers (a lattice each; with tempering as many as temperatures, else one)
/// shared by the teams. All members but pack() and its like are collective over the group.
class IsingSimulation {
 public:
  IsingSimulation(const IsingPlan& plan, std::size_t job, const Pools& teams, Updater& updater);
  /// Where configurations go; needed before advance() where any are kept.
  void set_samples(IsingSamples* samples) { samples_ = samples; }

  /// Makes the first configurations.
  void start();
  /// Makes `count` sweeps of every walker, or, with tempering, those up to the next exchange. Returns how many.
  std::int64_t advance(std::int64_t count);
  std::int64_t sweep() const { return sweep_; }  ///< done
  bool is_done() const { return sweep_ == plan_.sweeps(); }
  /// Of all walkers; what a sweep is worth in spins.
  std::int64_t n_spins() const;
  std::size_t system_index() const { return job_.system; }

  void pack(IsingRecords& records) const;
  /// This rank's rows as pieces of a checkpoint, beginning at byte `at`.
  void pack_spins(IsingRecords& records, std::vector<CheckpointWriter::Piece>& pieces, std::int64_t& at);
  /// What pack() and pack_spins() left in a checkpoint, whatever the number of ranks then and now.
  void restore(const CheckpointReader& reader, const std::vector<IsingRecords::Record>& records);

 private:
  struct Walker {
    std::int64_t index;
    std::unique_ptr<SpinLattice> lattice;  // none before the start and after the end
    IsingSeries series;                    // on the first rank of the team
    std::unique_ptr<CorrelationMeter> correlation;
  };
  const IsingSystem& system() const { return plan_.systems()[job_.system]; }
  std::int64_t temperature_of(const Walker& walker) const;
  void make_sweep(Walker& walker, std::int64_t sweep);
  void exchange();
  void make_lattice(Walker& walker);

  const IsingPlan& plan_;
  const std::size_t number_;
  const IsingJob& job_;
  const Pools& teams_;
  Updater& updater_;
  IsingSamples* samples_ = nullptr;
  std::vector<Walker> walkers_;  // of this team
  std::optional<Tempering> tempering_;
  std::int64_t sweep_ = 0;
};

}  // namespace spinel
