#include "io/trajectory/trajectory_layout.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.hpp"

namespace spinel {

namespace {

using hdf5::Handle;

constexpr double kj_per_mol_per_ev = 96.48533212331002;  // e·N_A / 1000, both exact in the SI
constexpr std::int64_t chunk_bytes = 1 << 20;
constexpr const char* force_unit = "kJ mol-1 Angstrom-1";

struct Unit {
  const char* name;
  const char* text;
};
constexpr Unit field_units[] = {
    {"position", "Angstrom"}, {"velocity", "Angstrom fs-1"}, {"force", force_unit}, {"image", ""}};

Handle create_chunked(hid_t file, const std::string& path, hid_t type, const std::vector<hsize_t>& dims,
                      const std::vector<hsize_t>& max_dims, const std::vector<hsize_t>& chunk, int compression,
                      H5D_fill_time_t fill) {
  const std::string what = fmt::format("cannot create '{}'", path);
  const Handle space =
      hdf5::checked(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), max_dims.data()), H5Sclose, what);
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  hdf5::check(H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), what);
  H5Pset_fill_time(creation, fill);
  if (compression > 0) {
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, static_cast<unsigned>(compression));
  }
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links, 1);
  return hdf5::checked(H5Dcreate2(file, path.c_str(), type, space, links, creation, H5P_DEFAULT), H5Dclose, what);
}

// Rows added one by one, [row][…]: a few KiB a chunk, as a commit rewrites the last one.
Handle create_series(hid_t file, const std::string& path, hid_t type, const std::vector<hsize_t>& row) {
  std::vector<hsize_t> dims = {0}, max_dims = {H5S_UNLIMITED}, chunk = {row.empty() ? hsize_t{256} : hsize_t{32}};
  for (auto* list : {&dims, &max_dims, &chunk}) list->insert(list->end(), row.begin(), row.end());
  return create_chunked(file, path, type, dims, max_dims, chunk, 0, H5D_FILL_TIME_IFSET);
}

void link(hid_t file, const char* existing, const std::string& path) {
  hdf5::check(H5Lcreate_hard(file, existing, file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT),
              fmt::format("cannot create '{}'", path));
}

void create_header(hid_t file, const TrajectoryOptions& options) {
  const Handle header = hdf5::create_group(file, "/h5md");
  const int version[] = {1, 1};
  hdf5::write_attribute(header, "version", H5T_NATIVE_INT, {2}, version);
  hdf5::write_attribute(hdf5::create_group(file, "/h5md/author"), "name", options.author);
  const Handle creator = hdf5::create_group(file, "/h5md/creator");
  hdf5::write_attribute(creator, "name", "Spinel");
  hdf5::write_attribute(creator, "version", options.creator_version);
  if (!options.reduced_units) {
    const int units_version[] = {1, 0};
    hdf5::write_attribute(hdf5::create_group(file, "/h5md/modules/units"), "version", H5T_NATIVE_INT, {2},
                          units_version);
  }
  const Handle parameters = hdf5::create_group(file, "/parameters");
  for (const auto& [name, text] : options.parameters) hdf5::write_text(parameters, name, text);
}

Handle species_type(const std::vector<Species>& species) {
  Handle type(H5Tenum_create(H5T_NATIVE_INT32), H5Tclose);
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(species.size()); ++i)
    hdf5::check(H5Tenum_insert(type, species[static_cast<std::size_t>(i)].symbol.c_str(), &i),
                fmt::format("species '{}' occurs twice", species[static_cast<std::size_t>(i)].symbol));
  return type;
}

void create_box(hid_t file, const TrajectoryOptions& options) {
  const Handle box = hdf5::create_group(file, "/particles/all/box");
  const int dimension = 3;
  hdf5::write_attribute(box, "dimension", H5T_NATIVE_INT, {}, &dimension);
  std::vector<std::string> boundary;
  for (const bool periodic : options.periodic) boundary.emplace_back(periodic ? "periodic" : "none");
  hdf5::write_attribute(box, "boundary", boundary);
  const Handle edges = create_series(file, trajectory_edges, H5T_NATIVE_DOUBLE, {3, 3});
  const Handle step = create_series(file, trajectory_step, H5T_NATIVE_INT64, {});
  const Handle time = create_series(file, trajectory_time, H5T_NATIVE_DOUBLE, {});
  if (!options.reduced_units) {
    hdf5::write_attribute(edges, "unit", "Angstrom");
    hdf5::write_attribute(time, "unit", "fs");
  }
}

