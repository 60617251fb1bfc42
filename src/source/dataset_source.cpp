#include <string>

#include "core/error.hpp"
#include "io/dataset/dataset.hpp"
#include "source/formats.hpp"

namespace spinel {

namespace {

class DatasetSource final : public StructureSource {
 public:
  DatasetSource(const std::string& path, const SourceOptions& options, const Communicator& communicator)
      : StructureSource(options), data_(path, communicator) {
    for (const std::string& name : options.scalars) {
      if (!data_.has_scalar(name))
        fail_input("{} holds no number '{}'; it has: {}", path, name, fmt::join(data_.scalar_names(), ", "));
      scalar_.push_back(data_.scalar(name));
    }
  }

  std::string kind() const override { return "dataset"; }
  std::int64_t size() const override { return data_.n_structures(); }
  std::string name(std::int64_t i) const override { return data_.id(i); }
  double cost(std::int64_t i) const override { return static_cast<double>(data_.n_atoms(i)); }
  Structure read(std::int64_t i) override { return data_.structure(i); }
  void read_crystal(std::int64_t i, CrystalRecord& record) override {
    const std::int64_t first = data_.atom_offset()[i], last = data_.atom_offset()[i + 1];
    record.id = data_.id(i);
    record.problem.clear();
    record.cell = data_.cell_of(i);
    record.periodic = data_.periodic_of(i);
    record.atomic_number.assign(data_.atomic_number() + first, data_.atomic_number() + last);
    record.position.assign(data_.position() + 3 * first, data_.position() + 3 * last);
    record.scalar.clear();
    for (const double* values : scalar_) record.scalar.push_back(values[i]);
  }
  std::uint64_t fingerprint() const override { return std::stoull(data_.hash().substr(0, 16), nullptr, 16); }

 private:
  Dataset data_;
  std::vector<const double*> scalar_;
};

}  // namespace

SourcePointer open_dataset_list(const std::string& path, const SourceOptions& options,
                                const Communicator& communicator) {
  return std::make_shared<DatasetSource>(path, options, communicator);
}

}  // namespace spinel
