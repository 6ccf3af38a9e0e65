// Every statement of the PostgreSQL session store that is not its own explanation. The test of the query plans reads
// them from here: each finds its rows by an index. `= ANY(ARRAY(…))` makes the inner query run once.
#pragma once

namespace vestibule::postgres::query {

// Columns in the order read_row() of postgres_sessions.cpp expects; list() leaves the sealed ones out.
#define VESTIBULE_ROW_COLUMNS \
    "key, version, sid, sub, browser, created_at, idle_expires_at, expires_at, access_expires_at, access_lifetime"
#define VESTIBULE_SEALED_COLUMNS "claims, access_token, refresh_and_id_token"

// to_regclass finds what the search path shows and is silent about the rest.
inline constexpr const char* kHasSchema = "SELECT to_regclass('schema_version') IS NOT NULL";
inline constexpr const char* kSchemaVersion = "SELECT max(version), max(works_from) FROM schema_version";
inline constexpr const char* kLockSchema = "SELECT pg_advisory_xact_lock(x'7665000000000000'::bigint)";

// $1 numbers, ascending. Held to the end of the transaction.
inline constexpr const char* kLock = "SELECT pg_advisory_xact_lock(number) FROM unnest($1::bigint[]) AS number";

// One for everybody: logins take it together, who refuses logins takes it alone.
inline constexpr const char* kLockEverybodyShared = "SELECT pg_advisory_xact_lock_shared(x'7665000400000000'::bigint)";
inline constexpr const char* kLockEverybody = "SELECT pg_advisory_xact_lock(x'7665000400000000'::bigint)";

// $1 key $2 now
inline constexpr const char* kFind = "SELECT " VESTIBULE_ROW_COLUMNS ", " VESTIBULE_SEALED_COLUMNS
                                     " FROM session WHERE key = $1 AND idle_expires_at > $2";

// $1 sid or NULL $2 sub $3 flow_started_at $4 now. A row where the session may not be inserted.
inline constexpr const char* kEndedMeanwhile =
    "SELECT 1 FROM ended_sid WHERE sid = $1 AND only_of IN ('', $2) AND remembered_until > $4"
    " UNION ALL "
    "SELECT 1 FROM ended_sub WHERE sub IN ('', $2) AND ended_at >= $3 AND remembered_until > $4";

// $14 now. An expired record of the same key that was not purged yet does not exist: it makes room.
inline constexpr const char* kInsert =
    "INSERT INTO session (" VESTIBULE_ROW_COLUMNS ", " VESTIBULE_SEALED_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, least($7::bigint, $8::bigint), $8::bigint, $9, $10, $11, $12, $13)"
    " ON CONFLICT (key) DO UPDATE SET version = excluded.version, fence = 0, lease_until = 0, retry_at = 0,"
    " idle_expires_at = excluded.idle_expires_at, expires_at = excluded.expires_at, created_at = excluded.created_at,"
    " access_expires_at = excluded.access_expires_at, access_lifetime = excluded.access_lifetime, sid = excluded.sid,"
    " sub = excluded.sub, browser = excluded.browser, claims = excluded.claims, access_token = excluded.access_token,"
    " refresh_and_id_token = excluded.refresh_and_id_token WHERE session.idle_expires_at <= $14";

// Rows are locked in the order of their keys, so that two that end the same sessions do not wait for each other.
// $1 the key it replaces or NULL $2 browsers $3 the new key
inline constexpr const char* kEndReplaced =
    "DELETE FROM session WHERE key = ANY(ARRAY(SELECT key FROM session"
    " WHERE (key = $1 OR browser = ANY($2::bytea[])) AND key <> $3 ORDER BY key FOR UPDATE))";

// Newest first; $4 of them stay. $1 subs $2 now $3 the new key, which is not counted
inline constexpr const char* kEndBeyondLimit =
    "DELETE FROM session WHERE key = ANY(ARRAY(SELECT key FROM session WHERE key = ANY(ARRAY("
    "SELECT key FROM session WHERE sub = ANY($1::bytea[]) AND idle_expires_at > $2 AND key <> $3"
    " ORDER BY created_at DESC, key OFFSET $4)) ORDER BY key FOR UPDATE))";

// $1 key $2 idle_expires_at $3 now
inline constexpr const char* kTouch =
    "UPDATE session SET idle_expires_at = greatest(idle_expires_at, least($2, expires_at))"
    " WHERE key = $1 AND idle_expires_at > $3";

