#include <vector>

#include "loadgen/net/channel.hpp"
#include "loadgen/net/tls_session.hpp"

namespace weir::loadgen {

namespace {

/// What OpenSSL may still hold of a record that is not whole, and gives out together with what was read now.
constexpr std::size_t kWholeRecordBytes = 17 * 1024;

}  // namespace

struct Tls::Impl {
  std::vector<std::unique_ptr<TlsSession>> sessions;
  std::vector<std::uint32_t> unused;
  std::unique_ptr<char[]> input = std::make_unique<char[]>(limits::kReadBytes);
};

Tls::Tls() : impl_(std::make_unique<Impl>()) {}
Tls::~Tls() = default;

std::uint32_t Tls::begin(int fd, const TlsTarget& target) {
  auto session = target.context ? TlsSession::make(fd, target) : nullptr;
  if (!session) {
    return 0;
  }
  if (impl_->unused.empty()) {
    impl_->unused.push_back(static_cast<std::uint32_t>(impl_->sessions.size()));
    impl_->sessions.emplace_back();
  }
  const std::uint32_t id = impl_->unused.back();
  impl_->unused.pop_back();
  impl_->sessions[id] = std::move(session);
  return id + 1;
}

Step Tls::handshake(std::uint32_t id) { return impl_->sessions[id]->handshake(); }

std::string Tls::failure(std::uint32_t id) const { return impl_->sessions[id]->failure(); }

Received Tls::read(std::uint32_t id, char* buffer, std::size_t size) {
  return impl_->sessions[id]->read(impl_->input.get(), size - kWholeRecordBytes, buffer, size);
}

std::int64_t Tls::write(std::uint32_t id, std::string_view bytes) { return impl_->sessions[id]->write(bytes); }

void Tls::settle(std::uint32_t id) {
  impl_->sessions[id]->settle();
  impl_->sessions[id]->free_buffers();
}

void Tls::end(std::uint32_t id, bool notify) {
  if (notify) {
    impl_->sessions[id]->notify();
  }
  impl_->sessions[id].reset();
  impl_->unused.push_back(id);
}

std::size_t Tls::count() const { return impl_->sessions.size() - impl_->unused.size(); }

std::size_t Tls::compact() const { return 0; }

}  // namespace weir::loadgen
