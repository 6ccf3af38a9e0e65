#include "functions/admin/client_keys.h"

#include <algorithm>
#include <ostream>

#include "crypto/signing_key.h"
#include "functions/admin/failure.h"
#include "functions/admin/replace_file.h"
#include "functions/admin/table.h"

namespace vestibule::admin {
namespace {

constexpr std::string_view kNotChanged = "the keys are as they were";
constexpr std::string_view kNotShown = "no key can be shown";

using Keys = std::vector<PrivateSigningKey>;

// None where there is no file yet.
Result<Keys> keys_or_none(const std::string& file, const ConfigSources& sources) {
    auto content = sources.file(file, ConfigSources::Privacy::secret);
    if (!content) return failure(std::move(content.error()));
    if (!*content) return Keys{};
    const Secret text(std::move(**content));
    if (text.reveal().find("-----BEGIN ") != std::string::npos)
        return failure(ErrorCode::internal, file + " is a PEM file, which holds one key; name a JWK Set");
    auto keys = signing_keys(text);
    if (!keys) return failure(ErrorCode::internal, file + ": " + keys.error().detail);
    return keys;
}

Result<Keys> keys_in(const std::string& file, const ConfigSources& sources) {
    auto keys = keys_or_none(file, sources);
    if (keys && keys->empty()) {
        return failure(ErrorCode::internal, file + " does not exist; `admin keys client new` makes it");
    }
    return keys;
}

Result<void> write(const std::string& file, const Keys& keys) {
    std::string text = "{\"keys\": [";
    for (const PrivateSigningKey& key : keys) {
        text.append(&key == &keys.front() ? "\n" : ",\n").append(key.private_jwk().reveal());
    }
    const Secret content(text + "\n]}\n");
    wipe(text);
    return replace_file(file, content);
}

Keys::iterator find(Keys& keys, const std::string& kid) {
    return std::find_if(keys.begin(), keys.end(), [&](const PrivateSigningKey& key) { return key.kid() == kid; });
}

int no_such_key(const Terminal& terminal, const std::string& file) {
    return fail(terminal, kNotChanged, "no key of " + file + " has that kid; `admin keys client list` shows them");
}

Json described(const PrivateSigningKey& key, bool signs) {
    return Json::object({{"kid", key.kid()}, {"alg", key.algorithm_name()}, {"signs", signs}});
}

}  // namespace

int new_client_key(const NewClientKey& command, const ConfigSources& sources, const Terminal& terminal) {
    auto keys = keys_or_none(command.file, sources);
    if (!keys) return fail(terminal, kNotChanged, keys.error());
    auto key = PrivateSigningKey::generate(command.algorithm);
    if (!key) return fail(terminal, kNotChanged, key.error());
    keys->push_back(*key);
    if (const auto written = write(command.file, *keys); !written) return fail(terminal, kNotChanged, written.error());
    terminal.out << "key " << key->kid() << " is in " << command.file << '\n'
                 << "Register what `admin keys client public` prints at the provider"
                 << (keys->size() == 1 ? ".\n" : ", then let the key sign: `admin keys client use`.\n");
    return kDone;
}

int list_client_keys(const ListClientKeys& command, const ConfigSources& sources, const Terminal& terminal) {
    const auto keys = keys_in(command.file, sources);
    if (!keys) return fail(terminal, kNotShown, keys.error());
    std::vector<std::vector<std::string>> rows{{"KID", "ALGORITHM", "SIGNS"}};
    Json::Array all;
    for (const PrivateSigningKey& key : *keys) {
        const bool signs = &key == &keys->front();
        rows.push_back({key.kid(), key.algorithm_name(), signs ? "yes" : "no"});
        all.push_back(described(key, signs));
    }
    if (command.output == Output::json) {
        terminal.out << Json::object({{"keys", Json(std::move(all))}}).print_indented() << '\n';
    } else {
        print_table(terminal.out, rows);
    }
    return kDone;
}

int print_public_client_keys(const PublicClientKeys& command, const ConfigSources& sources, const Terminal& terminal) {
    const auto keys = keys_in(command.file, sources);
    if (!keys) return fail(terminal, kNotShown, keys.error());
    Json::Array list;
    for (const PrivateSigningKey& key : *keys) list.push_back(key.public_jwk());
    terminal.out << Json::object({{"keys", Json(std::move(list))}}).print_indented() << '\n';
    return kDone;
}

int use_client_key(const UseClientKey& command, const ConfigSources& sources, const Terminal& terminal) {
    auto keys = keys_in(command.file, sources);
    if (!keys) return fail(terminal, kNotChanged, keys.error());
    const auto chosen = find(*keys, command.kid);
    if (chosen == keys->end()) return no_such_key(terminal, command.file);
    std::rotate(keys->begin(), chosen, chosen + 1);
    if (const auto written = write(command.file, *keys); !written) return fail(terminal, kNotChanged, written.error());
    terminal.out << "key " << command.kid << " signs within 30 s; nothing needs a restart\n";
    return kDone;
}

int remove_client_key(const RemoveClientKey& command, const ConfigSources& sources, const Terminal& terminal) {
    auto keys = keys_in(command.file, sources);
    if (!keys) return fail(terminal, kNotChanged, keys.error());
    const auto chosen = find(*keys, command.kid);
    if (chosen == keys->end()) return no_such_key(terminal, command.file);
    if (chosen == keys->begin())
        return fail(terminal, kNotChanged, "this key signs; let another one sign first: `admin keys client use`");
    keys->erase(chosen);
    if (const auto written = write(command.file, *keys); !written) return fail(terminal, kNotChanged, written.error());
    terminal.out << "key " << command.kid << " is gone; remove it at the provider, too\n";
    return kDone;
}

}  // namespace vestibule::admin
