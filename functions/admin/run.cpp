#include "functions/admin/run.h"

#include <ostream>

#include "functions/admin/check.h"
#include "functions/admin/client_certificates.h"
#include "functions/admin/client_keys.h"
#include "functions/admin/failure.h"
#include "functions/admin/keys.h"
#include "functions/admin/new_key.h"
#include "functions/admin/sessions.h"
#include "functions/admin/upkeep.h"

namespace vestibule::admin {
namespace {

// Each kind of command, in the surroundings it needs.
class Runner {
public:
    Runner(const Surroundings& surroundings, const Terminal& terminal)
        : surroundings_(surroundings), terminal_(terminal) {}

    int operator()(const Check& command) const {
        const auto status = surroundings_.with_world_and_http([&](const SessionWorld& world, HttpClient& http) {
            return print_verdicts(check_world(world, http), command.output, terminal_);
        });
        if (status) return *status;
        if (command.output == Output::for_people) return no_world(status.error());
        return print_verdicts({{"config", Verdict::Kind::unusable, status.error(), {}}}, command.output, terminal_);
    }
    int operator()(const NewKey& command) const {
        return new_key(command, surroundings_.sources, surroundings_.clock, surroundings_.random, terminal_);
    }
    int operator()(const RotateKeys& command) const { return rotate_keys(command, desk()); }
    int operator()(const PromoteKey& command) const { return promote_key(command, desk()); }
    int operator()(const ListKeys& command) const { return list_keys(command, desk()); }
    int operator()(const RetireKey& command) const { return retire_key(command, desk()); }
    int operator()(const NewClientKey& command) const {
        return new_client_key(command, surroundings_.sources, terminal_);
    }
    int operator()(const ListClientKeys& command) const {
        return list_client_keys(command, surroundings_.sources, terminal_);
    }
    int operator()(const PublicClientKeys& command) const {
        return print_public_client_keys(command, surroundings_.sources, terminal_);
    }
    int operator()(const UseClientKey& command) const {
        return use_client_key(command, surroundings_.sources, terminal_);
    }
    int operator()(const RemoveClientKey& command) const {
        return remove_client_key(command, surroundings_.sources, terminal_);
    }
    int operator()(const NewClientCertificate& command) const {
        return new_client_certificate(command, surroundings_.clock, surroundings_.random, terminal_);
    }
    int operator()(const PublicClientCertificate& command) const {
        return print_public_client_certificate(command, surroundings_.sources, terminal_);
    }
    int operator()(const Migrate&) const {
        return in_world([&](const SessionWorld& world) { return migrate(world, terminal_); });
    }
    int operator()(const Purge& command) const {
        return in_world([&](const SessionWorld& world) { return purge(command, world, terminal_); });
    }
    int operator()(const ListSessions& command) const {
        return in_world([&](const SessionWorld& world) { return list_sessions(command, world, terminal_); });
    }
    int operator()(const ShowSession& command) const {
        return in_world([&](const SessionWorld& world) { return show_session(command, world, terminal_); });
    }
    int operator()(const Stats& command) const {
        return in_world([&](const SessionWorld& world) { return print_stats(command, world, terminal_); });
    }
    int operator()(const EndSessions& command) const {
        return in_world([&](const SessionWorld& world) { return end_sessions(command, world, terminal_); });
    }

private:
    KeyDesk desk() const { return {surroundings_.sources, surroundings_.clock, surroundings_.random, terminal_}; }
    int no_world(const std::string& problems) const {
        terminal_.err << "admin: " << problems << (problems.ends_with('\n') ? "" : "\n");
        return kFailed;
    }
    int in_world(const std::function<int(const SessionWorld&)>& use) const {
        const auto status = surroundings_.with_world(use);
        return status ? *status : no_world(status.error());
    }

    const Surroundings& surroundings_;
    const Terminal& terminal_;
};

}  // namespace

int run(const Command& command, const Surroundings& surroundings, const Terminal& terminal) {
    return std::visit(Runner(surroundings, terminal), command);
}

}  // namespace vestibule::admin
