#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>

#include "external/ipi_messages.hpp"
#include "external/ipi_session.hpp"
#include "external/placeholders.hpp"

namespace spinel {
namespace {

const Patience patience{20.0, {}};

SocketAddress unix_address(const std::string& name) {
  return SocketAddress::parse(fmt::format("unix:spinel_unit_{}_{}", name, getpid()));
}

/// Energies and forces that tell every component of what came in apart.
ExternalForces respond(const IpiClient::Request& request) {
  ExternalForces forces;
  forces.energy = request.cell(0, 1) + 2.0 * request.cell(2, 0);
  for (const Vec3& x : request.positions) forces.force.push_back(Vec3(x[1], -x[2], 3.0 * x[0]));
  forces.virial << 1, 2, 3, 2, 5, 6, 3, 6, 9;
  return forces;
}

TEST(Ipi, WhatIsSentComesBack) {
  const SocketAddress address = unix_address("both");
  SocketListener listener(address);
  int calls = 0;
  std::thread client([&] {
    IpiClient served(connect_socket(address, patience));
    while (const auto request = served.next(patience)) {
      served.answer(respond(*request));
      ++calls;
    }
  });
  {
    IpiServer server(listener.accept(patience));
    Mat3 cell;
    cell << 4, 0.5, 0.1, -0.3, 5, 0.2, 0.7, 0.9, 6;
    const std::vector<Vec3> positions = {Vec3(0.1, 0.2, 0.3), Vec3(-7.0, 1e-9, 12.0)};
    for (int k = 0; k < 3; ++k) {
      const ExternalForces found = server.evaluate(cell, positions, patience);
      const ExternalForces expected = respond({cell, positions});
      EXPECT_NEAR(found.energy, expected.energy, 1e-14);
      for (std::size_t i = 0; i < 2; ++i) EXPECT_LT((found.force[i] - expected.force[i]).norm(), 1e-13);
      EXPECT_LT((found.virial - expected.virial).norm(), 1e-13);
    }
    server.end();
  }
  client.join();
  EXPECT_EQ(calls, 3);
}

TEST(Ipi, ServerThatIsNotThereIsWaitedFor) {
  const SocketAddress address = unix_address("late");
  std::thread server([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    SocketListener listener(address);
    const SocketStream stream = listener.accept(patience);
  });
  IpiClient client(connect_socket(address, patience));
  EXPECT_FALSE(client.next(patience).has_value());
  server.join();
  EXPECT_THROW(connect_socket(address, {0.2, {}}), ConnectionTimeout);
}

TEST(Ipi, TwoListenersDoNotTakeEachOthersPlace) {
  const SocketAddress address = unix_address("twice");
  const SocketListener first(address);
  EXPECT_THROW(SocketListener{address}, Error);
  // The file of a listener that is gone.
  std::filesystem::rename(address.path(), address.path() + "_kept");
  std::ofstream(address.path()) << "";
  EXPECT_NO_THROW(SocketListener{address});
  std::filesystem::rename(address.path() + "_kept", address.path());
}

TEST(Ipi, AddressesAreRead) {
  EXPECT_EQ(SocketAddress::parse("unix:si").path(), "/tmp/ipi_si");
  EXPECT_EQ(SocketAddress::parse("unix:/run/si").path(), "/run/si");
  const auto tcp = SocketAddress::parse("node7:31415");
  EXPECT_EQ(tcp.host, "node7");
  EXPECT_EQ(tcp.port, 31415);
  EXPECT_EQ(tcp.text(), "node7:31415");
  EXPECT_THROW(connect_socket({"", "no such host.invalid", 31415}, {0.2, {}}), Error);
}

TEST(Ipi, WaitsEndWhereThereIsNothingToWaitFor) {
  const SocketAddress address = unix_address("look");
  SocketListener listener(address);
  int looks = 0;
  EXPECT_THROW(listener.accept({20.0,
                                [&] {
                                  if (++looks == 2) throw ConnectionLost("enough");
                                }}),
               ConnectionLost);
  EXPECT_EQ(looks, 2);
}

TEST(ChildProcess, EndsAreTold) {
  const std::string log =
      fmt::format("{}/spinel_child_{}.log", std::filesystem::temp_directory_path().string(), getpid());
  {
    ChildProcess child("echo one; echo; exit 7", "", log);
    ASSERT_TRUE(child.wait(20.0));
    EXPECT_EQ(*child.end(), "ended with status 7");
    EXPECT_EQ(last_line_of(log), "one");
  }
  {
    ChildProcess child("kill -9 $$", "", log);
    ASSERT_TRUE(child.wait(20.0));
    EXPECT_NE(child.end()->find("killed by signal 9"), std::string::npos);
  }
  {
    // A child must not take itself for a rank of this program.
    setenv("OMPI_COMM_WORLD_RANK", "3", 1);
    setenv("PMIX_RANK", "3", 1);
    setenv("SPINEL_UNIT_TEST", "kept", 1);
    ChildProcess child("echo $PWD ${OMPI_COMM_WORLD_RANK:-none} ${PMIX_RANK:-none} $SPINEL_UNIT_TEST", "/", log);
    ASSERT_TRUE(child.wait(20.0));
    EXPECT_EQ(last_line_of(log), "/ none none kept");
    unsetenv("OMPI_COMM_WORLD_RANK");
    unsetenv("PMIX_RANK");
  }
  {
    // The shell's children end with it.
    const std::string file = log + ".pid";
    {
      ChildProcess child(fmt::format("sleep 1000 & echo $! > {}; wait", file), "", log);
      while (!std::filesystem::exists(file) || std::filesystem::file_size(file) == 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    pid_t sleeper = 0;
    std::ifstream(file) >> sleeper;
    const auto is_running = [&] {
      std::ifstream status(fmt::format("/proc/{}/stat", sleeper));
      std::string id, name, state;
      return static_cast<bool>(status >> id >> name >> state) && state != "Z";
    };
    for (int k = 0; k < 2000 && is_running(); ++k) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_FALSE(is_running());
    std::filesystem::remove(file);
  }
  std::filesystem::remove(log);
}

TEST(Placeholders, AreReplacedButNotTheShells) {
  EXPECT_EQ(replace_placeholders("run {file} -n {name} ${name} {file}", {{"file", "a{name}"}, {"name", "x"}}),
            "run a{name} -n x ${name} a{name}");
}

}  // namespace
}  // namespace spinel
