#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

namespace {

std::size_t fetches(const ProviderBench& bench) { return bench.http.count(bench.op.metadata_url()); }

bool unavailable(const Result<ProviderMetadata>& metadata) {
    return !metadata && metadata.error().code == ErrorCode::provider_unavailable;
}

}  // namespace

Test(metadata_cache, D09_it_is_fetched_once_and_then_remembered) {
    ProviderBench bench;
    for (int i = 0; i < 5; ++i) cr_assert(bench.provider.metadata().has_value());
    cr_assert(eq(sz, fetches(bench), 1u));
    cr_assert(bench.log.has("provider.metadata_fetched"));
}

Test(metadata_cache, D18_another_process_takes_it_from_the_store) {
    ProviderBench bench;
    cr_assert(bench.provider.metadata().has_value());
    OidcProvider other(bench.context());
    cr_assert(eq(str, text(other.metadata()->token_endpoint), bench.op.token_endpoint()));
    cr_assert(eq(sz, fetches(bench), 1u));
}

Test(metadata_cache, D09_max_age_counts_between_a_minute_and_a_day) {
    const std::tuple<const char*, int, int> table[] = {
        // Cache-Control, still fresh after, fetched again after
        {"max-age=600", 599, 600},
        {"public, max-age=600", 599, 600},
        {"max-age=1", 59, 60},
        {"no-store", 59, 60},
        {"max-age=99999999999999999999", 86399, 86400},
        {"max-age=-1", 3599, 3600},
        {"", 3599, 3600},
    };
    for (const auto& [cache_control, fresh, stale] : table) {
        ProviderBench bench;
        bench.op.metadata_headers.set("Cache-Control", cache_control);
        cr_assert(bench.provider.metadata().has_value());
        bench.clock.advance(Seconds{fresh});
        cr_expect(bench.provider.metadata().has_value());
        cr_expect(eq(sz, fetches(bench), 1u), "%s", cache_control);
        bench.clock.advance(Seconds{stale - fresh});
        cr_expect(bench.provider.metadata().has_value());
        cr_expect(eq(sz, fetches(bench), 2u), "%s", cache_control);
    }
}

Test(metadata_cache, D09_a_provider_that_is_down_later_does_not_matter) {
    ProviderBench bench;
    cr_assert(bench.provider.metadata().has_value());
    bench.op.go_down(ErrorCode::upstream_timeout);
    bench.clock.advance(std::chrono::hours{3});
    for (int i = 0; i < 100; ++i) cr_assert(bench.provider.metadata().has_value());
    cr_assert(eq(sz, fetches(bench), 2u), "one attempt, then a pause");
    bench.op.come_back();
    bench.clock.advance(Seconds{60});
    cr_assert(bench.provider.metadata().has_value());
    cr_assert(eq(sz, fetches(bench), 3u));
}

Test(metadata_cache, D09_the_last_good_copy_is_not_used_for_ever) {
    ProviderBench bench;
    cr_assert(bench.provider.metadata().has_value());
    bench.op.go_down();
    bench.clock.advance(std::chrono::hours{26});
    cr_assert(unavailable(bench.provider.metadata()));
}

Test(metadata_cache, D09_a_provider_that_is_down_at_the_start_is_said_and_not_hammered) {
    ProviderBench bench;
    bench.op.go_down();
    for (int i = 0; i < 100; ++i) {
        const auto metadata = bench.provider.metadata();
        cr_assert(unavailable(metadata));
        cr_assert(metadata.error().retry_after.has_value());
    }
    cr_assert(le(sz, fetches(bench), 1u));
    bench.op.come_back();
    bench.clock.advance(Seconds{3});
    cr_assert(bench.provider.metadata().has_value(), "and it recovers by itself");
}

Test(metadata_cache, D09_D18_processes_that_start_together_do_not_all_ask_a_dead_provider) {
    ProviderBench bench;
    bench.op.go_down();
    const auto start = bench.clock.elapsed();
    for (int i = 0; i < 20; ++i) cr_assert(unavailable(OidcProvider(bench.context()).metadata()));
    const auto passed = std::chrono::duration_cast<Seconds>(bench.clock.elapsed() - start).count();
    cr_assert(le(sz, fetches(bench), static_cast<std::size_t>(passed / 2 + 1)), "once in two seconds");
}

