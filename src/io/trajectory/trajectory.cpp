#include "io/trajectory/trajectory.hpp"

#include <cstring>
#include <utility>

#include "core/error.hpp"
#include "io/attempt.hpp"
#include "io/chunk_filter.hpp"
#include "io/id_order.hpp"
#include "io/large_buffer.hpp"
#include "io/trajectory/deferred_file.hpp"
#include "io/trajectory/trajectory_layout.hpp"

namespace spinel {

namespace {

template <class T>
void put_row(char* to, T x, T y, T z) {
  const T row[3] = {x, y, z};
  std::memcpy(to, row, sizeof row);
}

}  // namespace

struct Trajectory::Impl {
  Communicator comm;
  std::string path;
  TrajectoryLayout layout;
  IdOrder order;
  bool usable = false;
  PosixFile data;                      // for this rank's chunks; opened when it has some
  std::unique_ptr<DeferredFile> file;  // on rank 0
  std::vector<hdf5::Handle> datasets;  // on rank 0, one per field; closed before the file
  LargeBuffer buffer;

  Impl(const Communicator& c, std::string p, TrajectoryLayout l)
      : comm(c), path(std::move(p)), layout(std::move(l)), order(comm, layout.n_atoms, layout.block) {}

  void open_datasets() {
    for (const auto& field : layout.fields) datasets.push_back(hdf5::open_dataset(file->id(), field.dataset()));
  }

  // Room for this rank's chunks; what lies past the last atom is zero.
  char* chunks(std::size_t row_bytes) {
    const std::size_t used = static_cast<std::size_t>(order.n_ids()) * row_bytes;
    const std::size_t size = static_cast<std::size_t>(order.n_blocks() * layout.block) * row_bytes;
    buffer.require(size);
    if (size > used) std::memset(buffer.data() + used, 0, size - used);
    return buffer.data();
  }

  // Collective: stores chunks() of all ranks as those of `dataset`, in frame `frame` of it or, if negative, as a
  // dataset [atom].
  void store(hid_t dataset, std::int64_t frame, std::size_t row_bytes, std::size_t element_size) {
    const auto n_own = static_cast<std::size_t>(order.n_blocks());
    const std::size_t plain = static_cast<std::size_t>(layout.block) * row_bytes;
    std::vector<FilteredChunk> filtered;
    std::vector<std::int64_t> sizes;  // size and filter mask of each chunk of this rank, then of all on rank 0
    if (layout.compression > 0) {
      for (std::size_t k = 0; k < n_own; ++k) {
        filtered.push_back(shuffle_and_deflate(buffer.data() + k * plain, plain, element_size, layout.compression));
        sizes.push_back(static_cast<std::int64_t>(filtered.back().bytes.size()));
        sizes.push_back(filtered.back().skipped_filters);
      }
      sizes = comm.gather(sizes);
    }
    std::vector<std::uint64_t> addresses;
    std::string problem;
    if (comm.is_root())
      problem = attempt([&] {
        const std::int64_t n_chunks = (layout.n_atoms + layout.block - 1) / layout.block;
        for (std::int64_t k = 0; k < n_chunks; ++k) {
          const auto first = static_cast<hsize_t>(k) * static_cast<hsize_t>(layout.block);
          const auto at = static_cast<std::size_t>(2 * k);
          const bool plainly = sizes.empty();
          addresses.push_back(file->allocate_chunk(
              dataset,
              frame < 0 ? std::vector<hsize_t>{first} : std::vector<hsize_t>{static_cast<hsize_t>(frame), first, 0},
              plainly ? plain : static_cast<std::size_t>(sizes[at]),
              plainly ? 0u : static_cast<std::uint32_t>(sizes[at + 1])));
        }
      });
    comm.fail_together(problem);
    comm.broadcast(addresses);
    comm.fail_together(attempt([&] {
      if (n_own > 0 && !data.is_open()) data = PosixFile(path, PosixFile::Mode::update);
      const std::uint64_t* own = addresses.data() + order.first_block();
      for (std::size_t k = 0; k < n_own;) {
        if (!filtered.empty()) {
          data.write(filtered[k].bytes.data(), filtered[k].bytes.size(), own[k]);
          data.start_writeback(own[k], filtered[k].bytes.size());
          ++k;
          continue;
        }
        std::size_t run = 1;  // neighboring chunks mostly lie side by side in the file
        while (k + run < n_own && own[k + run] == own[k] + run * plain) ++run;
        data.write(buffer.data() + k * plain, run * plain, own[k]);
        data.start_writeback(own[k], run * plain);
        k += run;
      }
    }));
  }

