#include "functions/admin/new_key.h"

#include <algorithm>
#include <ostream>

#include "crypto/key_ring.h"
#include "functions/admin/failure.h"
#include "functions/admin/replace_file.h"
#include "functions/admin/table.h"

namespace vestibule::admin {
namespace {

constexpr std::string_view kWhat = "no key was made";

using Ids = std::vector<std::string>;

Ids ids_of(const KeyRing& ring) {
    Ids ids;
    for (const KeyRing::Key& key : ring.keys()) ids.push_back(key.id);
    return ids;
}

bool holds(const Ids& ids, const std::string& id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

// Nothing where there is no file yet.
Result<std::optional<Secret>> read_keys(const std::string& file, const ConfigSources& sources) {
    auto content = sources.file(file, ConfigSources::Privacy::secret);
    if (!content) return tl::make_unexpected(content.error());
    if (!*content) return std::nullopt;
    return Secret(std::move(**content));
}

Result<Ids> ids_in(const std::optional<Secret>& keys) {
    if (!keys) return Ids{};
    const auto ring = KeyRing::parse(*keys);
    if (!ring) return failure(ErrorCode::internal, "the file holds something else than keys: " + ring.error().detail);
    return ids_of(*ring);
}

int print_key_line(const NewKey& command, Clock& clock, Random& random, const Terminal& terminal) {
    const auto line = make_key_line(command.id.value_or(id_of_today({}, clock.now())), random);
    if (!line) return fail(terminal, kWhat, line.error());
    terminal.out << line->reveal();
    return kDone;
}

// What the operator does next.
void print_advice(const std::string& id, const std::string& file, bool first, const Terminal& terminal) {
    terminal.out << "key " << id << " is in " << file << '\n';
    if (first) return;
    terminal.out << "Running functions that read this file seal new sessions with it in about ten seconds; the keys "
                    "below it still open the old ones.\n"
                    "Several hosts: a host without the key does not know these sessions. `admin keys rotate --staged` "
                    "makes one that only opens; give the file to every host, then `admin keys promote` it.\n";
}

}  // namespace

std::string id_of_today(const std::vector<std::string>& taken, WallTime now) {
    const std::string today = print_time(now).substr(0, 10);
    std::string id = today;
    for (int i = 2; holds(taken, id); ++i) id = today + "-" + std::to_string(i);
    return id;
}

// Valid by itself, and therefore in front of any other.
Result<Secret> make_key_line(const std::string& id, Random& random) {
    Secret line(new_key_line(random, id) + "\n");
    if (!KeyRing::parse(line)) {
        return failure(ErrorCode::bad_request, "an id is 1 to 16 characters of A-Z a-z 0-9 _ -");
    }
    return line;
}

int new_key(const NewKey& command, const ConfigSources& sources, Clock& clock, Random& random,
            const Terminal& terminal) {
    if (!command.file) return print_key_line(command, clock, random, terminal);
    const auto before = read_keys(*command.file, sources);
    if (!before) return fail(terminal, kWhat, before.error());
    const auto taken = ids_in(*before);
    if (!taken) return fail(terminal, kWhat, taken.error());
    const std::string id = command.id.value_or(id_of_today(*taken, clock.now()));
    if (holds(*taken, id)) return fail(terminal, kWhat, "the file has a key " + id + " already; choose another --id");
    const auto line = make_key_line(id, random);
    if (!line) return fail(terminal, kWhat, line.error());
    const Secret content(line->reveal() + (*before ? (*before)->reveal() : std::string()));
    const auto written = replace_file(*command.file, content);
    if (!written) return fail(terminal, kWhat, written.error());
    print_advice(id, *command.file, taken->empty(), terminal);
    return kDone;
}

}  // namespace vestibule::admin
