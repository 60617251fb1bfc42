#include "campaign/structure_result.hpp"

namespace spinel {

static auto members(StructureSeries& s) { return std::tie(s.evaluation, s.energy, s.fmax, s.smax, s.volume); }
static auto members(StructureFrame& f) { return std::tie(f.evaluation, f.energy, f.cell, f.position, f.force); }

namespace {

const Table<StructureResult>& packed_columns() {
  static const Table<StructureResult> table = structure_table(UnitSystem::by_name("metal"), true, true);
  return table;
}

}  // namespace

const char* status_name(StructureStatus status, bool relaxation) {
  switch (status) {
    case StructureStatus::done:
      return relaxation ? "converged" : "done";
    case StructureStatus::not_converged:
      return "not_converged";
    case StructureStatus::failed:
      return "failed";
    case StructureStatus::pending:
      break;
  }
  return "pending";
}

Table<StructureResult> structure_table(const UnitSystem& u, bool relaxation, bool committee) {
  using R = StructureResult;
  const double pressure = u.pressure_to_output;
  Table<R> table;
  table.column("number", "", "place in the list, from 0", &R::number).in_no_file();
  table.column("status", "",
               relaxation ? "0 converged, 1 not converged, 2 failed, 3 pending" : "0 done, 2 failed, 3 pending",
               &R::status);
  table.column("name", "", "where the structure came from", &R::name);
  table.column("reason", "", "why it failed or did not converge", &R::reason);
  table.column("n_atoms", "", "0: the structure could not be read", [](const R& r) { return r.structure.size(); });
  table.column("evaluations", "", "of energy and forces", &R::evaluations);
  table.column("seconds", "s", "wall time", &R::seconds);
  table.column("energy", u.energy, "potential energy", &R::energy);
  table.column("fmax", u.force, relaxation ? "largest force on an atom, free components" : "largest force on an atom",
               &R::fmax);
  table.column("stress", u.pressure, "xx yy zz yz xz xy, tension positive", &R::stress).scaled(pressure);
  table.column("volume", u.length + "³", "", [](const R& r) { return r.structure.volume(); });
  table.column("cell", u.length, "rows are the lattice vectors", [](const R& r) { return r.structure.cell; });
  table.column("initial_energy", u.energy, "before the first step", &R::initial_energy).where(relaxation);
  table.column("enthalpy", u.energy, "energy + pressure · volume", &R::enthalpy).where(relaxation);
  table.column("smax", u.pressure, "largest deviation of a free stress component from the pressure", &R::smax)
      .scaled(pressure)
      .where(relaxation);
  table.column("initial_cell", u.length, "before the first step", &R::initial_cell).where(relaxation);
  table
      .column("energy_spread", u.energy + "/atom", "standard deviation over the models of the committee",
              &R::energy_spread)
      .where(committee);
  table.column("force_spread", u.force, "that of the forces, mean over the atoms", &R::force_spread).where(committee);
  table.column("largest_force_spread", u.force, "that of the forces, largest of the atoms", &R::largest_force_spread)
      .where(committee);
  return table;
}

void put_result(ByteWriter& out, const StructureResult& result) {
  packed_columns().pack(result, out);
  out.put(result.series);
  out.put(result.structure);
  out.put(result.frames);
}

StructureResult get_result(ByteReader& in) {
  StructureResult result;
  packed_columns().unpack(in, result);
  in.get(result.series);
  in.get(result.structure);
  in.get(result.frames);
  return result;
}

}  // namespace spinel