  template <class Vector>
  void gather_rows(const TrajectoryField& field, const Vector* rows) {
    const double scale = field.scale;
    const auto put_float = [&](std::size_t i, char* to) {
      put_row(to, static_cast<float>(scale * rows[i][0]), static_cast<float>(scale * rows[i][1]),
              static_cast<float>(scale * rows[i][2]));
    };
    const auto put_double = [&](std::size_t i, char* to) {
      put_row(to, scale * rows[i][0], scale * rows[i][1], scale * rows[i][2]);
    };
    char* out = chunks(field.row_bytes());
    if (field.element_size == sizeof(float))
      order.exchange(field.row_bytes(), put_float, out);
    else
      order.exchange(field.row_bytes(), put_double, out);
  }

  static const Vec3* rows_of(const Frame& frame, const std::string& name) {
    return name == "position" ? frame.position : name == "velocity" ? frame.velocity : frame.force;
  }

  void gather_field(const TrajectoryField& field, const Frame& frame) {
    if (!field.integer) return gather_rows(field, rows_of(frame, field.name));
    const auto* rows = frame.image;
    order.exchange(
        field.row_bytes(),
        [&](std::size_t i, char* to) { put_row<std::int32_t>(to, rows[i][0], rows[i][1], rows[i][2]); },
        chunks(field.row_bytes()));
  }

  std::string problem_with(const Frame& frame) const {
    if (frame.step <= layout.last_step)
      return fmt::format("frame of step {} after that of step {}", frame.step, layout.last_step);
    for (const auto& field : layout.fields)
      if (frame.n > 0 && (field.integer ? frame.image == nullptr : rows_of(frame, field.name) == nullptr))
        return fmt::format("the trajectory holds '{}', which the frame of step {} lacks", field.name, frame.step);
    if (comm.is_root() && frame.observables.size() != layout.observables.size())
      return fmt::format("{} observables given for {}", frame.observables.size(), layout.observables.size());
    return {};
  }

  void add_rows(const Frame& frame) {
    const hid_t id = file->id();
    const std::int64_t row = layout.n_frames;
    const Eigen::Matrix<double, 3, 3, Eigen::RowMajor> edges = frame.cell;
    append_row(id, trajectory_step, row, H5T_NATIVE_INT64, &frame.step);
    append_row(id, trajectory_time, row, H5T_NATIVE_DOUBLE, &frame.time);
    append_row(id, trajectory_edges, row, H5T_NATIVE_DOUBLE, edges.data());
    for (std::size_t i = 0; i < layout.observables.size(); ++i)
      append_row(id, observable_dataset(layout.observables[i]), row, H5T_NATIVE_DOUBLE, &frame.observables[i]);
    const hsize_t dims[] = {static_cast<hsize_t>(row) + 1, static_cast<hsize_t>(layout.n_atoms), 3};
    for (const auto& dataset : datasets) hdf5::check(H5Dset_extent(dataset, dims), "cannot add a frame");
  }

  void commit() {
    comm.fail_together(attempt([&] {
      if (data.is_open()) data.sync();
    }));
    comm.fail_together(attempt([&] {
      if (file) file->commit();
    }));
  }

