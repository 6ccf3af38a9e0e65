#include "functions/admin/client_keys.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/system/config_sources.h"
#include "crypto/client_certificate.h"
#include "crypto/signing_key.h"
#include "functions/admin/client_certificates.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"
#include "tests/support/text.h"

using namespace vestibule;
using namespace vestibule::admin;

namespace {

std::string folder;

void make_folder() {
    char name[] = "/tmp/vestibule-admin-XXXXXX";
    folder = mkdtemp(name);
}
void remove_folder() { std::filesystem::remove_all(folder); }

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const std::string& path) {
    struct stat facts {};
    cr_assert(eq(int, stat(path.c_str(), &facts), 0));
    return facts.st_mode & 0777;
}

struct Operator {
    FakeClock clock;
    FixedRandom random;
    std::ostringstream out, err;
    ConfigSources sources = system_config_sources();
    std::string file = folder + "/client-keys";

    Terminal terminal() {
        out.str("");
        err.str("");
        return {out, err};
    }
    int make(const std::string& algorithm = "ES256") { return new_client_key({file, algorithm}, sources, terminal()); }
    std::vector<std::string> kids() {
        std::vector<std::string> kids;
        const auto keys = signing_keys(Secret(content_of(file))).value();
        for (const auto& key : keys) kids.push_back(key.kid());
        return kids;
    }
};

TestSuite(admin_client_keys, .init = make_folder, .fini = remove_folder);

}  // namespace

Test(admin_client_keys, A26_the_first_key_makes_a_file_that_only_its_owner_reads) {
    Operator at;
    cr_assert(eq(int, at.make(), kDone), "%s", at.err.str().c_str());
    cr_expect(eq(int, mode_of(at.file), 0600));
    cr_expect(eq(sz, at.kids().size(), 1));
    cr_expect(at.out.str().find(at.kids().front()) != std::string::npos);
}

Test(admin_client_keys, A27_a_new_key_goes_last_so_that_it_can_be_registered_before_it_signs) {
    Operator at;
    at.make();
    const std::string old = at.kids().front();
    cr_assert(eq(int, at.make("PS256"), kDone));
    cr_assert(eq(sz, at.kids().size(), 2));
    cr_expect(eq(str, at.kids().front(), text(old)));
    const std::string next = at.kids().back();
    cr_assert(eq(int, use_client_key({at.file, next}, at.sources, at.terminal()), kDone));
    cr_expect(eq(str, at.kids().front(), text(next)));
    cr_assert(eq(int, remove_client_key({at.file, old}, at.sources, at.terminal()), kDone));
    cr_expect(at.kids() == std::vector<std::string>{next});
}

Test(admin_client_keys, the_key_that_signs_is_not_removed_and_none_that_is_not_there) {
    Operator at;
    at.make();
    const std::string before = content_of(at.file);
    cr_expect(eq(int, remove_client_key({at.file, at.kids().front()}, at.sources, at.terminal()), kFailed));
    cr_expect(at.err.str().find("signs") != std::string::npos);
    cr_expect(eq(int, remove_client_key({at.file, "nobody"}, at.sources, at.terminal()), kFailed));
    cr_expect(eq(int, use_client_key({at.file, "nobody"}, at.sources, at.terminal()), kFailed));
    cr_expect(eq(str, content_of(at.file), text(before)));
}

Test(admin_client_keys, D19_what_is_registered_holds_nothing_private) {
    Operator at;
    for (const char* algorithm : {"ES256", "PS256", "EdDSA"}) cr_assert(eq(int, at.make(algorithm), kDone));
    cr_assert(eq(int, print_public_client_keys({at.file}, at.sources, at.terminal()), kDone));
    const Json set = Json::parse(at.out.str()).value();
    const Json keys = *set.find("keys");
    cr_assert(eq(sz, keys.as_array().size(), 3));
    for (const Json& key : keys.as_array()) {
        for (const char* member : {"d", "p", "q", "dp", "dq", "qi", "k", "oth"})
            cr_expect(key.find(member) == nullptr, "%s", member);
        cr_expect(key.string_at("kid").has_value() && key.string_at("alg").has_value());
    }
}

Test(admin_client_keys, the_list_says_which_one_signs) {
    Operator at;
    at.make();
    at.make("EdDSA");
    cr_assert(eq(int, list_client_keys({at.file, Output::for_people}, at.sources, at.terminal()), kDone));
    cr_expect(at.out.str().find("ES256      yes") != std::string::npos, "%s", at.out.str().c_str());
    cr_expect(at.out.str().find("EdDSA      no") != std::string::npos, "%s", at.out.str().c_str());
    cr_assert(eq(int, list_client_keys({at.file, Output::json}, at.sources, at.terminal()), kDone));
    const Json keys = *Json::parse(at.out.str()).value().find("keys");
    cr_expect(keys.as_array().front().bool_at("signs") == std::optional(true));
    cr_expect(keys.as_array().back().bool_at("signs") == std::optional(false));
}

