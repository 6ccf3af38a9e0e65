// Every statement of the SQLite session store that is not its own explanation. The test of the query plans reads them
// from here: each finds its rows by an index.
#pragma once

namespace vestibule::sqlite::query {

// Columns in the order read_row() of sqlite_sessions.cpp expects; list() leaves the sealed ones out.
#define VESTIBULE_ROW_COLUMNS \
    "key, version, sid, sub, browser, created_at, idle_expires_at, expires_at, access_expires_at, access_lifetime"
#define VESTIBULE_SEALED_COLUMNS "claims, access_token, refresh_and_id_token"

// ?1 key ?2 now
inline constexpr const char* kFind = "SELECT " VESTIBULE_ROW_COLUMNS ", " VESTIBULE_SEALED_COLUMNS
                                     " FROM session WHERE key = ?1 AND idle_expires_at > ?2";

// ?1 sid or NULL ?2 sub ?3 flow_started_at ?4 now. A row where the session may not be inserted.
inline constexpr const char* kEndedMeanwhile =
    "SELECT 1 FROM ended_sid WHERE sid = ?1 AND only_of IN (x'', ?2) AND remembered_until > ?4"
    " UNION ALL "
    "SELECT 1 FROM ended_sub WHERE sub IN (x'', ?2) AND ended_at >= ?3 AND remembered_until > ?4";

// An expired record of the same key that was not purged yet does not exist: it makes room. `OR REPLACE` would do that
// to a live one too.
// ?1 key ?2 now
inline constexpr const char* kMakeRoom = "DELETE FROM session WHERE key = ?1 AND idle_expires_at <= ?2";

inline constexpr const char* kInsert =
    "INSERT INTO session (" VESTIBULE_ROW_COLUMNS ", " VESTIBULE_SEALED_COLUMNS
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, min(?7, ?8), ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (key) DO NOTHING";

// ?1 browser ?2 the key of its new session
inline constexpr const char* kEndOthersOfBrowser = "DELETE FROM session WHERE browser = ?1 AND key <> ?2";

// ?1 key ?2 idle_expires_at ?3 now
inline constexpr const char* kTouch =
    "UPDATE session SET idle_expires_at = max(idle_expires_at, min(?2, expires_at))"
    " WHERE key = ?1 AND idle_expires_at > ?3";

// ?1 key. What was there, be it over.
inline constexpr const char* kErase =
    "DELETE FROM session WHERE key = ?1 RETURNING " VESTIBULE_ROW_COLUMNS ", " VESTIBULE_SEALED_COLUMNS;

// ?1 key ?2 now
inline constexpr const char* kLeaseState =
    "SELECT lease_until, retry_at FROM session WHERE key = ?1 AND idle_expires_at > ?2";

// ?1 key ?2 lease_until
inline constexpr const char* kGrantLease =
    "UPDATE session SET fence = fence + 1, lease_until = ?2 WHERE key = ?1 RETURNING fence";

// ?1 key ?2 expected version ?3 fence ?4 now ?5 access_expires_at ?6 access_lifetime ?7 ?8 ?9 sealed
inline constexpr const char* kReplace =
    "UPDATE session SET version = version + 1, lease_until = 0, retry_at = 0, access_expires_at = ?5,"
    " access_lifetime = ?6, claims = ?7, access_token = ?8, refresh_and_id_token = ?9"
    " WHERE key = ?1 AND version = ?2 AND fence = ?3 AND idle_expires_at > ?4";

// ?1 key ?2 fence ?3 retry_at or NULL ?4 now
inline constexpr const char* kReleaseLease =
    "UPDATE session SET lease_until = 0, retry_at = coalesce(?3, retry_at)"
    " WHERE key = ?1 AND fence = ?2 AND idle_expires_at > ?4";

// ?1 key ?2 expected version ?3 fence ?4 now
inline constexpr const char* kEraseIfUnchanged =
    "DELETE FROM session WHERE key = ?1 AND version = ?2 AND fence = ?3 AND idle_expires_at > ?4";

// ?1 sid ?2 the sub it is ended for, or empty ?3 until when
inline constexpr const char* kRememberSid =
    "INSERT INTO ended_sid (sid, only_of, remembered_until) VALUES (?1, ?2, ?3) ON CONFLICT (sid, only_of)"
    " DO UPDATE SET remembered_until = max(remembered_until, excluded.remembered_until)";

// ?1 sid ?2 now. One row for each, saying whether it was live.
inline constexpr const char* kEndSid = "DELETE FROM session WHERE sid = ?1 RETURNING idle_expires_at > ?2";
// ?1 sid ?2 now ?3 sub
inline constexpr const char* kEndSidOfSub =
    "DELETE FROM session WHERE sid = ?1 AND sub = ?3 RETURNING idle_expires_at > ?2";

// ?1 sid ?2 now
inline constexpr const char* kSubsOfSid = "SELECT DISTINCT sub FROM session WHERE sid = ?1 AND idle_expires_at > ?2";

// ?1 sub, or empty for everybody ?2 now ?3 until when
inline constexpr const char* kRememberSub =
    "INSERT INTO ended_sub (sub, ended_at, remembered_until) VALUES (?1, ?2, ?3) ON CONFLICT (sub) DO UPDATE SET"
    " ended_at = max(ended_at, excluded.ended_at),"
    " remembered_until = max(remembered_until, excluded.remembered_until)";

// ?1 sub ?2 now ?3 the key that is spared or NULL
inline constexpr const char* kEndSub =
    "DELETE FROM session WHERE sub = ?1 AND key IS NOT ?3 RETURNING idle_expires_at > ?2";

// ?1 kind ?2 id ?3 now
inline constexpr const char* kIsConsumed = "SELECT 1 FROM once WHERE kind = ?1 AND id = ?2 AND expires_at > ?3";
// ?1 kind ?2 id ?3 now ?4 expires_at
inline constexpr const char* kConsume =
    "INSERT INTO once (kind, id, expires_at) VALUES (?1, ?2, ?4) ON CONFLICT (kind, id)"
    " DO UPDATE SET expires_at = excluded.expires_at WHERE once.expires_at <= ?3";

inline constexpr const char* kCached = "SELECT sealed, stored_at FROM cached_document WHERE name = ?1";
inline constexpr const char* kCache =
    "INSERT INTO cached_document (name, sealed, stored_at) VALUES (?1, ?2, ?3) ON CONFLICT (name)"
    " DO UPDATE SET sealed = excluded.sealed, stored_at = excluded.stored_at";

// ?1 now ?2 at most, of each kind of record
inline constexpr const char* kPurgeSessions =
    "DELETE FROM session WHERE rowid IN (SELECT rowid FROM session WHERE idle_expires_at <= ?1 LIMIT ?2)";
inline constexpr const char* kPurgeOnce =
    "DELETE FROM once WHERE (kind, id) IN (SELECT kind, id FROM once WHERE expires_at <= ?1 LIMIT ?2)";
inline constexpr const char* kPurgeEndedSids =
    "DELETE FROM ended_sid WHERE (sid, only_of) IN"
    " (SELECT sid, only_of FROM ended_sid WHERE remembered_until <= ?1 LIMIT ?2)";
inline constexpr const char* kPurgeEndedSubs =
    "DELETE FROM ended_sub WHERE sub IN (SELECT sub FROM ended_sub WHERE remembered_until <= ?1 LIMIT ?2)";
inline constexpr const char* kPurge[] = {kPurgeSessions, kPurgeOnce, kPurgeEndedSids, kPurgeEndedSubs};

// ?1 now ?2 at most
// The + keeps newer SQLite from taking the index on expiry, which nearly every row matches, and sorting them all.
inline constexpr const char* kList =
    "SELECT " VESTIBULE_ROW_COLUMNS " FROM session WHERE +idle_expires_at > ?1 ORDER BY created_at DESC, key LIMIT ?2";
// ?1 now ?2 at most ?3 sub
inline constexpr const char* kListOfSub =
    "SELECT " VESTIBULE_ROW_COLUMNS
    " FROM session WHERE idle_expires_at > ?1 AND sub = ?3 ORDER BY created_at DESC, key LIMIT ?2";

// ?1 now
inline constexpr const char* kStatistics =
    "SELECT (SELECT count(*) FROM session WHERE idle_expires_at > ?1),"
    " (SELECT count(*) FROM session WHERE idle_expires_at <= ?1),"
    " (SELECT count(DISTINCT sub) FROM session WHERE +idle_expires_at > ?1),"
    " (SELECT count(*) FROM once),"
    " (SELECT count(*) FROM ended_sid) + (SELECT count(*) FROM ended_sub),"
    " (SELECT count(*) FROM cached_document)";

#undef VESTIBULE_ROW_COLUMNS
#undef VESTIBULE_SEALED_COLUMNS

}  // namespace vestibule::sqlite::query
