-- Version 1: sessions, one-time ids, what has been ended, and the provider cache.
--
-- What each table means, who may read it and how it may change: schema/README.md. Times are whole seconds since 1970,
-- UTC; a record is over at the second it names, whether it was deleted or not. 0 in a time that may be missing means
-- "never was". Every migration runs in one transaction and ends by naming itself in schema_version.

CREATE TABLE schema_version (
    version    INTEGER PRIMARY KEY,
    works_from INTEGER NOT NULL,  -- a program that knows at least this version may use the database as it is now
    applied_at INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;

-- The small columns come first: reading them does not walk the overflow pages of the sealed ones.
CREATE TABLE session (
    key               BLOB    NOT NULL PRIMARY KEY,  -- SHA-256 of the session handle, 32 octets
    version           INTEGER NOT NULL,              -- grows by one with every replacement of the sealed fields
    fence             INTEGER NOT NULL DEFAULT 0,    -- grows by one with every lease granted
    lease_until       INTEGER NOT NULL DEFAULT 0,    -- somebody refreshes until then
    retry_at          INTEGER NOT NULL DEFAULT 0,    -- nobody refreshes before then
    idle_expires_at   INTEGER NOT NULL,              -- the end of this session as things stand
    expires_at        INTEGER NOT NULL,              -- the latest end there can be; never moved
    created_at        INTEGER NOT NULL,
    access_expires_at INTEGER NOT NULL,
    access_lifetime   INTEGER NOT NULL,              -- seconds, as the provider stated it
    sid               BLOB,                          -- keyed hash of (issuer, sid), 32 octets
    sub               BLOB    NOT NULL,              -- keyed hash of (issuer, sub), 32 octets
    browser           BLOB    NOT NULL,              -- keyed hash of the browser's login cookie, 32 octets
    claims            BLOB    NOT NULL,              -- sealed; opaque to the store, like the two below
    access_token      BLOB    NOT NULL,
    refresh_and_id_token BLOB NOT NULL,
    CHECK (idle_expires_at <= expires_at)
) STRICT;

CREATE INDEX session_by_expiry  ON session (idle_expires_at);
CREATE INDEX session_by_sid     ON session (sid, sub) WHERE sid IS NOT NULL;
CREATE INDEX session_by_sub     ON session (sub, created_at);
CREATE INDEX session_by_browser ON session (browser);
CREATE INDEX session_by_created ON session (created_at);

-- The provider ended these sids: no session of them is inserted any more (checklist B16).
CREATE TABLE ended_sid (
    sid              BLOB    NOT NULL,
    only_of          BLOB    NOT NULL,  -- for sessions of this sub alone; empty: whoever's they are
    remembered_until INTEGER NOT NULL,
    PRIMARY KEY (sid, only_of)
) STRICT, WITHOUT ROWID;

CREATE INDEX ended_sid_by_expiry ON ended_sid (remembered_until);

-- All sessions of these subs were ended: none is inserted whose login began at or before `ended_at`. The empty sub stands
-- for everybody.
CREATE TABLE ended_sub (
    sub              BLOB    NOT NULL PRIMARY KEY,
    ended_at         INTEGER NOT NULL,
    remembered_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX ended_sub_by_expiry ON ended_sub (remembered_until);

-- Ids that were consumed and stay so until they expire.
CREATE TABLE once (
    kind       TEXT    NOT NULL,  -- 'flow', 'logout_jti' or 'throttle'
    id         BLOB    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX once_by_expiry ON once (expires_at);

-- Provider metadata and key sets, authenticated with the key ring by whoever wrote them.
CREATE TABLE cached_document (
    name      BLOB    NOT NULL PRIMARY KEY,
    sealed    BLOB    NOT NULL,
    stored_at INTEGER NOT NULL
) STRICT;

INSERT INTO schema_version (version, works_from) VALUES (1, 1);