void set_rows(hid_t file, const std::string& path, std::int64_t rows) {
  const Handle dataset = hdf5::open_dataset(file, path);
  auto dims = hdf5::dims_of(dataset);
  dims.at(0) = static_cast<hsize_t>(rows);
  hdf5::check(H5Dset_extent(dataset, dims.data()), fmt::format("cannot resize '{}'", path));
}

std::vector<std::int64_t> read_steps(hid_t file) {
  const Handle dataset = hdf5::open_dataset(file, trajectory_step);
  std::vector<std::int64_t> steps(static_cast<std::size_t>(hdf5::dims_of(dataset).at(0)));
  if (!steps.empty())
    hdf5::check(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, steps.data()),
                "cannot read the steps of the frames");
  return steps;
}

}  // namespace

std::string observable_dataset(const std::string& name) { return "/observables/" + name + "/value"; }

std::string TrajectoryLayout::to_text() const {
  nlohmann::json json = {{"n_atoms", n_atoms},
                         {"block", block},
                         {"compression", compression},
                         {"observables", observables},
                         {"n_frames", n_frames},
                         {"last_step", last_step},
                         {"fields", nlohmann::json::array()}};
  for (const auto& field : fields)
    json["fields"].push_back({field.name, field.integer, field.element_size, field.scale});
  return json.dump();
}

TrajectoryLayout TrajectoryLayout::from_text(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  TrajectoryLayout layout;
  layout.n_atoms = json["n_atoms"];
  layout.block = json["block"];
  layout.compression = json["compression"];
  layout.observables = json["observables"].get<std::vector<std::string>>();
  layout.n_frames = json["n_frames"];
  layout.last_step = json["last_step"];
  for (const auto& field : json["fields"]) layout.fields.push_back({field[0], field[1], field[2], field[3]});
  return layout;
}

TrajectoryLayout layout_of(const TrajectoryOptions& options) {
  if (options.n_atoms < 1) fail("a trajectory needs at least one atom");
  if (options.compression < 0 || options.compression > 9)
    fail("compression level {} is outside 0 … 9", options.compression);
  TrajectoryLayout layout;
  layout.n_atoms = options.n_atoms;
  layout.compression = options.compression;
  const std::size_t real_size = options.double_precision ? sizeof(double) : sizeof(float);
  for (const auto& name : options.fields) {
    const auto* known = std::find_if(std::begin(field_units), std::end(field_units),
                                     [&](const Unit& unit) { return name == unit.name; });
    if (known == std::end(field_units)) fail("unknown trajectory field '{}'", name);
    const bool integer = name == "image";
    const double scale = name == "force" && !options.reduced_units ? kj_per_mol_per_ev : 1.0;
    layout.fields.push_back({name, integer, integer ? sizeof(std::int32_t) : real_size, scale});
  }
  for (const auto& observable : options.observables) layout.observables.push_back(observable.name);

  // Equal chunks of about a MiB; a multiple of 1024 atoms makes each a whole number of pages.
  const std::int64_t most = chunk_bytes / static_cast<std::int64_t>(3 * real_size);
  const std::int64_t chunks = (options.n_atoms + most - 1) / most;
  layout.block = (options.n_atoms + chunks - 1) / chunks;
  if (chunks > 1) layout.block = (layout.block + 1023) / 1024 * 1024;
  return layout;
}

