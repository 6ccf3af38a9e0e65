// The layout of the keys, which is published: versions, names, what is left behind, what a least-privileged user needs
// (checklist B15, X08, X12; schema/redis/README.md).
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "adapters/redis/redis_scripts.h"
#include "tests/shared/adapters/redis/store_on_redis.h"

using namespace vestibule;

TestSuite(redis_layout, .fini = stop_servers, .timeout = 60);

static std::string read_file(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    cr_assert(not(text.str().empty()), "%s is empty or missing", path.c_str());
    return text.str();
}

static std::set<std::string> keys_of(const RedisServer& server) {
    std::set<std::string> keys;
    std::istringstream lines(server.tell({"KEYS", "*"}));
    for (std::string key; std::getline(lines, key);) keys.insert(key);
    return keys;
}

static NewSession session_with_sid(const std::string& name) {
    NewSession session = session_of(name);
    session.row.sid = IndexKey{"sid of " + name};
    return session;
}

// A command of an earlier version must not end nothing and call that a success.
Test(redis_layout, end_sub_without_a_word_on_who_is_spared_is_refused) {
    const RedisServer& server = start_server();
    must_succeed(open_store(server.url())->migrate());
    const std::string script(redis_script("end_sub").text);
    for (const auto& subs : {std::vector<std::string>{"alice"}, std::vector<std::string>{"alice", "alice-2"}}) {
        std::vector<std::string> command{"EVAL", script, std::to_string(2 + subs.size()),
                                         "{vestibule:sessions}:created", "{vestibule:sessions}:expiry"};
        for (const std::string& sub : subs) command.push_back("{vestibule:sessions}:sub:" + sub);
        command.insert(command.end(), {"1800000000", "1800000600"});
        command.insert(command.end(), subs.begin(), subs.end());
        const std::string told = server.tell(command);
        cr_expect(told.find("the session that is spared") != std::string::npos, "%s", told.c_str());
    }
}

Test(redis_layout, X18_the_server_says_what_time_it_is) {
    const auto told = open_store(start_server().url())->server_time();
    cr_assert(told.has_value() && told->has_value());
    cr_expect(std::chrono::abs(**told - std::chrono::system_clock::now()) < Seconds{5}, "it is this machine's");
}

Test(redis_layout, the_scripts_are_the_files_of_schema_redis_all_of_them) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator("schema/redis")) {
        if (entry.path().extension() != ".lua") continue;
        ++files;
        cr_expect(redis_script(entry.path().stem().string()).text == read_file(entry.path()));
    }
    cr_expect(eq(sz, files, redis_scripts().size()));
    cr_expect(files >= 19);
}

Test(redis_layout, the_lines_that_scripts_share_are_the_same_in_each) {
    const std::string begin = "-- Removes a session from everywhere";
    const std::string end = "-- (end of the same lines)";
    std::set<std::string> versions;
    int copies = 0;
    for (const RedisScript& script : redis_scripts()) {
        const std::string text(script.text);
        const std::size_t from = text.find(begin);
        if (from == std::string::npos) {
            cr_expect(text.find("forget(") == std::string::npos);
            continue;
        }
        ++copies;
        versions.insert(text.substr(from, text.find(end) - from));
    }
    cr_expect(eq(int, copies, 6));
    cr_expect(eq(sz, versions.size(), 1));
}

Test(redis_layout, X12_a_layout_that_says_so_is_refused_and_one_that_only_grew_is_not) {
    RedisServer& server = start_server();
    cr_assert(insert(*open_store(server.url()), "a"));
    const std::string schema = "{vestibule:sessions}:schema";
    cr_expect(server.tell({"HMGET", schema, "version", "works_from"}) == "1\n1\n");
    server.tell({"HSET", schema, "version", "2", "works_from", "1"});
    cr_expect(is_there(*open_store(server.url()), "a"));
    server.tell({"HSET", schema, "version", "3", "works_from", "2"});
    const auto store = open_store(server.url());
    const char* const cause = "the key layout is at version 3 and needs a program that knows 2; this one knows 1";
    expect_unavailable(store->find({"a"}, kNow), "find", cause);
    expect_unavailable(store->insert(session_of("b"), kNow), "insert", cause);
    expect_unavailable(store->consume_once(OnceKind::flow, "f", kNow + Seconds{9}, kNow), "consume_once", cause);
    expect_unavailable(store->check(), "check", cause);
    server.tell({"HSET", schema, "version", "garbage"});
    expect_unavailable(store->find({"a"}, kNow), "find", "cannot be read");
}

Test(redis_layout, prefixes_and_databases_keep_applications_apart) {
    RedisServer& server = start_server();
    const auto one = open_store(server.url("?prefix=one"));
    const auto two = open_store(server.url("?prefix=two"));
    const auto three = open_store(server.url("?prefix=one&db=3"));
    cr_assert(insert(*one, "a"));
    cr_expect(not(is_there(*two, "a")));
    cr_expect(not(is_there(*three, "a")));
    cr_expect(eq(u64, two->end_sub({{"alice"}}, {}, kNow + Seconds{60}, kNow).value(), 0));
    cr_expect(is_there(*one, "a"));
    for (const std::string& key : keys_of(server)) cr_expect(key.starts_with("{one:") || key.starts_with("{two:"));
}

