#include "provider/published_document.h"

#include "crypto/seal.h"

namespace vestibule {
namespace {

constexpr Seconds kStaleAtMost{24 * 60 * 60};
constexpr std::size_t kLargestPlain = 1024 * 1024;  // of crypto/seal.h

}  // namespace

bool PublishedDocument::is_usable(WallTime now) const {
    // A copy from the future is the clock's doing: it is asked again soon, but it is no older for it.
    return now < fetched_at + fresh_for + kStaleAtMost;
}

std::optional<std::string> seal_document(const PublishedDocument& document, std::string_view purpose,
                                         const KeyRing& keys, Random& random) {
    std::string plain = Json::object({{"fetched_at", std::int64_t{document.fetched_at.time_since_epoch().count()}},
                                      {"fresh_for", std::int64_t{document.fresh_for.count()}},
                                      {"content", document.content}})
                            .print();
    if (plain.size() > kLargestPlain) return std::nullopt;
    return seal(keys, random, {purpose, document.url}, Secret(std::move(plain)));
}

std::optional<PublishedDocument> open_document(std::string_view sealed, std::string_view purpose,
                                               const std::string& url, const KeyRing& keys) {
    const auto plain = open_sealed(keys, {purpose, url}, sealed);
    if (!plain) return std::nullopt;
    const auto json = Json::parse(plain->reveal());
    if (!json) return std::nullopt;
    const auto fetched_at = json->integer_at("fetched_at"), fresh_for = json->integer_at("fresh_for");
    const Json* content = json->find("content");
    if (!fetched_at || !fresh_for || content == nullptr || !content->is_object()) return std::nullopt;
    return PublishedDocument{url, *content, WallTime{Seconds{*fetched_at}}, Seconds{*fresh_for}};
}

}  // namespace vestibule