// $1 key. What was there, be it over.
inline constexpr const char* kErase =
    "DELETE FROM session WHERE key = $1 RETURNING " VESTIBULE_ROW_COLUMNS ", " VESTIBULE_SEALED_COLUMNS;

// $1 key $2 now
inline constexpr const char* kLeaseState =
    "SELECT lease_until, retry_at FROM session WHERE key = $1 AND idle_expires_at > $2";

// $1 key $2 lease_until $3 now. No row where somebody was faster.
inline constexpr const char* kGrantLease =
    "UPDATE session SET fence = fence + 1, lease_until = $2"
    " WHERE key = $1 AND idle_expires_at > $3 AND lease_until <= $3 AND retry_at <= $3"
    " RETURNING " VESTIBULE_ROW_COLUMNS ", " VESTIBULE_SEALED_COLUMNS ", fence";

// $1 key $2 expected version $3 fence $4 now $5 access_expires_at $6 access_lifetime $7 $8 $9 sealed
inline constexpr const char* kReplace =
    "UPDATE session SET version = version + 1, lease_until = 0, retry_at = 0, access_expires_at = $5,"
    " access_lifetime = $6, claims = $7, access_token = $8, refresh_and_id_token = $9"
    " WHERE key = $1 AND version = $2 AND fence = $3 AND idle_expires_at > $4";

// $1 key $2 fence $3 retry_at or NULL $4 now
inline constexpr const char* kReleaseLease =
    "UPDATE session SET lease_until = 0, retry_at = coalesce($3, retry_at)"
    " WHERE key = $1 AND fence = $2 AND idle_expires_at > $4";

// $1 key $2 expected version $3 fence $4 now
inline constexpr const char* kEraseIfUnchanged =
    "DELETE FROM session WHERE key = $1 AND version = $2 AND fence = $3 AND idle_expires_at > $4";

// $1 sids $2 the subs they are ended for, or one empty one $3 until when
inline constexpr const char* kRememberSids =
    "INSERT INTO ended_sid (sid, only_of, remembered_until)"
    " SELECT DISTINCT sid, only_of, $3::bigint FROM unnest($1::bytea[]) AS sid, unnest($2::bytea[]) AS only_of"
    " ORDER BY sid, only_of ON CONFLICT (sid, only_of)"
    " DO UPDATE SET remembered_until = greatest(ended_sid.remembered_until, excluded.remembered_until)";

// How many of them were live. $1 sids $2 now
inline constexpr const char* kEndSids =
    "WITH ended AS (DELETE FROM session WHERE key = ANY(ARRAY(SELECT key FROM session WHERE sid = ANY($1::bytea[])"
    " ORDER BY key FOR UPDATE)) RETURNING idle_expires_at > $2 AS live) SELECT count(*) FILTER (WHERE live) FROM ended";
// $1 sids $2 now $3 subs
inline constexpr const char* kEndSidsOfSubs =
    "WITH ended AS (DELETE FROM session WHERE key = ANY(ARRAY(SELECT key FROM session WHERE sid = ANY($1::bytea[])"
    " AND sub = ANY($3::bytea[]) ORDER BY key FOR UPDATE)) RETURNING idle_expires_at > $2 AS live)"
    " SELECT count(*) FILTER (WHERE live) FROM ended";

// $1 sids $2 now
inline constexpr const char* kSubsOfSids =
    "SELECT DISTINCT sub FROM session WHERE sid = ANY($1::bytea[]) AND idle_expires_at > $2";

// $1 subs, an empty one for everybody $2 now $3 until when
inline constexpr const char* kRememberSubs =
    "INSERT INTO ended_sub (sub, ended_at, remembered_until)"
    " SELECT DISTINCT sub, $2::bigint, $3::bigint FROM unnest($1::bytea[]) AS sub ORDER BY sub ON CONFLICT (sub)"
    " DO UPDATE SET ended_at = greatest(ended_sub.ended_at, excluded.ended_at),"
    " remembered_until = greatest(ended_sub.remembered_until, excluded.remembered_until)";

// $1 subs $2 now $3 the key that is spared or NULL
inline constexpr const char* kEndSubs =
    "WITH ended AS (DELETE FROM session WHERE key = ANY(ARRAY(SELECT key FROM session WHERE sub = ANY($1::bytea[])"
    " AND key IS DISTINCT FROM $3 ORDER BY key FOR UPDATE)) RETURNING idle_expires_at > $2 AS live)"
    " SELECT count(*) FILTER (WHERE live) FROM ended";