Test(redis_layout, keys_are_named_as_it_is_published) {
    RedisServer& server = start_server();
    const auto store = open_store(server.url());
    cr_assert(store->insert(session_with_sid("a"), kNow).has_value());
    must_succeed(store->end_sid({{"s"}}, {}, kNow + Seconds{60}, kNow));
    must_succeed(store->end_sid({{"s"}}, {{"u"}}, kNow + Seconds{60}, kNow));
    must_succeed(store->end_sub({{"v"}}, {}, kNow + Seconds{60}, kNow));
    must_succeed(store->consume_once(OnceKind::logout_jti, "j}{", kNow + Seconds{60}, kNow));
    must_succeed(store->cache("jwks", {"document", kNow}));
    const std::set<std::string> expected{
        "{vestibule:sessions}:schema",
        "{vestibule:sessions}:session:61",
        "{vestibule:sessions}:sid:736964206f662061",
        "{vestibule:sessions}:sub:616c696365",
        "{vestibule:sessions}:browser:62726f77736572206f662061",
        "{vestibule:sessions}:created",
        "{vestibule:sessions}:expiry",
        "{vestibule:sessions}:ended-sid:73:",
        "{vestibule:sessions}:ended-sid:73:75",
        "{vestibule:sessions}:ended-sub:76",
        "{vestibule:once:logout_jti:6a7d7b}",
        "{vestibule:cache:6a776b73}",
    };
    const std::set<std::string> actual = keys_of(server);
    for (const std::string& key : actual) cr_expect(expected.contains(key), "%s is not published", key.c_str());
    cr_expect(eq(sz, actual.size(), expected.size()));
}

Test(redis_layout, X08_the_server_drops_everything_some_time_after_it_is_over) {
    RedisServer& server = start_server();
    const auto store = open_store(server.url());
    cr_assert(store->insert(session_with_sid("a"), kNow).has_value());  // for an hour
    must_succeed(store->end_sid({{"s"}}, {}, kNow + Seconds{3600}, kNow));
    must_succeed(store->end_sub({{"v"}}, {}, kNow + Seconds{3600}, kNow));
    must_succeed(store->consume_once(OnceKind::flow, "f", kNow + Seconds{3600}, kNow));
    for (const std::string& key : keys_of(server)) {
        int left = std::stoi(server.tell({"TTL", key}));
        const bool is_index = key.ends_with(":created") || key.ends_with(":expiry") || key.ends_with(":schema");
        if (is_index)
            cr_expect(eq(int, left, -1));
        else
            cr_expect(left > 3600 - 30 && left <= 7200, "%s: %d", key.c_str(), left);
    }
}

Test(redis_layout, B15_a_session_that_ended_leaves_nothing_behind_however_it_ended) {
    RedisServer& server = start_server();
    const auto store = open_store(server.url());
    const auto put = [&](const char* name) { cr_assert(store->insert(session_with_sid(name), kNow).has_value()); };
    put("a");
    must_succeed(store->erase({"a"}, kNow));
    put("b");
    must_succeed(store->end_sid({{"sid of b"}}, {}, kNow + Seconds{60}, kNow));
    put("c");
    must_succeed(store->erase_if_unchanged({"c"}, 1, 0, kNow));
    put("d");
    cr_expect(eq(u64, store->purge(10, kNow + Seconds{3600}).value(), 1));
    put("e");
    must_succeed(store->end_sub({{"alice"}}, {}, kNow + Seconds{60}, kNow));
    const std::set<std::string> left{"{vestibule:sessions}:schema", "{vestibule:sessions}:ended-sid:736964206f662062:",
                                     "{vestibule:sessions}:ended-sub:616c696365"};
    cr_expect(keys_of(server) == left);
}

Test(redis_layout, every_insert_purges_a_few_that_are_over) {
    RedisServer& server = start_server();
    const auto store = open_store(server.url(), {.purge_per_write = 2});
    for (const char* name : {"a", "b", "c"}) {
        cr_assert(store->insert(session_of(name, Seconds{10}), kNow).has_value());
    }
    cr_assert(store->insert(session_of("d"), kNow + Seconds{10}).has_value());
    cr_expect(eq(u64, store->statistics(kNow + Seconds{10}).value().expired, 1));
    cr_assert(store->insert(session_of("e"), kNow + Seconds{10}).has_value());
    cr_expect(eq(u64, store->statistics(kNow + Seconds{10}).value().expired, 0));
}