  // A member that throws leaves the object unusable, as HDF5 then knows of frames that are not there.
  void begin(const char* what) {
    if (!usable) fail("cannot {} '{}' after an earlier failure", what, path);
    usable = false;
  }
};

Trajectory::Trajectory(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Trajectory::Trajectory(Trajectory&&) noexcept = default;
Trajectory& Trajectory::operator=(Trajectory&&) noexcept = default;
Trajectory::~Trajectory() = default;

Trajectory Trajectory::create(const Communicator& comm, const TrajectoryOptions& options, const Frame& frame,
                              const std::int32_t* type) {
  const std::string temporary = options.path + ".tmp";
  auto impl = std::make_unique<Impl>(comm, temporary, layout_of(options));
  comm.fail_together(attempt([&] {
    if (!comm.is_root()) return;
    impl->file = std::make_unique<DeferredFile>(temporary, true);
    create_trajectory(impl->file->id(), options, impl->layout);
    impl->open_datasets();
  }));

  auto& order = impl->order;
  order.plan(frame.id, frame.n);
  hdf5::Handle species, ids;
  if (comm.is_root()) {
    species = hdf5::open_dataset(impl->file->id(), trajectory_species);
    ids = hdf5::open_dataset(impl->file->id(), trajectory_id);
  }
  order.exchange(
      sizeof(std::int32_t), [&](std::size_t i, char* to) { std::memcpy(to, &type[i], sizeof(std::int32_t)); },
      impl->chunks(sizeof(std::int32_t)));
  impl->store(species, -1, sizeof(std::int32_t), sizeof(std::int32_t));
  char* out = impl->chunks(sizeof(std::int64_t));
  for (std::int64_t k = 0; k < order.n_ids(); ++k) {
    const std::int64_t id = order.first_id() + k;
    std::memcpy(out + static_cast<std::size_t>(k) * sizeof id, &id, sizeof id);
  }
  impl->store(ids, -1, sizeof(std::int64_t), sizeof(std::int64_t));

  impl->commit();
  comm.fail_together(attempt([&] {
    if (comm.is_root()) impl->file->rename(options.path);
  }));
  impl->path = options.path;
  impl->data = PosixFile();
  impl->usable = true;
  return Trajectory(std::move(impl));
}

Trajectory Trajectory::open_at(const Communicator& comm, const std::string& path, std::int64_t n_atoms,
                               std::int64_t step) {
  std::unique_ptr<DeferredFile> file;
  std::string text;
  comm.fail_together(attempt([&] {
    if (!comm.is_root()) return;
    if (!file_exists(path)) fail("there is no trajectory '{}' to continue", path);
    DeferredFile::recover(path);
    file = std::make_unique<DeferredFile>(path, false);
    TrajectoryLayout layout;
    const std::string problem = attempt([&] { layout = read_layout(file->id()); });
    if (!problem.empty()) fail("cannot continue trajectory '{}': {}", path, problem);
    if (layout.n_atoms != n_atoms)
      fail("cannot continue trajectory '{}': it has {} atoms, the run {}", path, layout.n_atoms, n_atoms);
    const std::int64_t before = layout.n_frames;
    truncate_trajectory(file->id(), layout, step);
    if (layout.n_frames != before) file->commit();
    text = layout.to_text();
  }));
  comm.broadcast(text);
  auto impl = std::make_unique<Impl>(comm, path, TrajectoryLayout::from_text(text));
  impl->file = std::move(file);
  if (impl->file) impl->open_datasets();
  impl->usable = true;
  return Trajectory(std::move(impl));
}

bool Trajectory::recover(const std::string& path) { return DeferredFile::recover(path); }

std::vector<std::string> Trajectory::fields() const {
  std::vector<std::string> names;
  for (const auto& field : impl_->layout.fields) names.push_back(field.name);
  return names;
}

std::vector<std::string> Trajectory::observables() const { return impl_->layout.observables; }
std::int64_t Trajectory::n_frames() const { return impl_->layout.n_frames; }
std::int64_t Trajectory::last_step() const { return impl_->layout.last_step; }

void Trajectory::write(const Frame& frame) {
  auto& self = *impl_;
  self.begin("write to");
  self.comm.fail_together(self.problem_with(frame));
  self.order.plan(frame.id, frame.n);
  self.comm.fail_together(attempt([&] {
    if (self.file) self.add_rows(frame);
  }));
  for (std::size_t k = 0; k < self.layout.fields.size(); ++k) {
    const auto& field = self.layout.fields[k];
    self.gather_field(field, frame);
    self.store(self.file ? static_cast<hid_t>(self.datasets[k]) : H5I_INVALID_HID, self.layout.n_frames,
               field.row_bytes(), field.element_size);
  }
  ++self.layout.n_frames;
  self.layout.last_step = frame.step;
  self.usable = true;
}

void Trajectory::commit() {
  impl_->begin("commit");
  impl_->commit();
  impl_->usable = true;
}

}  // namespace spinel