// Ids and names may be longer than a row of an index may be (2704 octets): their SHA-256 is the key.
// $1 kind $2 id $3 now
inline constexpr const char* kIsConsumed = "SELECT 1 FROM once WHERE kind = $1 AND id = sha256($2) AND expires_at > $3";
// $1 kind $2 id $3 now $4 expires_at
inline constexpr const char* kConsume =
    "INSERT INTO once (kind, id, expires_at) VALUES ($1, sha256($2), $4) ON CONFLICT (kind, id)"
    " DO UPDATE SET expires_at = excluded.expires_at WHERE once.expires_at <= $3";

inline constexpr const char* kCached = "SELECT sealed, stored_at FROM cached_document WHERE name = sha256($1)";
inline constexpr const char* kCache =
    "INSERT INTO cached_document (name, sealed, stored_at) VALUES (sha256($1), $2, $3) ON CONFLICT (name)"
    " DO UPDATE SET sealed = excluded.sealed, stored_at = excluded.stored_at";

// $1 now $2 at most, of each kind of record. What somebody else is busy with is left to him.
inline constexpr const char* kPurgeSessions =
    "DELETE FROM session WHERE key = ANY(ARRAY(SELECT key FROM session WHERE idle_expires_at <= $1"
    " LIMIT $2 FOR UPDATE SKIP LOCKED))";
inline constexpr const char* kPurgeOnce =
    "DELETE FROM once WHERE ctid = ANY(ARRAY(SELECT ctid FROM once WHERE expires_at <= $1"
    " LIMIT $2 FOR UPDATE SKIP LOCKED))";
inline constexpr const char* kPurgeEndedSids =
    "DELETE FROM ended_sid WHERE ctid = ANY(ARRAY(SELECT ctid FROM ended_sid WHERE remembered_until <= $1"
    " LIMIT $2 FOR UPDATE SKIP LOCKED))";
inline constexpr const char* kPurgeEndedSubs =
    "DELETE FROM ended_sub WHERE sub = ANY(ARRAY(SELECT sub FROM ended_sub WHERE remembered_until <= $1"
    " LIMIT $2 FOR UPDATE SKIP LOCKED))";
inline constexpr const char* kPurge[] = {kPurgeSessions, kPurgeOnce, kPurgeEndedSids, kPurgeEndedSubs};

// $1 now $2 at most
inline constexpr const char* kList =
    "SELECT " VESTIBULE_ROW_COLUMNS " FROM session WHERE idle_expires_at > $1 ORDER BY created_at DESC, key LIMIT $2";
// Their sessions first, then the order: the other way round it might read through everybody's.
// $1 now $2 at most $3 subs
inline constexpr const char* kListOfSubs =
    "WITH theirs AS MATERIALIZED (SELECT " VESTIBULE_ROW_COLUMNS
    " FROM session WHERE idle_expires_at > $1 AND sub = ANY($3::bytea[]))"
    " SELECT " VESTIBULE_ROW_COLUMNS " FROM theirs ORDER BY created_at DESC, key LIMIT $2";

// $1 now
inline constexpr const char* kStatistics =
    "SELECT (SELECT count(*) FROM session WHERE idle_expires_at > $1),"
    " (SELECT count(*) FROM session WHERE idle_expires_at <= $1),"
    " (SELECT count(DISTINCT sub) FROM session WHERE idle_expires_at > $1),"
    " (SELECT count(*) FROM once),"
    " (SELECT count(*) FROM ended_sid) + (SELECT count(*) FROM ended_sub),"
    " (SELECT count(*) FROM cached_document)";

inline constexpr const char* kServerTime = "SELECT extract(epoch FROM clock_timestamp())::bigint";

// A record that is over before it is there: a disk that is full or a role that may not write shows itself in a write.
inline constexpr const char* kProveWritable =
    "INSERT INTO once (kind, id, expires_at) VALUES ('throttle', sha256('check'), 0) ON CONFLICT (kind, id)"
    " DO UPDATE SET expires_at = once.expires_at";

#undef VESTIBULE_ROW_COLUMNS
#undef VESTIBULE_SEALED_COLUMNS

}  // namespace vestibule::postgres::query
