#include "input/groups/group_builder.hpp"

namespace spinel {

void add_query(std::vector<Group>& groups) {
  using P = QueryParameters;
  constexpr std::size_t most = 100000;
  const char* mp = "materials_project";
  GroupBuilder<P> g(groups, "query", &Input::query,
                    "Structures from a database on the network to a dataset: the Materials Project, or any provider of "
                    "OPTIMADE. All conditions have to hold; doc/databases.md has examples.",
                    {"query"});
  g.key("database", &P::database, "kind of database").one_of({mp, "optimade"}).required();
  g.key("url", &P::url, "address of the server, such as 'https://optimade.materialsproject.org'")
      .if_empty("MP_API_ENDPOINT of the environment, else https://api.materialsproject.org; OPTIMADE needs one");
  g.key("filter", &P::filter, "condition in the filter language of OPTIMADE, beside those of the other keys")
      .of("database", {"optimade"})
      .if_empty("none");
  g.key("elements", &P::elements, "elements that all have to be there").length(1, 118).if_empty("any");
  g.key("exclude_elements", &P::exclude_elements, "elements none of which may be there")
      .length(1, 118)
      .if_empty("none");
  g.key("chemical_system", &P::chemical_system,
        "systems, each of exactly its elements: 'Ti-Al'; '*' is any element: 'Ti-*'")
      .length(1, most)
      .if_empty("any");
  g.key("subsystems", &P::subsystems,
        "with each chemical_system also those of fewer of its elements, down to the elements alone: all that a convex "
        "hull needs");
  g.key("formula", &P::formula, "chemical formulas; with the Materials Project also 'ABO3' (any elements) and 'Ti*O3'")
      .length(1, most)
      .if_empty("any");
  g.key("n_elements", &P::n_elements, "number of elements, or the lowest and the highest")
      .length(1, 2)
      .between(1, 118)
      .if_empty("any");
  g.key("n_sites", &P::n_sites, "number of atoms in the cell, or the lowest and the highest")
      .length(1, 2)
      .between(1, 1000000)
      .if_empty("any");
  g.key("space_group", &P::space_group, "numbers of space groups").length(1, 230).between(1, 230).if_empty("any");
  g.key("ids", &P::ids, "identifiers in the database: 'mp-149'").length(1, most).if_empty("any");
  g.key("energy_above_hull", &P::energy_above_hull, "lowest and highest energy above the hull of the database")
      .in("eV/atom")
      .length(2)
      .of("database", {mp})
      .if_empty("any");
  g.key("formation_energy", &P::formation_energy, "lowest and highest formation energy in the database")
      .in("eV/atom")
      .length(2)
      .of("database", {mp})
      .if_empty("any");
  g.key("band_gap", &P::band_gap, "lowest and highest band gap in the database")
      .in("eV")
      .length(2)
      .at_least(0)
      .of("database", {mp})
      .if_empty("any");
  g.key("theoretical", &P::theoretical, "materials that are known from calculations only: 'no' leaves them out")
      .one_of({"any", "yes", "no"})
      .of("database", {mp});
  g.key("thermo_type", &P::thermo_type,
        "calculations that energies and hull come from; 'default': those of the summary, a hull of r2SCAN into which "
        "GGA is moved")
      .one_of({"default", "GGA_GGA+U", "R2SCAN", "GGA_GGA+U_R2SCAN"})
      .of("database", {mp});
  g.key("properties", &P::properties,
        "further fields of the entries that are kept: 'volume'; of OPTIMADE the provider's own, '_oqmd_delta_e'")
      .length(1, 1000)
      .if_empty("none");
  g.key("max_structures", &P::max_structures, "entries that are asked for at most").above(0).unless(0, "all");
  g.key("page_size", &P::page_size, "entries in a page")
      .between(1, 1000)
      .unless(0, "1000 of the Materials Project, what the server likes of OPTIMADE");
  g.key("timeout", &P::timeout, "time without a byte from the server after which a request has failed")
      .in("s")
      .between(1, 3600);
  g.key("requests", &P::requests, "requests at once").between(1, 4);
  g.key("retries", &P::retries,
        "further tries of a page after a cut connection, a reply that is no page, or HTTP 429, 500, 502, 503 or 504")
      .between(0, 100);
  g.key("retry_wait", &P::retry_wait,
        "time before the first further try where the server does not ask for another; doubled with each")
      .in("s")
      .between(0.01, 60);
  g.key("key_file", &P::key_file, "file with the key of the Materials Project, which nobody else may read (mode 0600)")
      .of("database", {mp})
      .if_empty("the key is in MP_API_KEY of the environment");
  g.key("output", &P::output, "dataset file that is written").if_empty("<outdir>/<prefix>.dataset.h5");
  g.key("cache", &P::cache, "folder in which pages are kept, for each query apart").if_empty("<outdir>/<prefix>.pages");
  add_disorder_keys(g, &P::disorder, &P::disorder_seed);
  g.key("minimum_distance", &P::minimum_distance, "distance of two atoms below which an entry is left out")
      .in("Å")
      .above(0)
      .unless(0, "no check");
  g.keys_may_change_silently();
}

}  // namespace spinel
