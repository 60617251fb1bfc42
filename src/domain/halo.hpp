#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "domain/decomposition.hpp"
#include "domain/local_atoms.hpp"
#include "domain/spatial_order.hpp"
#include "parallel/communicator.hpp"

namespace spinel {

/// Bytes and messages a rank has sent, for doc/scaling.md and the report of a run.
struct Traffic {
  std::int64_t messages = 0;
  std::int64_t bytes = 0;
};

/// Moves atoms and rows of per-atom data between ranks. Every verb is collective over the communicator, also for ranks
/// without atoms. Ghosts come from any brick within reach and from any number of periodic images, those of a rank's own
/// atoms included, so a cell far smaller than the cutoff is no special case. Ghosts come straight from their owners (no
/// forwarding through faces), so each peer gets one message a verb. doc/scaling.md counts bytes and messages.
class Halo {
 public:
  Halo(Communicator communicator, Decomposition decomposition);

  const Communicator& communicator() const { return communicator_; }
  Decomposition& decomposition() { return decomposition_; }
  const Decomposition& decomposition() const { return decomposition_; }

  /// Drops ghosts, wraps owned atoms into the cell along periodic directions (counting `image`), sends each to the rank
  /// that owns its place, along with its velocity, image, fixed and columns (empty ones are taken as zero), and sorts
  /// the owned atoms along a space-filling order of cells about `sort_length` (Å) wide so that neighbors in space are
  /// neighbors in memory. Throws where atoms were lost or positions are not finite, naming an id.
  void migrate(LocalAtoms& atoms, double sort_length);

  /// Follows a migrate (or a checkpoint taken after one): owned atoms must lie in their rank's brick, to rounding.
  /// Builds ghosts: every image of every atom within `depth` (Å) of this rank's brick, perpendicular to its faces.
  /// Fills position, type and id of ghosts, and remembers who sends what. Uses atoms.position as they are, so after
  /// loading a checkpoint the ghosts of `build_position` can be rebuilt in the same order.
  void exchange(LocalAtoms& atoms, double depth);

  /// Owner → ghosts: positions, with the present cell for the shifts.
  void forward_positions(LocalAtoms& atoms);

  /// Owner → ghosts: rows[i·width …] of owned atoms are copied to the rows of their ghosts, on whatever rank.
  /// rows holds n_all()·width values. T: float, double, int32_t, int64_t.
  template <class T>
  void forward(T* rows, int width);

  /// Ghosts → owner: the rows of ghosts are added to those of their owners; the ghost rows themselves stay. The exact
  /// adjoint of forward. The order of additions depends on nothing but the exchange. T: as for forward.
  template <class T>
  void reverse_add(T* rows, int width);

  /// Point-to-point messages of all verbs since construction; collectives and copies within a rank do not count.
  const Traffic& traffic() const { return traffic_; }
  /// Other ranks that this one sent to or received from in the last exchange.
  std::size_t n_peers() const { return n_peers_; }
  std::size_t memory_bytes() const;

 private:
  // Owned atoms [first, last) of send_list_, as ghosts shifted by `shift` lattice vectors.
  struct Segment {
    Int3 shift;
    std::size_t first, last;
  };
  // What goes to one rank at each verb: a range of segments_, and with it of send_list_.
  struct Target {
    int rank;
    std::size_t first_segment, last_segment;
    std::size_t first, last;
  };
  // What comes from one rank at each verb: ghosts [first, last), counted from the first ghost.
  struct Source {
    int rank;
    std::size_t first, last;
  };

  std::string wrap_owned(LocalAtoms& atoms);
  void send_home(LocalAtoms& atoms);
  void check_none_lost(const LocalAtoms& atoms) const;
  std::string prepare_exchange(const LocalAtoms& atoms, double depth);
  void find_sends(const LocalAtoms& atoms, double depth);
  void write_positions(const LocalAtoms& atoms, std::size_t first_segment, std::size_t last_segment, Vec3* out) const;
  void check_prepared(const LocalAtoms& atoms) const;
  template <class T>
  T* buffer(std::size_t n) {
    if (buffer_.size() < n * sizeof(T)) buffer_.resize(n * sizeof(T));
    return reinterpret_cast<T*>(buffer_.data());
  }
  void count_message(std::size_t bytes) {
    ++traffic_.messages;
    traffic_.bytes += static_cast<std::int64_t>(bytes);
  }

  Communicator communicator_;
  Decomposition decomposition_;
  Traffic traffic_;
  std::size_t n_owned_ = 0, n_ghost_ = 0;
  std::size_t n_peers_ = 0;

  // Ghosts stand in this order: images of own atoms first (target 0 is this rank), then by rank of the owner; those of
  // one owner by lattice shift, then in the owner's order.
  std::vector<Target> targets_;
  std::vector<Source> sources_;
  std::vector<Segment> segments_;
  std::vector<std::uint32_t> send_list_;

  // Kept for their capacity.
  std::vector<std::byte> buffer_, received_;
  std::vector<MPI_Request> requests_;
  std::vector<Vec3> fractional_, sent_positions_;
  std::vector<int> destination_;
  SpatialOrder spatial_order_;
};

}  // namespace spinel
