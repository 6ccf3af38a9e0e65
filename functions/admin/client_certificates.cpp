#include "functions/admin/client_certificates.h"

#include <filesystem>
#include <ostream>

#include "codec/base64url.h"
#include "crypto/client_certificate.h"
#include "functions/admin/failure.h"
#include "functions/admin/replace_file.h"
#include "functions/admin/table.h"

namespace vestibule::admin {
namespace {

using Privacy = ConfigSources::Privacy;

constexpr std::string_view kNotMade = "no certificate was made";
constexpr std::string_view kNotShown = "no certificate can be shown";
constexpr std::size_t kLongestName = 64;  // ub-common-name (RFC 5280 appendix A.1)
constexpr std::size_t kSerialOctets = 16;
constexpr Seconds kClocksDiffer{5 * 60};

Result<Secret> content_of(const std::string& file, Privacy privacy, const ConfigSources& sources) {
    auto content = sources.file(file, privacy);
    if (!content) return failure(std::move(content.error()));
    if (!*content) return failure(ErrorCode::internal, file + " does not exist");
    return Secret(std::move(**content));
}

Json registered(const PrivateSigningKey& key, const CertificateFacts& facts) {
    Json jwk = key.public_jwk();
    jwk.set("x5c", Json::array({base64_encode(facts.der)}));
    jwk.set("x5t#S256", facts.thumbprint);
    return Json::object({{"keys", Json::array({std::move(jwk)})}});
}

// What is registered at the provider and in use is not lost by a slip of the hand. A link counts, whatever it leads to.
std::optional<std::string> one_that_is_there(const NewClientCertificate& command) {
    if (command.force == NewClientCertificate::Force::yes) return std::nullopt;
    for (const std::string& file : {command.key_file, command.certificate_file}) {
        std::error_code none;
        if (std::filesystem::symlink_status(file, none).type() != std::filesystem::file_type::not_found) return file;
    }
    return std::nullopt;
}

}  // namespace

int new_client_certificate(const NewClientCertificate& command, const Clock& clock, Random& random,
                           const Terminal& terminal) {
    if (command.name.empty() || command.name.size() > kLongestName)
        return fail(terminal, kNotMade, "a name has 1 to 64 characters");
    if (const auto there = one_that_is_there(command))
        return fail(terminal, kNotMade, *there + " exists; choose other files, or replace both with --force");
    const auto key = PrivateSigningKey::generate("ES256");
    if (!key) return fail(terminal, kNotMade, key.error());
    const WallTime end = clock.now() + std::chrono::days{command.days};
    const std::string certificate = make_self_signed_certificate(
        *key, {command.name, clock.now() - kClocksDiffer, end, random.octets(kSerialOctets)});
    auto written = replace_file(command.key_file, key->private_pem());
    if (written) written = replace_file(command.certificate_file, Secret(certificate), Privacy::any);
    if (!written) return fail(terminal, kNotMade, written.error());
    terminal.out << "a certificate for CN=" << command.name << " is in " << command.certificate_file << ", its key in "
                 << command.key_file << "; it ends " << print_time(end) << '\n'
                 << "Register what `admin keys certificate public` prints at the provider.\n";
    return kDone;
}

int print_public_client_certificate(const PublicClientCertificate& command, const ConfigSources& sources,
                                    const Terminal& terminal) {
    const auto certificate = content_of(command.certificate_file, Privacy::any, sources);
    if (!certificate) return fail(terminal, kNotShown, certificate.error());
    const auto pem = content_of(command.key_file, Privacy::secret, sources);
    if (!pem) return fail(terminal, kNotShown, pem.error());
    const auto facts = certificate_facts(certificate->reveal());
    if (!facts) return fail(terminal, kNotShown, command.certificate_file + " " + facts.error().detail);
    if (const auto fits = check_key_of_certificate(certificate->reveal(), *pem); !fits)
        return fail(terminal, kNotShown, command.key_file + " " + fits.error().detail);
    const auto key = PrivateSigningKey::from_pem(*pem);
    if (!key) return fail(terminal, kNotShown, command.key_file + " " + key.error().detail);
    terminal.out << registered(*key, *facts).print_indented() << '\n';
    return kDone;
}

}  // namespace vestibule::admin
