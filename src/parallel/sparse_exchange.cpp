#include "parallel/sparse_exchange.hpp"

namespace spinel {

namespace {
constexpr int tag_sparse = 21;

struct Arrival {
  int rank;
  int n_records;
  MPI_Message message;
};
}  // namespace

std::vector<Parcel> sparse_exchange(const Communicator& communicator, const std::vector<Parcel>& parcels,
                                    const std::byte* data, std::size_t record_bytes, std::vector<std::byte>& received) {
  received.clear();
  if (communicator.size() == 1) return {};

  // The sum over ranks closes the exchange before: no rank can send in this one while another still receives in that,
  // so a receive from any source is safe.
  std::vector<int> sends_to(static_cast<std::size_t>(communicator.size()), 0);
  for (const Parcel& parcel : parcels) sends_to[static_cast<std::size_t>(parcel.rank)] = 1;
  int n_arrivals = 0;
  MPI_Reduce_scatter_block(sends_to.data(), &n_arrivals, 1, MPI_INT, MPI_SUM, communicator.mpi());

  MPI_Datatype record;
  MPI_Type_contiguous(Communicator::checked_count(record_bytes), MPI_BYTE, &record);
  MPI_Type_commit(&record);

  std::vector<MPI_Request> requests;
  requests.reserve(parcels.size() + static_cast<std::size_t>(n_arrivals));
  for (const Parcel& parcel : parcels) {
    MPI_Isend(data, Communicator::checked_count(parcel.n_records), record, parcel.rank, tag_sparse, communicator.mpi(),
              &requests.emplace_back());
    data += parcel.n_records * record_bytes;
  }

  std::vector<Arrival> arrivals(static_cast<std::size_t>(n_arrivals));
  std::size_t n_records = 0;
  for (Arrival& arrival : arrivals) {
    MPI_Status status;
    MPI_Mprobe(MPI_ANY_SOURCE, tag_sparse, communicator.mpi(), &arrival.message, &status);
    MPI_Get_count(&status, record, &arrival.n_records);
    arrival.rank = status.MPI_SOURCE;
    n_records += static_cast<std::size_t>(arrival.n_records);
  }
  std::sort(arrivals.begin(), arrivals.end(), [](const Arrival& a, const Arrival& b) { return a.rank < b.rank; });

  received.resize(n_records * record_bytes);
  std::vector<Parcel> senders;
  senders.reserve(arrivals.size());
  std::byte* target = received.data();
  for (Arrival& arrival : arrivals) {
    MPI_Imrecv(target, arrival.n_records, record, &arrival.message, &requests.emplace_back());
    senders.push_back({arrival.rank, static_cast<std::size_t>(arrival.n_records)});
    target += static_cast<std::size_t>(arrival.n_records) * record_bytes;
  }
  MPI_Waitall(Communicator::checked_count(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
  MPI_Type_free(&record);
  return senders;
}

}  // namespace spinel