Test(metadata_cache, D02_another_issuer_is_refused_whatever_else_is_right) {
    ProviderBench bench;
    bench.op.metadata.set("issuer", "https://id.example/");
    const auto metadata = bench.provider.metadata();
    cr_assert(unavailable(metadata));
    cr_assert(metadata.error().detail.find("issuer differs") != std::string::npos);
    cr_assert(eq(sz, bench.http.requests().size(), 1u));
}

Test(metadata_cache, D04_D07_D08_what_is_no_metadata_is_not_used) {
    const std::pair<const char*, ScriptedAnswer> table[] = {
        {"text/html", {.headers = {{"Content-Type", "text/html"}}, .body = "{}"}},
        {"no type", {.body = "{}"}},
        {"204", {.status = 204}},
        {"302", {.status = 302, .headers = {{"Location", "http://169.254.169.254/"}}}},
        {"an array", json_answer(200, "[]")},
        {"cut off", {.headers = {{"Content-Type", "application/json"}}, .body = "{\"issuer\"", .truncate_after = 4}},
        {"deep", json_answer(200, std::string(200, '[') + std::string(200, ']'))},
        {"large", json_answer(200, "{\"x\":\"" + std::string(300 * 1024, 'x') + "\"}")},
        {"slow", {.body = "{}", .delay = Seconds{60}}},
    };
    for (const auto& [name, answer] : table) {
        ProviderBench bench;
        bench.http.answer(bench.op.metadata_url(), answer);
        const auto before = bench.clock.elapsed();
        cr_expect(unavailable(bench.provider.metadata()), "%s", name);
        cr_expect(bench.clock.elapsed() - before <= bench.config.provider.timeout, "%s", name);
        cr_expect(eq(sz, bench.http.requests().size(), 1u), "%s", name);
    }
}

Test(metadata_cache, a_document_that_became_unusable_does_not_replace_the_good_one) {
    ProviderBench bench;
    cr_assert(bench.provider.metadata().has_value());
    bench.op.metadata.set("token_endpoint", "http://id.example/token");
    bench.clock.advance(std::chrono::hours{2});
    cr_assert(eq(str, text(bench.provider.metadata()->token_endpoint), bench.op.token_endpoint()));
    cr_assert(bench.log.has("provider.unreachable"));
}

Test(metadata_cache, D17_a_change_is_picked_up_without_a_restart) {
    ProviderBench bench;
    cr_assert(bench.provider.metadata().has_value());
    bench.op.metadata.set("token_endpoint", "https://id.example/token2");
    bench.clock.advance(std::chrono::hours{2});
    cr_assert(eq(str, text(bench.provider.metadata()->token_endpoint), text("https://id.example/token2")));
}

Test(metadata_cache, whoever_can_write_the_store_cannot_plant_metadata) {
    ProviderBench bench;
    cr_assert(bench.provider.metadata().has_value());
    // What another key ring sealed, what is not sealed at all, and the key set in the place of the metadata.
    ProviderBench attacker;
    attacker.keys = test_keys("k1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
    attacker.op.metadata.set("token_endpoint", "https://attacker.example/token");
    OidcProvider planting({attacker.config, attacker.http, bench.store, attacker.keys, attacker.clock, attacker.random,
                           attacker.log, attacker.client});
    cr_assert(eq(str, text(planting.metadata()->token_endpoint), text("https://attacker.example/token")));
    cr_assert(eq(str, text(OidcProvider(bench.context()).metadata()->token_endpoint), bench.op.token_endpoint()));
}

Test(metadata_cache, a_store_that_is_down_does_not_stop_anybody) {
    ProviderBench bench;
    bench.store.fail_all();
    for (int i = 0; i < 10; ++i) cr_assert(bench.provider.metadata().has_value());
    cr_assert(eq(sz, fetches(bench), 1u));
}
