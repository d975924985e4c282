#include <vector>

#include "loadgen/net/channel.hpp"
#include "loadgen/net/tls_compact.hpp"
#include "loadgen/net/tls_session.hpp"

namespace weir::loadgen {

namespace {

/// What OpenSSL may still hold of a record that is not whole, and gives out together with what was read now.
constexpr std::size_t kWholeRecordBytes = 17 * 1024;
static_assert(limits::kReadBytes > 2 * kRecordBytes);

}  // namespace

struct Tls::Impl {
  /// A connection is in OpenSSL's hands, or its keys lie in `compact`.
  struct Slot {
    std::unique_ptr<TlsSession> session;
    std::uint32_t compact = 0;
  };

  /// When the session has settled and holds nothing more, its keys are all that is kept.
  void shrink(Slot& slot) {
    if (const auto keys = slot.session->give_keys()) {
      slot.compact = compact.add(slot.session->fd(), *keys);
      slot.session.reset();
    }
  }

  std::vector<Slot> slots;
  std::vector<std::uint32_t> unused;
  TlsCompact compact;
  std::unique_ptr<char[]> input = std::make_unique_for_overwrite<char[]>(limits::kReadBytes);
};

Tls::Tls() : impl_(std::make_unique<Impl>()) {}
Tls::~Tls() = default;

std::uint32_t Tls::begin(int fd, const TlsTarget& target) {
  auto session = target.context ? TlsSession::make(fd, target) : nullptr;
  if (!session) { return 0; }
  if (impl_->unused.empty()) {
    impl_->unused.push_back(static_cast<std::uint32_t>(impl_->slots.size()));
    impl_->slots.emplace_back();
  }
  const std::uint32_t id = impl_->unused.back();
  impl_->unused.pop_back();
  impl_->slots[id].session = std::move(session);
  return id + 1;
}

Step Tls::handshake(std::uint32_t id) { return impl_->slots[id].session->handshake(); }

std::string Tls::failure(std::uint32_t id) const {
  const auto& session = impl_->slots[id].session;
  return session ? session->failure() : std::string();
}

Received Tls::read(std::uint32_t id, char* buffer, std::size_t size) {
  Impl::Slot& slot = impl_->slots[id];
  if (!slot.session) { return impl_->compact.read(slot.compact, impl_->input.get(), buffer, size); }
  const Received received = slot.session->read(impl_->input.get(), size - kWholeRecordBytes, buffer, size);
  if (slot.session->settled()) { impl_->shrink(slot); }
  return received;
}

std::int64_t Tls::write(std::uint32_t id, std::string_view bytes) {
  Impl::Slot& slot = impl_->slots[id];
  return slot.session ? slot.session->write(bytes) : impl_->compact.write(slot.compact, bytes);
}

void Tls::settle(std::uint32_t id) {
  Impl::Slot& slot = impl_->slots[id];
  if (slot.session && !slot.session->settled()) {
    slot.session->settle();
    slot.session->free_buffers();
    impl_->shrink(slot);
  }
}

void Tls::end(std::uint32_t id, bool notify) {
  Impl::Slot& slot = impl_->slots[id];
  if (slot.session) {
    if (notify) { slot.session->notify(); }
    slot.session.reset();
  } else {
    impl_->compact.remove(slot.compact, notify);
  }
  impl_->unused.push_back(id);
}

std::size_t Tls::count() const { return impl_->slots.size() - impl_->unused.size(); }

std::size_t Tls::compact() const { return impl_->compact.count(); }

}  // namespace weir::loadgen
