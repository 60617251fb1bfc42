#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spinel {

/// &query: structures from a database on the network. An empty list asks nothing.
struct QueryParameters {
  std::string database;  // materials_project | optimade
  std::string url;       // of the server; empty: of the Materials Project
  std::string filter;    // of OPTIMADE, beside what the other keys ask
  std::vector<std::string> elements, exclude_elements;
  std::vector<std::string> chemical_system;       // "Al-Ti"
  bool subsystems = false;                        // of chemical_system also those of fewer elements
  std::vector<std::string> formula;               // "Ti3Al"
  std::vector<std::int64_t> n_elements, n_sites;  // the number, or lowest, highest
  std::vector<std::int64_t> space_group;          // numbers
  std::vector<std::string> ids;                   // "mp-149"
  std::vector<double> energy_above_hull;          // eV/atom: lowest, highest
  std::vector<double> formation_energy;           // eV/atom: lowest, highest
  std::vector<double> band_gap;                   // eV: lowest, highest
  std::string theoretical = "any";                // any | yes | no
  std::string thermo_type = "default";            // default | GGA_GGA+U | R2SCAN | GGA_GGA+U_R2SCAN
  std::vector<std::string> properties;            // further fields that are kept
  std::int64_t max_structures = 0;                // 0: all
  std::int64_t page_size = 0;                     // 0: 1000 of the Materials Project, 100 of OPTIMADE
  double timeout = 60.0;                          // s without a byte
  std::int64_t requests = 4;                      // at once
  std::int64_t retries = 6;                       // of a page
  double retry_wait = 1.0;                        // s before the first retry, doubled with each
  std::string key_file;                           // of the Materials Project; empty: MP_API_KEY
  std::string output;                             // dataset file; empty: <outdir>/<prefix>.dataset.h5
  std::string cache;                              // folder of pages; empty: <outdir>/<prefix>.pages
  std::string disorder = "refuse";                // as in ReadParameters
  std::int64_t disorder_seed = 1;
  double minimum_distance = 0.5;  // Å; structures with closer atoms are left out (0: no check)
};

}  // namespace spinel