void create_trajectory(hid_t file, const TrajectoryOptions& options, const TrajectoryLayout& layout) {
  create_header(file, options);
  const auto n = static_cast<hsize_t>(layout.n_atoms), block = static_cast<hsize_t>(layout.block);
  create_box(file, options);
  create_chunked(file, trajectory_species, species_type(options.species), {n}, {n}, {block}, layout.compression,
                 H5D_FILL_TIME_NEVER);
  create_chunked(file, trajectory_id, H5T_NATIVE_INT64, {n}, {n}, {block}, layout.compression, H5D_FILL_TIME_NEVER);
  for (const auto& field : layout.fields) {
    const hid_t type = field.integer             ? H5T_NATIVE_INT32
                       : field.element_size == 8 ? H5T_NATIVE_DOUBLE
                                                 : H5T_NATIVE_FLOAT;
    const Handle dataset = create_chunked(file, field.dataset(), type, {0, n, 3}, {H5S_UNLIMITED, n, 3}, {1, block, 3},
                                          layout.compression, H5D_FILL_TIME_NEVER);
    link(file, trajectory_step, "/particles/all/" + field.name + "/step");
    link(file, trajectory_time, "/particles/all/" + field.name + "/time");
    for (const auto& unit : field_units)
      if (field.name == unit.name && *unit.text != '\0' && !options.reduced_units)
        hdf5::write_attribute(dataset, "unit", unit.text);
  }
  // In the order of the options, which a restart has to find again.
  const Handle ordered(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_link_creation_order(ordered, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  hdf5::checked(H5Gcreate2(file, "/observables", H5P_DEFAULT, ordered, H5P_DEFAULT), H5Gclose,
                "cannot create group '/observables'");
  for (const auto& observable : options.observables) {
    const Handle dataset = create_series(file, observable_dataset(observable.name), H5T_NATIVE_DOUBLE, {});
    link(file, trajectory_step, "/observables/" + observable.name + "/step");
    link(file, trajectory_time, "/observables/" + observable.name + "/time");
    if (!observable.unit.empty()) hdf5::write_attribute(dataset, "unit", observable.unit);
  }
}

TrajectoryLayout read_layout(hid_t file) {
  TrajectoryLayout layout;
  for (const auto& unit : field_units) {
    TrajectoryField field{unit.name};
    if (!hdf5::exists(file, field.dataset())) continue;
    const Handle dataset = hdf5::open_dataset(file, field.dataset());
    const Handle type(H5Dget_type(dataset), H5Tclose);
    field.integer = H5Tget_class(type) == H5T_INTEGER;
    field.element_size = H5Tget_size(type);
    if (hdf5::read_text_attribute(dataset, "unit") == force_unit) field.scale = kj_per_mol_per_ev;
    const auto dims = hdf5::dims_of(dataset);
    const Handle creation(H5Dget_create_plist(dataset), H5Pclose);
    hsize_t chunk[3] = {0, 0, 0};
    if (dims.size() != 3 || H5Pget_chunk(creation, 3, chunk) != 3 || chunk[0] != 1)
      fail("'{}' is not as Spinel writes it", field.dataset());
    layout.n_atoms = static_cast<std::int64_t>(dims[1]);
    layout.block = static_cast<std::int64_t>(chunk[1]);
    unsigned flags = 0, level = 0;
    std::size_t n_values = 1;
    if (H5Pget_filter_by_id2(creation, H5Z_FILTER_DEFLATE, &flags, &n_values, &level, 0, nullptr, nullptr) >= 0)
      layout.compression = static_cast<int>(level);
    layout.fields.push_back(field);
  }
  if (layout.fields.empty()) fail("it holds no particle data");
  layout.observables = hdf5::list_group(file, "/observables", H5_INDEX_CRT_ORDER);
  const auto steps = read_steps(file);
  layout.n_frames = static_cast<std::int64_t>(steps.size());
  layout.last_step = steps.empty() ? -1 : steps.back();
  return layout;
}

void truncate_trajectory(hid_t file, TrajectoryLayout& layout, std::int64_t step) {
  const auto steps = read_steps(file);
  const auto kept = std::upper_bound(steps.begin(), steps.end(), step);
  layout.n_frames = kept - steps.begin();
  layout.last_step = kept == steps.begin() ? -1 : *std::prev(kept);
  for (const auto& field : layout.fields) set_rows(file, field.dataset(), layout.n_frames);
  for (const auto& name : layout.observables) set_rows(file, observable_dataset(name), layout.n_frames);
  for (const char* path : {trajectory_step, trajectory_time, trajectory_edges}) set_rows(file, path, layout.n_frames);
}

void append_row(hid_t file, const std::string& path, std::int64_t row, hid_t type, const void* values) {
  const std::string what = fmt::format("cannot write '{}'", path);
  const Handle dataset = hdf5::open_dataset(file, path);
  auto dims = hdf5::dims_of(dataset);
  dims.at(0) = static_cast<hsize_t>(row) + 1;
  hdf5::check(H5Dset_extent(dataset, dims.data()), what);
  std::vector<hsize_t> start(dims.size(), 0), count = dims;
  start[0] = static_cast<hsize_t>(row);
  count[0] = 1;
  const Handle in_file(H5Dget_space(dataset), H5Sclose);
  H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  const Handle in_memory = hdf5::dataspace(count);
  hdf5::check(H5Dwrite(dataset, type, in_memory, in_file, H5P_DEFAULT, values), what);
}

}  // namespace spinel