Test(admin_client_keys, A26_files_that_are_something_else_or_open_to_others_are_left_alone) {
    Operator at;
    for (const char* content : {"k1:AQID\n", "-----BEGIN PRIVATE KEY-----\n", R"({"keys":[]})"}) {
        std::ofstream(at.file) << content;
        chmod(at.file.c_str(), 0600);
        cr_expect(eq(int, at.make(), kFailed), "%s", content);
        cr_expect(eq(str, content_of(at.file), text(content)));
    }
    std::filesystem::remove(at.file);
    at.make();
    chmod(at.file.c_str(), 0644);
    cr_expect(eq(int, at.make(), kFailed));
    cr_expect(eq(int, print_public_client_keys({at.file}, at.sources, at.terminal()), kFailed));
    cr_expect(eq(sz, at.kids().size(), 1));
}

Test(admin_client_keys, an_algorithm_there_is_not_is_named_with_those_there_are) {
    Operator at;
    cr_expect(eq(int, at.make("HS256"), kFailed));
    cr_expect(at.err.str().find("PS256") != std::string::npos);
    cr_expect(not(std::filesystem::exists(at.file)));
}

Test(admin_client_keys, a_certificate_and_its_key_fit_and_what_is_registered_holds_the_certificate) {
    Operator at;
    const std::string certificate = folder + "/client.pem", key = folder + "/client.key";
    cr_assert(eq(int, new_client_certificate({certificate, key, "spa", 30}, at.clock, at.random, at.terminal()), kDone),
              "%s", at.err.str().c_str());
    cr_expect(eq(int, mode_of(key), 0600));
    const auto facts = certificate_facts(content_of(certificate)).value();
    cr_expect(eq(str, text(facts.subject), text("CN=spa")));
    cr_expect(facts.not_after == at.clock.now() + std::chrono::days{30});
    cr_expect(check_key_of_certificate(content_of(certificate), Secret(content_of(key))).has_value());
    cr_assert(eq(int, print_public_client_certificate({certificate, key}, at.sources, at.terminal()), kDone));
    cr_expect(at.out.str().find(facts.thumbprint) != std::string::npos);
    cr_expect(at.out.str().find("\"x5c\"") != std::string::npos);
    cr_expect(at.out.str().find("\"d\"") == std::string::npos);
}

Test(admin_client_keys, a_key_or_a_certificate_that_is_there_is_replaced_only_by_force) {
    Operator at;
    NewClientCertificate command{folder + "/client.pem", folder + "/client.key", "spa", 30};
    for (const std::string& there : {command.key_file, command.certificate_file}) {
        std::ofstream(there) << "in use\n";
        cr_expect(eq(int, new_client_certificate(command, at.clock, at.random, at.terminal()), kFailed));
        cr_expect(at.err.str().find(there + " exists") != std::string::npos, "%s", at.err.str().c_str());
        cr_expect(at.err.str().find("--force") != std::string::npos);
        cr_expect(eq(str, content_of(there), text("in use\n")));
        std::filesystem::remove(there);
        cr_expect(std::filesystem::is_empty(folder), "neither half is written without the other");
    }
    std::ofstream(command.key_file) << "in use\n";
    command.force = NewClientCertificate::Force::yes;
    cr_assert(eq(int, new_client_certificate(command, at.clock, at.random, at.terminal()), kDone), "%s",
              at.err.str().c_str());
    const Secret key(content_of(command.key_file));
    cr_expect(check_key_of_certificate(content_of(command.certificate_file), key).has_value());
}

Test(admin_client_keys, A26_a_private_key_never_takes_over_a_mode_that_others_can_read) {
    Operator at;
    const NewClientCertificate command{folder + "/client.pem", folder + "/client.key", "spa", 30,
                                       NewClientCertificate::Force::yes};
    for (int wide : {0644, 0666, 0604, 0660, 0755}) {
        for (const std::string& there : {command.key_file, command.certificate_file}) {
            std::ofstream(there) << "old\n";
            chmod(there.c_str(), static_cast<mode_t>(wide));
        }
        cr_assert(eq(int, new_client_certificate(command, at.clock, at.random, at.terminal()), kDone));
        cr_expect(eq(int, mode_of(command.key_file), 0600), "%d", wide);
        cr_expect(eq(int, mode_of(command.certificate_file), wide), "a certificate is public");
    }
    chmod(command.key_file.c_str(), 0400);
    cr_assert(eq(int, new_client_certificate(command, at.clock, at.random, at.terminal()), kDone));
    cr_expect(eq(int, mode_of(command.key_file), 0400));
}