// Somebody restored half of it, or the server's clock has jumped.
Test(redis_layout, a_session_whose_hash_is_gone_is_gone_everywhere) {
    RedisServer& server = start_server();
    const auto store = open_store(server.url());
    for (const char* name : {"a", "b", "c"}) cr_assert(store->insert(session_with_sid(name), kNow).has_value());
    for (const char* key : {"61", "62"}) server.tell({"DEL", std::string("{vestibule:sessions}:session:") + key});
    cr_expect(not(is_there(*store, "a")));
    cr_expect(eq(sz, store->list({}, 10, kNow).value().size(), 1));
    cr_expect(eq(sz, store->list({{"alice"}}, 10, kNow).value().size(), 1));
    cr_expect(eq(u64, store->end_sid({{"sid of a"}}, {}, kNow, kNow).value(), 0));
    cr_expect(eq(u64, store->end_sub({{"alice"}}, {}, kNow, kNow).value(), 1));
    cr_expect(store->purge(10, kNow + Seconds{3600}).has_value());
    cr_expect(eq(u64, store->statistics(kNow).value().sessions, 0));
}

// What a program of another version, or another language, may have written.
Test(redis_layout, a_record_that_cannot_be_read_is_unavailable_and_not_a_logout) {
    RedisServer& server = start_server();
    const auto store = open_store(server.url());
    for (const char* field : {"version", "sub", "created_at", "access_lifetime"}) {
        cr_assert(insert(*store, field));
        const auto keys = keys_of(server);
        for (const std::string& key : keys) {
            if (key.find(":session:") != std::string::npos) server.tell({"HSET", key, field, "g!"});
        }
        expect_unavailable(store->find({field}, kNow), "find", "cannot be read");
        server.tell({"FLUSHALL"});
    }
}

Test(redis_layout, the_user_of_the_readme_can_do_all_that_is_needed_and_no_more) {
    const std::string readme = read_file("schema/redis/README.md");
    std::smatch found;
    cr_assert(std::regex_search(readme, found, std::regex("\nACL (SETUSER vestibule [^\n]+)\n")), "no ACL line");
    RedisServer& server = start_server();
    std::vector<std::string> command{"ACL"};
    std::istringstream words(found[1].str());
    for (std::string word; words >> word;) command.push_back(word.starts_with(">") ? ">secret" : word);
    cr_assert(server.tell(command) == "OK", "%s", server.tell(command).c_str());
    const auto store = open_store("redis://vestibule:secret@" + server.url().substr(8) + "?replicas=0");
    must_succeed(store->server_time());
    NewSession session = session_with_sid("a");
    session.replaces_browser = {session.row.browser};
    must_succeed(store->insert(session, kNow));
    must_succeed(store->check());
    must_succeed(store->touch({"a"}, kNow + Seconds{5}, kNow));
    must_succeed(store->acquire_lease({"a"}, Seconds{5}, kNow));
    must_succeed(store->release_lease({"a"}, 1, kNow, kNow));
    must_succeed(store->replace({{"a"}, 1, 1, {}, kNow, Seconds{1}}, kNow));
    must_succeed(store->list({}, 5, kNow));
    must_succeed(store->list({{"alice"}}, 5, kNow));
    must_succeed(store->statistics(kNow));
    must_succeed(store->cache("x", {"y", kNow}));
    must_succeed(store->cached("x"));
    must_succeed(store->consume_once(OnceKind::flow, "f", kNow + Seconds{5}, kNow));
    must_succeed(store->end_sid({{"s"}}, {}, kNow + Seconds{5}, kNow));
    must_succeed(store->end_sub({{"s"}}, {}, kNow + Seconds{5}, kNow));
    must_succeed(store->erase_if_unchanged({"a"}, 9, 9, kNow));
    must_succeed(store->erase({"a"}, kNow));
    must_succeed(store->purge(5, kNow));
    const auto other = open_store("redis://vestibule:secret@" + server.url().substr(8) + "?prefix=other");
    expect_unavailable(other->find({"a"}, kNow), "find", "NOPERM");
}

Test(redis_layout, a_session_takes_no_more_memory_than_is_published) {
    RedisServer& server = start_server();
    const auto store = open_store(server.url());
    const auto used = [&] {
        const std::string memory = server.tell({"INFO", "memory"});
        return std::stol(memory.substr(memory.find("used_memory:") + 12));
    };
    cr_assert(insert(*store, "warm"));
    const long before = used();
    constexpr int kSessions = 500;
    for (int i = 0; i < kSessions; ++i) {
        NewSession session = session_with_sid(std::string(28, 'k') + std::to_string(1000 + i));
        session.row.sub.octets = std::string(28, 'u') + std::to_string(1000 + i);
        session.row.sealed = {std::string(400, 'c'), std::string(1300, 'a'), std::string(2300, 'r')};
        cr_assert(store->insert(session, kNow).has_value());
    }
    const long each = (used() - before) / kSessions;
    cr_log_info("%ld octets a session, 4000 of them sealed", each);
    cr_expect(each < 8192, "%ld octets", each);
}
