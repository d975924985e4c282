#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <vector>

#include "wire/tls/record.hpp"

namespace weir::wire::tls {
namespace {

RecordKeys keys_of(RecordSuite suite, int connection, bool peer) {
  TrafficSecret ours{}, theirs{};
  ours.fill(static_cast<std::uint8_t>(1 + 2 * connection));
  theirs.fill(static_cast<std::uint8_t>(2 + 2 * connection));
  return peer ? make_record_keys(suite, ours, theirs, 0, 0) : make_record_keys(suite, theirs, ours, 0, 0);
}

/// One record of 139 bytes, of one connection (the key stays) or of two in turn (a new key for each record).
/// Arguments: suite, connections.
void open_record(benchmark::State& state) {
  const auto suite = static_cast<RecordSuite>(state.range(0));
  const auto connections = static_cast<int>(state.range(1));
  RecordCodec codec;
  std::vector<RecordKeys> keys;
  std::vector<std::string> records;
  for (int i = 0; i < connections; ++i) {
    RecordKeys peer = keys_of(suite, i, true);
    std::string record(139 + kRecordOverheadBytes, '\0');
    record.resize(codec.encode(peer, RecordType::data, std::string(139, 'x'), record.data()));
    records.push_back(std::move(record));
    keys.push_back(keys_of(suite, i, false));
  }
  std::string out(1024, '\0');
  std::size_t turn = 0;
  for (auto _ : state) {
    keys[turn].read_sequence = 0;
    const auto decoded = codec.decode(keys[turn], records[turn], out.data());
    if (decoded.filled != 139) { state.SkipWithError("the record does not open"); }
    turn = (turn + 1) % keys.size();
  }
}
BENCHMARK(open_record)
    ->ArgNames({"suite", "connections"})
    ->Args({0x1301, 1})
    ->Args({0x1301, 2})
    ->Args({0x1302, 2})
    ->Args({0x1303, 2});

/// The same record the other way, by the secret alone or with the key that was kept for it. Argument: kept.
void seal_record(benchmark::State& state) {
  const bool keeps = state.range(0) != 0;
  RecordCodec codec;
  std::array<RecordKeys, 2> keys = {keys_of(RecordSuite::aes_128_gcm, 0, false),
                                    keys_of(RecordSuite::aes_128_gcm, 1, false)};
  const std::array<WriteKey, 2> kept = {write_key_of(keys[0]), write_key_of(keys[1])};
  const std::string plain(139, 'x');
  std::string record(139 + kRecordOverheadBytes, '\0');
  std::size_t turn = 0;
  for (auto _ : state) {
    const auto size = codec.encode(keys[turn], RecordType::data, plain, record.data(), keeps ? &kept[turn] : nullptr);
    if (size != record.size()) { state.SkipWithError("the record is not sealed"); }
    turn = 1 - turn;
  }
}
BENCHMARK(seal_record)->ArgName("kept")->Arg(0)->Arg(1);

}  // namespace
}  // namespace weir::wire::tls
